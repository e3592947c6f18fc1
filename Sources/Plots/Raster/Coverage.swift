/// How much of each pixel lies inside of outlines: the exact share along a row, over several lines a
/// row. What lies inside of two outlines counts once (the rule of non-zero winding).
enum Coverage {
  /// Lines on which a row of pixels is looked at.
  private static let lines = 5

  private struct Edge {
    var top: Double
    var bottom: Double
    /// Where it is at `top`, and how far it goes to the right with each pixel down.
    var x: Double
    var slope: Double
    var winding: Int
  }

  /// - Parameter body: Told of each row that has something: its number, the first pixel, and the
  ///   share of every pixel from there on.
  static func rows(
    of outlines: [[Point]], in area: PixelRectangle, _ body: (Int, Int, [Double]) -> Void
  ) {
    if area.isEmpty { return }
    var edges = outlines.flatMap(edges)
    let low = max(area.top, Int((edges.map(\.top).min() ?? 0).rounded(.down)))
    let high = min(area.bottom, Int((edges.map(\.bottom).max() ?? -1).rounded(.up)))
    guard low < high else { return }
    edges.sort { $0.top < $1.top }
    var active: [Edge] = []
    var next = 0
    var shares = [Double](repeating: 0, count: area.right - area.left)
    for y in low..<high {
      while next < edges.count, edges[next].top < Double(y + 1) {
        active.append(edges[next])
        next += 1
      }
      active.removeAll { $0.bottom <= Double(y) }
      if active.isEmpty { continue }
      var (first, last) = (shares.count, -1)
      for line in 0..<lines {
        let place = Double(y) + (Double(line) + 0.5) / Double(lines)
        var crossings = active.compactMap { edge -> (x: Double, winding: Int)? in
          guard edge.top <= place, edge.bottom > place else { return nil }
          return (edge.x + (place - edge.top) * edge.slope, edge.winding)
        }
        crossings.sort { $0.x < $1.x }
        var winding = 0
        for (index, crossing) in crossings.enumerated() where index + 1 < crossings.count {
          winding += crossing.winding
          guard winding != 0 else { continue }
          let span = add(
            from: crossing.x - Double(area.left), to: crossings[index + 1].x - Double(area.left),
            to: &shares)
          guard let span else { continue }
          first = min(first, span.lowerBound)
          last = max(last, span.upperBound)
        }
      }
      guard first <= last else { continue }
      body(y, area.left + first, Array(shares[first...last]))
      for index in first...last { shares[index] = 0 }
    }
  }

  /// Adds a stretch of one line; the pixels that it touches.
  private static func add(
    from start: Double, to end: Double, to shares: inout [Double]
  ) -> ClosedRange<Int>? {
    let (start, end) = (max(0, start), min(Double(shares.count), end))
    guard start < end else { return nil }
    let weight = 1 / Double(lines)
    let (first, last) = (Int(start), min(shares.count - 1, Int(end)))
    if first == last {
      shares[first] += (end - start) * weight
    } else {
      shares[first] += (Double(first + 1) - start) * weight
      for index in first + 1..<max(first + 1, last) { shares[index] += weight }
      shares[last] += (end - Double(last)) * weight
    }
    return first...last
  }

  private static func edges(_ outline: [Point]) -> [Edge] {
    var result: [Edge] = []
    for (index, a) in outline.enumerated() {
      let b = outline[(index + 1) % outline.count]
      guard a.y != b.y, a.x.isFinite, a.y.isFinite, b.x.isFinite, b.y.isFinite else { continue }
      let (top, bottom) = a.y < b.y ? (a, b) : (b, a)
      result.append(
        Edge(
          top: top.y, bottom: bottom.y, x: top.x, slope: (bottom.x - top.x) / (bottom.y - top.y),
          winding: a.y < b.y ? 1 : -1))
    }
    return result
  }
}
