/// A piece of an expected line.
enum Segment: Equatable {
  case text([Unicode.Scalar])
  /// A run of spaces that may be longer or shorter, because a number or a placeholder beside it may
  /// be printed with more digits. `optional` at the start of a line.
  case space(optional: Bool)
  /// A float as printed; `unit` is the worth of its last digit.
  case float(Double, unit: Double)
  /// `0.913±0.02`
  case near(Double, within: Double)
  /// `[..]`
  case anything
  case placeholder(Placeholder)
}

/// Things that differ from run to run.
enum Placeholder: String, CaseIterable {
  case time = "[TIME]"
  case rate = "[RATE]"
  case path = "[PATH]"
  case memory = "[MEMORY]"
}

/// Cuts an expected line into segments.
struct SegmentReader {
  private let line: [Unicode.Scalar]
  private let tolerance: Tolerance
  private var position = 0
  private var text: [Unicode.Scalar] = []
  private var segments: [Segment] = []

  static func read(_ line: String, _ tolerance: Tolerance) -> [Segment] {
    var reader = SegmentReader(line: Array(line.unicodeScalars), tolerance: tolerance)
    return reader.read()
  }

  private init(line: [Unicode.Scalar], tolerance: Tolerance) {
    self.line = line
    self.tolerance = tolerance
  }

  private mutating func read() -> [Segment] {
    while position < line.count {
      if let (segment, end) = special() {
        append(segment)
        position = end
      } else {
        text.append(line[position])
        position += 1
      }
    }
    flush()
    return relaxed(segments)
  }

  private mutating func append(_ segment: Segment) {
    flush()
    segments.append(segment)
  }

  private mutating func flush() {
    if !text.isEmpty { segments.append(.text(text)) }
    text = []
  }

  /// The placeholder or number that starts here.
  private func special() -> (Segment, end: Int)? {
    if let end = wordEnd("[..]") { return (.anything, end) }
    for placeholder in Placeholder.allCases {
      if let end = wordEnd(placeholder.rawValue) { return (.placeholder(placeholder), end) }
    }
    guard !isInsideWord else { return nil }
    if tolerance.ignoresMeasurements {
      // A rate is looked for first: "12 MB/s" begins like an amount of memory.
      for placeholder in [Placeholder.rate, .memory, .time] {
        if let end = Measurement.ends(of: placeholder, in: line, from: position).max() {
          return (.placeholder(placeholder), end)
        }
      }
    }
    guard let number = Numeral.read(line, at: position) else { return nil }
    if number.end < line.count, line[number.end] == "±",
      let width = Numeral.read(line, at: number.end + 1)
    {
      return (.near(number.value, within: abs(width.value)), width.end)
    }
    guard number.isFloat, !isVersion(number.end) else { return nil }
    return (.float(number.value, unit: number.unit), number.end)
  }

  /// Whether the scalar before belongs to a name or number, as the 18 of resnet18 does.
  private var isInsideWord: Bool {
    guard position > 0 else { return false }
    let before = line[position - 1]
    return before.properties.isAlphabetic || before.isDigit || before == "_" || before == "."
  }

  /// Whether `.` and a digit follow, as in 1.2.3.
  private func isVersion(_ end: Int) -> Bool {
    end + 1 < line.count && line[end] == "." && line[end + 1].isDigit
  }

  private func wordEnd(_ word: String) -> Int? {
    let scalars = Array(word.unicodeScalars)
    guard line.count - position >= scalars.count else { return nil }
    for (offset, scalar) in scalars.enumerated() where line[position + offset] != scalar {
      return nil
    }
    return position + scalars.count
  }

  /// Makes the spaces beside numbers and placeholders elastic.
  private func relaxed(_ segments: [Segment]) -> [Segment] {
    var result: [Segment] = []
    for (index, segment) in segments.enumerated() {
      guard case .text(var scalars) = segment else {
        result.append(segment)
        continue
      }
      let isFirst = index == 0
      let followsSpecial = index > 0
      let precedesSpecial = index + 1 < segments.count
      var trailing = false
      if precedesSpecial, scalars.last == " " {
        while scalars.last == " " { scalars.removeLast() }
        trailing = true
      }
      if followsSpecial, scalars.first == " " {
        let count = scalars.prefix { $0 == " " }.count
        scalars.removeFirst(count)
        result.append(.space(optional: false))
      }
      if !scalars.isEmpty { result.append(.text(scalars)) }
      if trailing, result.last != .space(optional: false) {
        result.append(.space(optional: isFirst && scalars.isEmpty))
      }
    }
    return result
  }
}
