/// A point on the drawing area, in its units.
struct Point: Equatable {
  var x: Double
  var y: Double
}

/// The points of a curve as runs without gaps: a point that cannot be drawn ends a run.
func runs(_ x: [Double], _ y: [Double], _ place: (Double, Double) -> Point?) -> [[Point]] {
  var result: [[Point]] = []
  var current: [Point] = []
  for index in x.indices {
    if let point = place(x[index], y[index]) {
      current.append(point)
    } else if !current.isEmpty {
      result.append(current)
      current = []
    }
  }
  if !current.isEmpty { result.append(current) }
  return result
}

/// At most four points for each of `columns` strips of the run: its first, lowest, highest and last,
/// in their order. What is drawn covers the same pixels as all the points would.
func decimated(_ points: [Point], columns: Int) -> [Point] {
  let columns = max(1, columns)
  guard points.count > 4 * columns, let first = points.first, let last = points.last else {
    return points
  }
  let span = last.x - first.x
  var result: [Point] = []
  var start = 0
  while start < points.count {
    let strip = stripIndex(points[start], first, span, columns)
    var end = start + 1
    while end < points.count, stripIndex(points[end], first, span, columns) == strip { end += 1 }
    var lowest = start
    var highest = start
    for index in start..<end {
      if points[index].y < points[lowest].y { lowest = index }
      if points[index].y > points[highest].y { highest = index }
    }
    var kept: [Int] = []
    for index in [start, min(lowest, highest), max(lowest, highest), end - 1]
    where kept.last != index { kept.append(index) }
    result += kept.map { points[$0] }
    start = end
  }
  // Points that run back and forth in x fall into more strips than there are columns.
  if result.count > 8 * columns {
    let stride = (result.count + 4 * columns - 1) / (4 * columns)
    return result.indices.filter { $0.isMultiple(of: stride) }.map { result[$0] }
  }
  return result
}

private func stripIndex(_ point: Point, _ first: Point, _ span: Double, _ columns: Int) -> Int {
  guard span != 0 else { return 0 }
  let place = (point.x - first.x) / span * Double(columns)
  return Int(max(-1e6, min(1e6, place.isNaN ? 0 : place)))
}
