#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Outlines of lines that are as wide as a pen.
enum Stroke {
  /// A box for every piece and a disc at every joint. All turn the same way round, so that what they
  /// cover together is their union.
  static func outlines(_ points: [Point], width: Double, hasRoundEnds: Bool) -> [[Point]] {
    guard let first = points.first else { return [] }
    let half = width / 2
    var result: [[Point]] = []
    if points.count == 1 { return [disc(first, half)] }
    for (a, b) in zip(points, points.dropFirst()) {
      let (dx, dy) = (b.x - a.x, b.y - a.y)
      let length = (dx * dx + dy * dy).squareRoot()
      guard length > 1e-9 else { continue }
      let (x, y) = (-dy / length * half, dx / length * half)
      result.append([
        Point(x: a.x + x, y: a.y + y), Point(x: a.x - x, y: a.y - y),
        Point(x: b.x - x, y: b.y - y), Point(x: b.x + x, y: b.y + y),
      ])
    }
    let joints = hasRoundEnds ? points[...] : points.dropFirst().dropLast()
    for point in joints { result.append(disc(point, half)) }
    return result
  }

  /// A circle as a polygon whose sides are too short to be seen.
  static func disc(_ center: Point, _ radius: Double) -> [Point] {
    let count = max(8, min(64, Int(radius * 4) + 6))
    return (0..<count).map { index in
      let angle = 2 * Double.pi * Double(index) / Double(count)
      return Point(x: center.x + radius * cos(angle), y: center.y + radius * sin(angle))
    }
  }

  /// The pieces of a line that is drawn and left out by turns.
  static func dashes(_ points: [Point], on: Double, off: Double) -> [[Point]] {
    guard var last = points.first, on > 0, off > 0 else { return [points] }
    var result: [[Point]] = []
    var current = [last]
    var isOn = true
    var left = on
    for point in points.dropFirst() {
      var length = distance(last, point)
      while length > left {
        let share = left / length
        last = Point(
          x: last.x + (point.x - last.x) * share, y: last.y + (point.y - last.y) * share)
        if isOn {
          current.append(last)
          result.append(current)
        }
        isOn.toggle()
        left = isOn ? on : off
        current = [last]
        length = distance(last, point)
      }
      left -= length
      last = point
      if isOn { current.append(point) }
    }
    if isOn, current.count > 1 { result.append(current) }
    return result
  }

  private static func distance(_ a: Point, _ b: Point) -> Double {
    ((a.x - b.x) * (a.x - b.x) + (a.y - b.y) * (a.y - b.y)).squareRoot()
  }
}
