import Catalog
import Plots

enum HistogramChart {
  static let declaration: Declaration = .command(
    "histogram", "Draws how often values fall where; of several lists, how that goes over time.",
    details: """
      A list of lists is drawn as a map: time from left to right, values from bottom to top, the \
      share of a list's values in each bin as colour. `overlay=true` draws the lists over one \
      another.
      """,
    Argument("values", "A list of numbers, or one list for each point of time.")
      as Argument<ChartRows>,
    Argument("bins", "How many bins; none: as many as the values bear.", default: Int?.none) {
      (2...1000).contains($0 ?? 2) ? nil : "must be in 2..1000"
    },
    Argument("at", "The points of time, one a list: steps.", default: [Double]()),
    Argument("overlay", "Whether lists are drawn over one another.", default: false),
    Argument("labels", "Names of the lists drawn over one another.", default: [String]()),
    Argument("title", "A line above the plot.", default: ""),
    Argument("xlabel", "What the values are, or the time.", default: ""),
    Argument("ylabel", "What the values are, over time.", default: ""),
    examples: [
      "histogram([1, 2, 2, 3, 3, 3])",
      "histogram([[0, 1, 1, 2], [1, 2, 2, 3], [2, 3, 3, 4]], at=[10, 20, 30], xlabel=\"step\")",
    ],
    keywords: ["distribution", "bins", "counts", "activations", "chart"]
  ) { _, values, bins, times, overlay, labels, title, xLabel, yLabel in
    guard values.isNested, !overlay else {
      let all = values.rows.joined().filter(\.isFinite)
      let range = all.min().flatMap { low in all.max().map { low...$0 } }
      let marks = values.rows.enumerated().map { index, row in
        Mark.histogram(
          Histogram(
            index < labels.count ? labels[index] : values.isNested ? "\(index + 1)" : "",
            of: row, bins: bins, range: range))
      }
      return Plot(title, panel: Panel(x: Axis(xLabel), y: Axis(yLabel), marks: marks))
    }
    guard times.isEmpty || times.count == values.rows.count else {
      throw Failure(
        .argument, "'at' has \(times.count) points of time for \(values.rows.count) lists")
    }
    let places = times.isEmpty ? values.rows.indices.map { Double($0 + 1) } : times
    return Plot(
      title,
      panel: Panel(
        x: Axis(xLabel.isEmpty ? "step" : xLabel), y: Axis(yLabel),
        heatMap: HeatMap(of: values.rows, at: places, bins: bins ?? 40)))
  }
}
