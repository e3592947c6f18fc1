import Catalog
import Plots

extension Plot {
  /// The plot for who listens or reads with the fingers: a line for every curve, from where to
  /// where it goes; bars, cells and pictures as their text.
  func words(_ style: Style) -> String {
    var lines = title.isEmpty ? [] : [title]
    for panel in panels {
      guard case .marks(let marks) = panel.content else {
        lines.append(Plot(panel.title, panel: panel).display(style).plain)
        continue
      }
      if !panel.title.isEmpty { lines.append(panel.title) }
      let axis = panel.x.label.isEmpty ? "place" : panel.x.label
      lines += marks.map { said($0, axis) }
    }
    return lines.joined(separator: "\n")
  }

  private func said(_ mark: Mark, _ axis: String) -> String {
    let name = mark.name.isEmpty ? "values" : mark.name
    switch mark {
    case .curve(let curve): return "\(name): " + course(curve.x, curve.y, axis)
    case .band(let band):
      return "\(name), lower edge: \(course(band.x, band.lower, axis))\n"
        + "\(name), upper edge: \(course(band.x, band.upper, axis))"
    case .points(let points):
      let all = zip(points.x, points.y).enumerated().map { index, point in
        let label = index < points.labels.count ? points.labels[index] + " " : ""
        return "\(label)(\(figure(point.0)), \(figure(point.1)))"
      }
      let more = all.count > 20 ? " and \(all.count - 20) more" : ""
      return "\(name): " + all.prefix(20).joined(separator: ", ") + more
    case .histogram(let histogram):
      let sum = histogram.counts.reduce(0, +)
      let width = (histogram.upper - histogram.lower) / Double(max(1, histogram.counts.count))
      let most = histogram.counts.indices.max { histogram.counts[$0] < histogram.counts[$1] } ?? 0
      let low = histogram.lower + Double(most) * width
      return "\(name): \(figure(sum)) values from \(figure(histogram.lower)) to "
        + "\(figure(histogram.upper)), most between \(figure(low)) and \(figure(low + width))"
    }
  }

  /// `120 values, from 2.31 at step 1 to 0.41 at step 120, least 0.4 at step 118, greatest …`.
  private func course(_ x: [Double], _ y: [Double], _ axis: String) -> String {
    let points = zip(x, y).filter { $0.0.isFinite && $0.1.isFinite }
    guard let first = points.first, let last = points.last else { return "no values" }
    func at(_ point: (Double, Double)) -> String {
      "\(figure(point.1)) at \(axis) \(figure(point.0))"
    }
    if points.count == 1 { return at(first) }
    let least = points.min { $0.1 < $1.1 } ?? first
    let greatest = points.max { $0.1 < $1.1 } ?? first
    return "\(points.count) values, from \(at(first)) to \(at(last)), least \(at(least)), "
      + "greatest \(at(greatest))"
  }
}
