import Plots
import Training

/// What layers looked like whenever they were asked for, so that a second look shows a course.
struct LayerHistory {
  private struct Entry {
    let run: Run
    let quantity: LayerQuantity
    var snapshots: [LayerSnapshot]
  }

  private var entries: [Entry] = []
  /// Runs that are remembered, and looks at each.
  private static let most = 4
  private static let looks = 400

  /// Adds looks at a run; returns all of that run up to the last of them.
  mutating func add(
    _ new: [LayerSnapshot], of run: Run, _ quantity: LayerQuantity
  ) -> [LayerSnapshot] {
    let place = entries.firstIndex { $0.run === run && $0.quantity == quantity }
    var entry =
      place.map { entries.remove(at: $0) }
      ?? Entry(run: run, quantity: quantity, snapshots: [])
    // A run that was rewound has other steps now.
    if let first = new.first { entry.snapshots.removeAll { $0.step >= first.step } }
    entry.snapshots = (entry.snapshots + new).suffix(LayerHistory.looks)
    entries = [entry] + entries.prefix(LayerHistory.most - 1)
    return entry.snapshots
  }
}

/// Pictures of layers: histograms by layer, and how they go with the steps.
struct LayerPictures {
  let snapshots: [LayerSnapshot]
  /// The layer whose histogram is drawn over the steps; nil: figures of all of them.
  let layer: String?

  var plot: Plot {
    guard let last = snapshots.last else { return Plot(panels: []) }
    if let layer { return course(of: layer) }
    return snapshots.count == 1 ? histograms(last) : courses
  }

  private func tone(_ counts: [Double]) -> [Double] {
    let most = counts.max() ?? 0
    return counts.map { most > 0 ? logarithmic($0) / logarithmic(most) : 0 }
  }

  /// A row a layer; colours by the logarithm of the count.
  private func histograms(_ snapshot: LayerSnapshot) -> Plot {
    let columns = (0..<LayerStatistics.binCount).map { bin -> String in
      let place = (Double(bin) + 0.5) / Double(LayerStatistics.binCount) * 2 - 1
      return NumberFormat.fixed(1).text(place)
    }
    return Plot(
      panel: Panel(
        "histograms before step \(snapshot.step)", x: Axis("value / reach of the layer"),
        y: Axis("layer"),
        heatMap: HeatMap(
          snapshot.layers.map { tone($0.bins) }, rows: snapshot.layers.map(\.layer),
          columns: columns, format: .fixed(1), range: 0...1, isDiverging: false, hasTexts: false)))
  }

  /// Layers by steps: how much they spread, and how much of them is dead.
  private var courses: Plot {
    let names = snapshots[0].layers.map(\.layer)
    let steps = snapshots.map { String($0.step) }
    func map(_ value: (LayerStatistics) -> Double) -> [[Double]] {
      names.map { name in
        snapshots.map { $0.layers.first { $0.layer == name }.map(value) ?? .nan }
      }
    }
    func panel(_ title: String, _ values: [[Double]], _ format: NumberFormat) -> Panel {
      Panel(
        title, x: Axis("step"), y: Axis("layer"),
        heatMap: HeatMap(
          values, rows: names, columns: steps, format: format, isDiverging: false))
    }
    return Plot(
      panels: [
        panel("deviation", map(\.deviation), .significant(2)),
        panel("share near zero", map(\.nearZero), .percent(0)),
      ], columns: 1)
  }

  /// The colour-dim picture of one layer: bins by steps, all on one scale of values.
  private func course(of layer: String) -> Plot {
    let own = snapshots.compactMap { snapshot in snapshot.layers.first { $0.layer == layer } }
    let reach = own.map(\.reach).max() ?? 1
    let count = LayerStatistics.binCount
    let columns = own.map { tone(rebinned($0, reach: reach)) }
    let rows = (0..<count).map { row in columns.map { $0[count - 1 - row] } }
    let names = (0..<count).map { row in
      let place = 1 - (Double(row) + 0.5) / Double(count) * 2
      return NumberFormat.significant(2).text(place * reach)
    }
    return Plot(
      panel: Panel(
        layer, x: Axis("step"), y: Axis("value"),
        heatMap: HeatMap(
          rows, rows: names, columns: snapshots.map { String($0.step) }, format: .fixed(1),
          range: 0...1, isDiverging: false, hasTexts: false)))
  }

  /// A histogram over a wider range.
  private func rebinned(_ layer: LayerStatistics, reach: Double) -> [Double] {
    let count = LayerStatistics.binCount
    var result = Array(repeating: 0.0, count: count)
    for (bin, amount) in layer.bins.enumerated() {
      let value = ((Double(bin) + 0.5) / Double(count) * 2 - 1) * layer.reach
      let place = Int((value / reach + 1) / 2 * Double(count))
      result[min(count - 1, max(0, place))] += amount
    }
    return result
  }
}
