/// A piece of source with the name of its place. All offsets count code points (Unicode scalars),
/// as Jupyter does.
public final class SourceText: Sendable {
  public let text: String
  /// The name of a file, or `<input>`; see `isNamed`.
  public let origin: String
  let scalars: [Unicode.Scalar]
  /// Offset of the first code point of each line.
  private let lineStarts: [Int]
  /// Whether it is more than is read at once; then only its first characters are kept.
  let isTooLong: Bool

  public init(_ text: String, origin: String = "<input>") {
    isTooLong = text.utf8.count > SourceLimits.bytes
    let text = isTooLong ? String(text.unicodeScalars.prefix(200)) : text
    self.text = text
    self.origin = origin
    let scalars = Array(text.unicodeScalars)
    var starts = [0]
    for (index, scalar) in scalars.enumerated() where scalar.isLineEnd {
      // A carriage return before a line feed belongs to that line end.
      if scalar == "\r", index + 1 < scalars.count, scalars[index + 1] == "\n" { continue }
      starts.append(index + 1)
    }
    self.scalars = scalars
    self.lineStarts = starts
  }

  /// Number of code points.
  public var count: Int { scalars.count }

  /// Whether the place has a name worth printing: a file's, not that of typed input.
  public var isNamed: Bool { !origin.isEmpty && !origin.hasPrefix("<") }

  /// Line and column, both counted from 1, of an offset; an offset past the end is the end.
  public func position(of offset: Int) -> (line: Int, column: Int) {
    let offset = min(max(0, offset), scalars.count)
    var low = 0
    var high = lineStarts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if lineStarts[middle] <= offset { low = middle } else { high = middle }
    }
    return (low + 1, offset - lineStarts[low] + 1)
  }

  /// The code points of a line (from 1) without its line end.
  func lineSpan(_ line: Int) -> Span {
    let start = lineStarts[line - 1]
    var end = line < lineStarts.count ? lineStarts[line] : scalars.count
    while end > start, scalars[end - 1].isLineEnd { end -= 1 }
    return Span(start, end)
  }

  /// The text of a span.
  public subscript(span: Span) -> String {
    var view = String.UnicodeScalarView()
    let start = min(max(0, span.start), scalars.count)
    view.append(contentsOf: scalars[start..<min(max(start, span.end), scalars.count)])
    return String(view)
  }
}

/// A stretch of code points: `start ..< end`.
public struct Span: Sendable, Hashable {
  public var start: Int
  public var end: Int

  public init(_ start: Int, _ end: Int) {
    self.start = start
    self.end = end
  }

  /// From the start of this to the end of the other.
  public func through(_ other: Span) -> Span { Span(start, max(end, other.end)) }
}

extension Unicode.Scalar {
  var isLineEnd: Bool { self == "\n" || self == "\r" }

  /// Whether a name can start with it: a letter of any script or an underscore.
  var startsName: Bool {
    if isASCII {
      return (value | 0x20 >= 0x61 && value | 0x20 <= 0x7A) || self == "_"
    }
    return properties.isXIDStart
  }

  /// Whether a name can go on with it.
  var continuesName: Bool {
    if isASCII { return startsName || isDigit }
    return properties.isXIDContinue
  }

  var isDigit: Bool { value >= 0x30 && value <= 0x39 }

  /// White space inside a line; the no-break space comes with code pasted from pages.
  var isBlank: Bool { self == " " || self == "\t" || self == "\u{A0}" || self == "\u{FEFF}" }
}
