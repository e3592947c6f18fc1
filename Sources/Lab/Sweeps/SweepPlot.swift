import Catalog
import Plots
import Training

extension SweepResult: PlotSource {
  /// The last figure over the first numeric argument, a curve for each combination of the others,
  /// with the deviation over the seeds as a band and the control dashed; bars where no argument is
  /// a number. With several epochs a second panel shows how each came about.
  func plot(_ options: PlotOptions) -> Plot {
    var panels = [main]
    if rows.contains(where: { $0.curve.count > 1 }) { panels.append(course) }
    return Plot(options.title, panels: panels)
  }

  private var yAxis: Axis { Axis(measure.replacing("_", with: " ")) }

  /// The place of the argument that is drawn along the axis.
  private var numericArgument: Int? {
    arguments.indices.first { place in
      let values = rows.filter { !$0.isControl }.compactMap { number(of: $0, place) }
      return values.count == rows.count { !$0.isControl } && Set(values).count > 1
    }
  }

  private func number(of row: SweepRow, _ place: Int) -> Double? {
    guard place < row.values.count, case .number(let number) = row.values[place] else { return nil }
    return number
  }

  private var main: Panel {
    guard let place = numericArgument else { return bars }
    let numbers = rows.compactMap { number(of: $0, place) }
    let (least, greatest) = (numbers.min() ?? 0, numbers.max() ?? 0)
    let x = Axis(arguments[place], isLog: least > 0 && greatest >= 8 * least)
    var marks: [Mark] = []
    for (name, group) in groups(without: place) {
      let points = group.compactMap { row -> (x: Double, spread: MeanDeviation)? in
        guard let number = number(of: row, place), let spread = MeanDeviation(row.last) else {
          return nil
        }
        return (number, spread)
      }.sorted { $0.x < $1.x }
      marks += curve(name, points.map(\.x), points.map(\.spread), isDashed: false)
    }
    for row in controls where row.values.isEmpty {
      guard let spread = MeanDeviation(row.last) else { continue }
      marks += curve("control", [least, greatest], [spread, spread], isDashed: true)
    }
    return Panel(x: x, y: yAxis, marks: marks)
  }

  private func curve(
    _ name: String, _ x: [Double], _ spreads: [MeanDeviation], isDashed: Bool
  ) -> [Mark] {
    let line = Mark.curve(Curve(name, x: x, y: spreads.map(\.mean), isDashed: isDashed))
    guard seeds.count > 1 else { return [line] }
    let half = spreads.map { $0.deviation ?? 0 }
    return [
      .band(
        Band(
          name, x: x, lower: zip(spreads, half).map { $0.mean - $1 },
          upper: zip(spreads, half).map { $0.mean + $1 })), line,
    ]
  }

  /// Rows that differ in one argument only, by what they have in common.
  private func groups(without place: Int) -> [(name: String, rows: [SweepRow])] {
    var groups: [(name: String, rows: [SweepRow])] = []
    for row in rows where !row.values.isEmpty {
      let others = arguments.indices.filter { $0 != place }.map {
        "\(arguments[$0])=\(row.labels[$0])"
      }
      let name = (others + (row.isControl ? ["control"] : [])).joined(separator: " ")
      let label = name.isEmpty ? arguments[place] : name
      if let known = groups.firstIndex(where: { $0.name == label }) {
        groups[known].rows.append(row)
      } else {
        groups.append((label, [row]))
      }
    }
    return groups
  }

  private var bars: Panel {
    Panel(
      y: yAxis,
      bars: Bars(
        categories: rows.map(\.label),
        groups: [
          Bars.Group(
            values: rows.map { MeanDeviation($0.last)?.mean ?? .nan },
            deviations: seeds.count > 1 ? rows.map { MeanDeviation($0.last)?.deviation ?? 0 } : [])
        ], format: measureFormat(measure)))
  }

  /// The figure epoch by epoch.
  private var course: Panel {
    Panel(
      x: Axis("epoch"), y: yAxis,
      marks: rows.flatMap { row in
        curve(row.label, row.epochs, row.curve, isDashed: row.isControl)
      })
  }
}
