import Catalog
import Plots

enum ScatterChart {
  static let declaration: Declaration = .command(
    "scatter", "Draws points with names beside them: accuracy over speed, of many models.",
    details: """
      Names stand where they cover neither points nor one another. `frontier=true` joins the points \
      that no other one beats in both (less of x, more of y). `groups` colours points by a name.
      """,
    Argument("x", "Places from left to right.") as Argument<ChartNumbers>,
    Argument("y", "Places from bottom to top.") as Argument<ChartNumbers>,
    Argument("labels", "Names of the points.", default: [String]()),
    Argument("groups", "What each point belongs to.", default: [String]()),
    Argument("frontier", "Whether the best trade-offs are joined.", default: false),
    Argument("log", "Which axes are logarithmic: true for the vertical one.", default: LogAxes()),
    Argument("title", "A line above the plot.", default: ""),
    Argument("xlabel", "Name and unit of the horizontal axis.", default: ""),
    Argument("ylabel", "Name and unit of the vertical axis.", default: ""),
    examples: [
      "scatter([3.1, 9.4, 21], [0.88, 0.91, 0.93], labels=[\"mlp\", \"resnet8\", \"wrn_16_2\"], "
        + "frontier=true, log=\"x\", xlabel=\"latency (ms)\", ylabel=\"accuracy\")"
    ],
    keywords: ["points", "speed", "accuracy", "trade-off", "pareto", "chart"]
  ) { _, x, y, labels, groups, frontier, log, title, xLabel, yLabel in
    let (xs, ys) = (x.values, y.values)
    guard xs.count == ys.count else {
      throw Failure(.argument, "x has \(xs.count) numbers, y \(ys.count)")
    }
    for (name, list) in [("labels", labels), ("groups", groups)]
    where !list.isEmpty && list.count != xs.count {
      throw Failure(.argument, "'\(name)' has \(list.count) names for \(xs.count) points")
    }
    var marks: [Mark] = []
    if frontier {
      let best = paretoFrontier(xs, ys)
      marks.append(
        .curve(
          Curve("best trade-off", x: best.map { xs[$0] }, y: best.map { ys[$0] }, isDashed: true)))
    }
    var seen: [String] = []
    for group in groups where !seen.contains(group) { seen.append(group) }
    for group in groups.isEmpty ? [""] : seen {
      let own = xs.indices.filter { groups.isEmpty || groups[$0] == group }
      marks.append(
        .points(
          Points(
            group, x: own.map { xs[$0] }, y: own.map { ys[$0] },
            labels: labels.isEmpty ? [] : own.map { labels[$0] })))
    }
    return Plot(
      title,
      panels: [
        Panel(
          x: Axis(xLabel, isLog: log.x), y: Axis(yLabel, isLog: log.y), marks: marks)
      ])
  }

  /// Places of the points that no other one beats: from left to right, each higher than all before.
  private static func paretoFrontier(_ xs: [Double], _ ys: [Double]) -> [Int] {
    var best = -Double.infinity
    return xs.indices.filter { xs[$0].isFinite && ys[$0].isFinite }
      .sorted { xs[$0] == xs[$1] ? ys[$0] > ys[$1] : xs[$0] < xs[$1] }
      .filter { index in
        defer { best = max(best, ys[index]) }
        return ys[index] > best
      }
  }
}
