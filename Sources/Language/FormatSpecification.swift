import Catalog

/// What stands behind the colon of a replacement field: Python's format specification
/// `[[fill]align][sign][0][width][grouping][.digits][type]`.
struct FormatSpecification {
  private var fill: Character = " "
  private var alignment: Character?
  private var sign: Character = "-"
  private var width = 0
  private var grouping: Character?
  private var digits: Int?
  private var type: Character?

  /// Widths and digits beyond these are a mistake or an attack.
  private static let most = 1_000

  init(_ text: String) throws(Failure) {
    var rest = Substring(text)
    if let second = rest.dropFirst().first, "<>^=".contains(second) {
      fill = rest.removeFirst()
      alignment = rest.removeFirst()
    } else if let first = rest.first, "<>^=".contains(first) {
      alignment = rest.removeFirst()
    }
    if let first = rest.first, "+- ".contains(first) { sign = rest.removeFirst() }
    if rest.first == "0" {
      rest.removeFirst()
      if alignment == nil { (fill, alignment) = ("0", "=") }
    }
    width = try Self.number(&rest, text) ?? 0
    if let first = rest.first, ",_".contains(first) { grouping = rest.removeFirst() }
    if rest.first == "." {
      rest.removeFirst()
      guard let number = try Self.number(&rest, text) else { throw Self.bad(text) }
      digits = number
    }
    if let first = rest.first, "deEfFgGs%xXob".contains(first) { type = rest.removeFirst() }
    guard rest.isEmpty else { throw Self.bad(text) }
  }

  private static func number(_ rest: inout Substring, _ text: String) throws(Failure) -> Int? {
    let digits = rest.prefix { $0.isASCII && $0.isNumber }
    rest = rest.dropFirst(digits.count)
    guard !digits.isEmpty else { return nil }
    guard let number = Int(digits), number <= most else {
      throw Failure(.value, "format '\(text)': at most \(most) columns or digits")
    }
    return number
  }

  private static func bad(_ text: String) -> Failure {
    Failure(.value, "format: cannot read '\(shortened(text))'", advice: "as in {:.2f} or {:>8}")
  }

  func apply(_ value: Value) throws(Failure) -> String {
    guard case .number(let number) = value else {
      if let type, type != "s" {
        throw Failure(.type, "format: '\(type)' needs a number, got \(short(value))")
      }
      let text = value.line()
      return padded(digits.map { String(text.prefix($0)) } ?? text, "<")
    }
    if type == "s" { return padded(value.line(), "<") }
    var text = try plain(number)
    if let grouping { text = grouped(text, by: grouping) }
    if !text.hasPrefix("-"), sign != "-" { text = String(sign) + text }
    return padded(text, ">")
  }

  /// The number without width and grouping.
  private func plain(_ number: Double) throws(Failure) -> String {
    switch type {
    case nil:
      return digits.map { printed(number, digits: max(1, $0), letter: "g") } ?? numberText(number)
    case "f", "F": return printed(number, digits: digits ?? 6, letter: "f")
    case "e": return printed(number, digits: digits ?? 6, letter: "e")
    case "E": return printed(number, digits: digits ?? 6, letter: "e").uppercased()
    case "g": return printed(number, digits: max(1, digits ?? 6), letter: "g")
    case "G": return printed(number, digits: max(1, digits ?? 6), letter: "g").uppercased()
    case "%": return printed(number * 100, digits: digits ?? 6, letter: "f") + "%"
    default: break
    }
    guard let whole = Int(exactly: number) else {
      if type == "d", number == number.rounded() { return printed(number, digits: 0, letter: "f") }
      throw Failure(
        .type, "format: '\(type ?? "d")' needs a whole number, got \(numberText(number))")
    }
    switch type {
    case "x": return String(whole, radix: 16)
    case "X": return String(whole, radix: 16, uppercase: true)
    case "o": return String(whole, radix: 8)
    case "b": return String(whole, radix: 2)
    default: return String(whole)
    }
  }

  private func padded(_ text: String, _ usual: Character) -> String {
    let missing = width - columns(of: text)
    guard missing > 0 else { return text }
    let pad = { (count: Int) in String(repeating: String(self.fill), count: count) }
    switch alignment ?? usual {
    case "<": return text + pad(missing)
    case "^": return pad(missing / 2) + text + pad(missing - missing / 2)
    case "=":
      // Zeros go between the sign and the digits.
      let signs = text.prefix { "+- ".contains($0) }
      return signs + pad(missing) + text.dropFirst(signs.count)
    default: return pad(missing) + text
    }
  }
}
