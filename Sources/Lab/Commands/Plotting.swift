import Catalog
import Language
import Plots
import Training

/// What `plot` can draw: a series, a run, a list of numbers.
enum Plottable: ArgumentType {
  case series(Series)
  case run(Run)
  case numbers([Double])

  static var expected: String { "a series, a run or a list of numbers" }
  static var valueKind: String? { "series" }

  static func read(_ value: Value) throws -> Plottable {
    switch value {
    case .object(let series as Series): return .series(series)
    case .object(let run as Run): return .run(run)
    case .list, .range: return .numbers(try [Double].read(value))
    default: throw Mismatch()
    }
  }
}

enum Plotting {
  static let declaration: Declaration = .command(
    "plot", "Draws series over their steps: of the current run where none is named.",
    details: """
      `smooth` is the weight of the past in an exponential mean with bias correction; the raw \
      values are drawn faintly behind it.
      """,
    Argument("what", "Series, runs or lists of numbers.") as Argument<Rest<Plottable>>,
    Argument("smooth", "Weight of the past in the smoothed line.", default: 0.0) {
      $0 >= 0 && $0 < 1 ? nil : "must be in 0 ..< 1"
    },
    Argument("log", "Whether the vertical axis is logarithmic.", default: false),
    Argument("title", "A line above the plot.", default: ""),
    examples: ["plot run.loss", "plot run.loss, run.kd, smooth=0.9", "plot([1, 4, 9])"],
    keywords: ["curve", "graph", "chart", "draw"]
  ) { session, items, smooth, log, title in
    guard !items.items.isEmpty else {
      let run = try session.run(Subject())
      guard run.steps > 0 else {
        throw Failure(.state, "the run has no steps to plot", advice: "step or fit first")
      }
      var plot = run.curves(smooth: smooth)
      plot.title = title
      return plot
    }
    let series = session.labelled(items.items)
    guard series.contains(where: { !$0.series.values.isEmpty }) else {
      throw Failure(.state, "there is nothing to plot yet", advice: "step or fit first")
    }
    var plot = plot(series, smooth: smooth, logY: log)
    plot.title = title
    return plot
  }
}

extension Session {
  /// Series with names that tell them apart: those of several runs carry the run's.
  func labelled(_ items: [Plottable]) -> [(label: String, series: Series)] {
    var all: [(owner: String, series: Series)] = []
    for (index, item) in items.enumerated() {
      switch item {
      case .series(let series): all.append((owner(of: series) ?? "\(index + 1)", series))
      case .run(let run): if let loss = run.log["loss"] { all.append((name(of: run), loss)) }
      case .numbers(let numbers):
        let steps = Array(1...max(1, numbers.count)).prefix(numbers.count)
        all.append(
          ("\(index + 1)", Series(name: "list", steps: Array(steps), values: numbers)))
      }
    }
    let counts = Dictionary(grouping: all) { $0.series.name }.mapValues(\.count)
    return all.map { owner, series in
      ((counts[series.name] ?? 0) > 1 ? "\(series.name), \(owner)" : series.name, series)
    }
  }

  /// The run in a variable that a series comes from.
  private func owner(of series: Series) -> String? {
    for (name, value) in evaluator.variables {
      if case .object(let run as Run) = value, run.log[series.name] == series { return name }
    }
    return nil
  }
}
