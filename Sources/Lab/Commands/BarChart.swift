import Catalog
import Plots

enum BarChart {
  /// What the marks at the ends of bars show: the language's `errors=`.
  enum Errors: ArgumentType {
    case none
    /// The inner lists are repetitions: a bar is their mean, its mark their deviation.
    case ofRepetitions
    case numbers([Double])

    static let expected = "true (of repetitions), a list of numbers or none"
    static let choices = ["true"]

    static func read(_ value: Value) throws -> Errors {
      switch value {
      case .none, .bool(false): return .none
      case .bool(true): return .ofRepetitions
      default: return .numbers(try ChartNumbers.read(value).values)
      }
    }

    var literal: String {
      switch self {
      case .none: "none"
      case .ofRepetitions: "true"
      case .numbers(let numbers): numbers.literal
      }
    }
  }

  static let declaration: Declaration = .command(
    "bars", "Draws values as bars by name, with error marks where there are any.",
    details: """
      A list of lists draws groups of bars, one group a list. With `errors=true` each inner list \
      is one bar: the mean of its repetitions (seeds), with one deviation marked.
      """,
    Argument("values", "A list of numbers, or a list of lists.") as Argument<ChartRows>,
    Argument("labels", "Names of the bars.", default: [String]()),
    Argument("groups", "Names of the lists, for the legend.", default: [String]()),
    Argument("errors", "Half lengths of the error marks.", default: Errors.none),
    Argument("percent", "Whether values are shares, to be written in percent.", default: false),
    Argument("title", "A line above the plot.", default: ""),
    Argument("ylabel", "Name and unit of the values.", default: ""),
    examples: [
      "bars([0.912, 0.934], labels=[\"ce\", \"kd\"], errors=[0.004, 0.003])",
      "bars([[0.91, 0.92, 0.9], [0.93, 0.94, 0.92]], labels=[\"ce\", \"kd\"], errors=true)",
    ],
    keywords: ["chart", "bar", "histogram", "seeds", "error", "deviation"]
  ) { _, values, labels, groups, errors, percent, title, yLabel in
    var rows = values.rows
    var deviations: [[Double]] = rows.map { _ in [] }
    switch errors {
    case .none: break
    case .numbers(let numbers):
      guard !values.isNested, numbers.count == rows[0].count else {
        throw Failure(
          .argument, "'errors' has \(numbers.count) numbers for \(rows[0].count) bars")
      }
      deviations = [numbers]
    case .ofRepetitions:
      guard values.isNested else {
        throw Failure(
          .argument, "errors=true needs a list of repetitions for every bar",
          advice: "bars([[0.91, 0.92], [0.93, 0.94]], errors=true)")
      }
      let spreads = rows.map { row in Spread(row.map { (x: [0], y: [$0]) }) }
      rows = [spreads.map { $0.mean.first ?? .nan }]
      deviations = [zip(spreads, rows[0]).map { ($0.upper.first ?? $1) - $1 }]
    }
    let count = rows.map(\.count).max() ?? 0
    guard labels.isEmpty || labels.count == count else {
      throw Failure(.argument, "'labels' has \(labels.count) names for \(count) bars")
    }
    let categories = labels.isEmpty ? (0..<count).map { "\($0 + 1)" } : labels
    let bars = Bars(
      categories: categories,
      groups: rows.indices.map { index in
        Bars.Group(
          index < groups.count ? groups[index] : rows.count > 1 ? "\(index + 1)" : "",
          values: rows[index], deviations: deviations[index])
      }, format: percent ? .percent(1) : .automatic)
    return Plot(title, panel: Panel(y: Axis(yLabel), bars: bars))
  }
}
