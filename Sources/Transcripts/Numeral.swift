/// A decimal number as it stands in a line of text.
struct Numeral {
  var value: Double
  /// The worth of the last printed digit: 0.01 for 3.14, 1e-5 for 1.23e-3.
  var unit: Double
  /// Whether a point or an exponent was printed.
  var isFloat: Bool
  var end: Int

  /// The number that starts at a position, or nil.
  static func read(_ text: [Unicode.Scalar], at start: Int) -> Numeral? {
    var position = start
    if position < text.count, text[position] == "-" || text[position] == "+" { position += 1 }
    let whole = digits(text, from: position)
    guard whole > position else { return nil }
    position = whole
    var decimals = 0
    var isFloat = false
    if position + 1 < text.count, text[position] == ".", text[position + 1].isDigit {
      let end = digits(text, from: position + 1)
      decimals = end - position - 1
      position = end
      isFloat = true
    }
    var exponent = 0
    if let (value, end) = readExponent(text, at: position) {
      exponent = value
      position = end
      isFloat = true
    }
    var word = String(String.UnicodeScalarView(text[start..<position]))
    if word.hasPrefix("+") { word.removeFirst() }
    guard let value = Double(word), let unit = Double("1e\(exponent - decimals)") else {
      return nil
    }
    return Numeral(value: value, unit: unit, isFloat: isFloat, end: position)
  }

  private static func digits(_ text: [Unicode.Scalar], from start: Int) -> Int {
    var position = start
    while position < text.count, text[position].isDigit { position += 1 }
    return position
  }

  private static func readExponent(
    _ text: [Unicode.Scalar], at start: Int
  ) -> (value: Int, end: Int)? {
    guard start < text.count, text[start] == "e" || text[start] == "E" else { return nil }
    var position = start + 1
    if position < text.count, text[position] == "-" || text[position] == "+" { position += 1 }
    let end = digits(text, from: position)
    // Four digits are more than a 64-bit float can have.
    guard end > position, end - position <= 4 else { return nil }
    let word = String(String.UnicodeScalarView(text[(start + 1)..<end]))
    guard let value = Int(word.hasPrefix("+") ? String(word.dropFirst()) : word) else { return nil }
    return (value, end)
  }
}

extension Unicode.Scalar {
  /// Whether it is one of 0 to 9.
  var isDigit: Bool { value >= 0x30 && value <= 0x39 }
}
