/// Whether a line that was printed is the line that is expected.
struct LineMatcher {
  /// The line as it is written in the transcript.
  let expected: String
  private let segments: [Segment]
  private let tolerance: Tolerance

  init(_ expected: String, _ tolerance: Tolerance = Tolerance()) {
    self.expected = expected
    self.tolerance = tolerance
    segments = SegmentReader.read(expected, tolerance)
  }

  /// Whether the line stands for any number of lines.
  var isEllipsis: Bool { expected.trimmed == "..." }

  /// Whether it has a number or a placeholder, so that another line than itself can match.
  var isTolerant: Bool {
    segments.contains { segment in
      if case .text = segment { return false }
      return true
    }
  }

  func matches(_ line: String) -> Bool {
    if line == expected { return true }
    guard isTolerant else { return false }
    let search = Search(text: Array(line.unicodeScalars), tolerance: tolerance)
    return search.matches(segments)
  }

  /// Lays the segments over the line one after the other and keeps every place where one may end,
  /// so the work is bounded by segments × length.
  private struct Search {
    let text: [Unicode.Scalar]
    let tolerance: Tolerance

    func matches(_ segments: [Segment]) -> Bool {
      var places: Set<Int> = [0]
      for segment in segments {
        if segment == .anything {
          guard let first = places.min() else { return false }
          places = Set(first...text.count)
        } else {
          places = places.reduce(into: []) { $0.formUnion(ends(of: segment, from: $1)) }
        }
        if places.isEmpty { return false }
      }
      return places.contains(text.count)
    }

    private func ends(of segment: Segment, from start: Int) -> [Int] {
      switch segment {
      case .text(let scalars):
        let end = start + scalars.count
        return end <= text.count && text[start..<end].elementsEqual(scalars) ? [end] : []
      case .space(let optional):
        let count = text[start...].prefix { $0 == " " }.count
        return count == 0 && !optional ? [] : [start + count]
      case .float(let value, let unit):
        return number(start) { tolerance.accepts($0, for: value, unit: unit) }
      case .near(let value, let width):
        return number(start) { abs($0 - value) <= width * (1 + 1e-9) }
      case .anything:
        return Array(start...text.count)
      case .placeholder(let placeholder):
        let literal = Array(placeholder.rawValue.unicodeScalars)
        if text[start...].starts(with: literal) { return [start + literal.count] }
        return Measurement.ends(of: placeholder, in: text, from: start)
      }
    }

    private func number(_ start: Int, _ accepts: (Double) -> Bool) -> [Int] {
      guard let number = Numeral.read(text, at: start), accepts(number.value) else { return [] }
      return [number.end]
    }
  }
}

extension String {
  /// Without white space at both ends.
  var trimmed: String {
    let scalars = unicodeScalars
    guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
      let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
    else { return "" }
    return String(scalars[first...last])
  }

  /// Without white space at the end.
  var withoutTrailingSpace: String {
    guard let last = unicodeScalars.lastIndex(where: { !$0.properties.isWhitespace }) else {
      return ""
    }
    return String(unicodeScalars[...last])
  }
}
