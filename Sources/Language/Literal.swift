/// Reads what number and string tokens stand for.
enum Literal {
  /// The number of a token that the lexer found: digits, underscores, point, exponent.
  static func number(_ text: String) -> Double? {
    var digits = text.filter { $0 != "_" }
    if digits.hasSuffix(".") { digits.removeLast() }
    return Double(digits)
  }

  /// The text of a string token with its quotes at `span`.
  static func string(_ source: SourceText, _ span: Span) throws(SyntaxError) -> String {
    var result = String.UnicodeScalarView()
    var index = span.start + 1
    let end = span.end - 1
    while index < end {
      let scalar = source.scalars[index]
      index += 1
      guard scalar == "\\" else {
        result.append(scalar)
        continue
      }
      result.append(try escape(source, &index, end))
    }
    return String(result)
  }

  /// The character of an escape; `index` stands behind the backslash and is moved past it.
  private static func escape(
    _ source: SourceText, _ index: inout Int, _ end: Int
  ) throws(SyntaxError) -> Unicode.Scalar {
    let start = index - 1
    // The lexer never ends a string right behind a backslash.
    let letter = source.scalars[index]
    index += 1
    switch letter {
    case "n": return "\n"
    case "t": return "\t"
    case "r": return "\r"
    case "\\", "\"", "'": return letter
    case "u":
      if index < end, source.scalars[index] == "{" {
        var digits = ""
        index += 1
        while index < end, source.scalars[index] != "}", digits.count < 9 {
          digits.unicodeScalars.append(source.scalars[index])
          index += 1
        }
        let isClosed = index < end && source.scalars[index] == "}"
        if isClosed, let value = UInt32(digits, radix: 16), let scalar = Unicode.Scalar(value) {
          index += 1
          return scalar
        }
      }
      throw SyntaxError(
        "'\\u' needs the hexadecimal number of a character in braces", advice: "as in \\u{e9}",
        at: Span(start, min(index + 1, end)))
    default:
      throw SyntaxError(
        "unknown escape '\\\(letter)'", advice: "a backslash itself is written '\\\\'",
        at: Span(start, index))
    }
  }
}
