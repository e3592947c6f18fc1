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
    var search = Search(
      segments: segments, text: Array(line.unicodeScalars), tolerance: tolerance)
    return search.matches(segment: 0, at: 0)
  }

  /// Tries every way to lay the segments over the line; what failed once is not tried again, so the
  /// work is bounded by segments × length.
  private struct Search {
    let segments: [Segment]
    let text: [Unicode.Scalar]
    let tolerance: Tolerance
    var failed: Set<Int> = []

    mutating func matches(segment index: Int, at position: Int) -> Bool {
      guard index < segments.count else { return position == text.count }
      let key = index * (text.count + 1) + position
      guard !failed.contains(key) else { return false }
      for end in ends(of: segments[index], from: position)
      where matches(segment: index + 1, at: end) {
        return true
      }
      failed.insert(key)
      return false
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
