import Catalog
import Plots

enum HeatMapChart {
  static let declaration: Declaration = .command(
    "heatmap", "Draws a matrix as coloured cells with their values.",
    details: """
      Values on both sides of zero get colours on both sides of a pale middle; others go from dark \
      to light.
      """,
    Argument("values", "A list of rows.") as Argument<ChartRows>,
    Argument("rows", "Names of the rows.", default: [String]()),
    Argument("columns", "Names of the columns.", default: [String]()),
    Argument("percent", "Whether values are shares, to be written in percent.", default: false),
    Argument("title", "A line above the plot.", default: ""),
    Argument("xlabel", "What the columns are.", default: ""),
    Argument("ylabel", "What the rows are.", default: ""),
    examples: [
      "heatmap([[9, 1], [2, 8]], rows=[\"cat\", \"dog\"], columns=[\"cat\", \"dog\"], "
        + "xlabel=\"predicted\", ylabel=\"label\")"
    ],
    keywords: ["matrix", "chart", "similarity", "confusion", "grid"]
  ) { _, values, rows, columns, percent, title, xLabel, yLabel in
    Plot(
      title,
      panel: Panel(
        x: Axis(xLabel), y: Axis(yLabel),
        heatMap: HeatMap(
          values.rows, rows: rows, columns: columns, format: percent ? .percent(0) : .automatic)))
  }
}
