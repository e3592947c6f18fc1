/// What is wrong with a text that should be JSON, and at which byte.
struct JSONError: Error, Equatable {
  var reason: String
  var offset: Int
}

extension JSON {
  /// Nesting beyond this is refused: the reader and everything after it is recursive.
  static let deepest = 128

  /// Reads UTF-8 bytes that hold exactly one JSON value.
  init(parsing bytes: [UInt8]) throws(JSONError) {
    var reader = JSONReader(bytes)
    self = try reader.document()
  }

  init(parsing text: String) throws(JSONError) { try self.init(parsing: Array(text.utf8)) }
}

private struct JSONReader {
  let bytes: [UInt8]
  var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  mutating func document() throws(JSONError) -> JSON {
    let result = try value(depth: 0)
    skipSpace()
    if position < bytes.count { throw failure("something follows the value") }
    return result
  }

  func failure(_ reason: String) -> JSONError { JSONError(reason: reason, offset: position) }

  var current: UInt8? { position < bytes.count ? bytes[position] : nil }

  mutating func skipSpace() {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x09, 0x0A, 0x0D: position += 1
      default: return
      }
    }
  }

  mutating func value(depth: Int) throws(JSONError) -> JSON {
    skipSpace()
    guard let byte = current else { throw failure("the text ends where a value should be") }
    switch byte {
    case UInt8(ascii: "{"): return try object(depth: depth)
    case UInt8(ascii: "["): return try array(depth: depth)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case UInt8(ascii: "-"), 0x30...0x39: return try number()
    default: throw failure("no value starts here")
    }
  }

  mutating func word(_ word: StaticString, _ value: JSON) throws(JSONError) -> JSON {
    for index in 0..<word.utf8CodeUnitCount {
      guard current == word.utf8Start[index] else { throw failure("no value starts here") }
      position += 1
    }
    return value
  }

  mutating func object(depth: Int) throws(JSONError) -> JSON {
    guard depth < JSON.deepest else { throw failure("nested too deeply") }
    position += 1
    var members: [JSON.Member] = []
    skipSpace()
    if current == UInt8(ascii: "}") {
      position += 1
      return .object(members)
    }
    while true {
      skipSpace()
      guard current == UInt8(ascii: "\"") else { throw failure("a member's name is missing") }
      let name = try string()
      skipSpace()
      guard current == UInt8(ascii: ":") else { throw failure("a colon is missing") }
      position += 1
      members.append(JSON.Member(name: name, value: try value(depth: depth + 1)))
      skipSpace()
      if current == UInt8(ascii: "}") { break }
      guard current == UInt8(ascii: ",") else { throw failure("a comma or brace is missing") }
      position += 1
    }
    position += 1
    return .object(members)
  }

  mutating func array(depth: Int) throws(JSONError) -> JSON {
    guard depth < JSON.deepest else { throw failure("nested too deeply") }
    position += 1
    var items: [JSON] = []
    skipSpace()
    if current == UInt8(ascii: "]") {
      position += 1
      return .array(items)
    }
    while true {
      items.append(try value(depth: depth + 1))
      skipSpace()
      if current == UInt8(ascii: "]") { break }
      guard current == UInt8(ascii: ",") else { throw failure("a comma or bracket is missing") }
      position += 1
    }
    position += 1
    return .array(items)
  }

  mutating func digits() throws(JSONError) {
    let start = position
    while let byte = current, (0x30...0x39).contains(byte) { position += 1 }
    if position == start { throw failure("a digit is missing") }
  }

  mutating func number() throws(JSONError) -> JSON {
    let start = position
    var isWhole = true
    if current == UInt8(ascii: "-") { position += 1 }
    if current == UInt8(ascii: "0") { position += 1 } else { try digits() }
    if current == UInt8(ascii: ".") {
      isWhole = false
      position += 1
      try digits()
    }
    if current == UInt8(ascii: "e") || current == UInt8(ascii: "E") {
      isWhole = false
      position += 1
      if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") { position += 1 }
      try digits()
    }
    guard position - start <= 400 else { throw failure("a number of too many digits") }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if isWhole, let number = Int(text) { return .integer(number) }
    guard let number = Double(text), number.isFinite else { throw failure("a number too large") }
    return .number(number)
  }

  mutating func string() throws(JSONError) -> String {
    position += 1
    let start = position
    while let byte = current, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") {
      if byte < 0x20 { throw failure("a control character in a string") }
      position += 1
    }
    guard current == UInt8(ascii: "\"") else { return try escapedString(from: start) }
    let text = try checked(bytes[start..<position])
    position += 1
    return text
  }

  func checked(_ units: ArraySlice<UInt8>) throws(JSONError) -> String {
    guard let text = String(validating: units, as: UTF8.self) else {
      throw failure("a string is not UTF-8")
    }
    return text
  }

  /// The rest of a string with escapes; `position` is at the first one, or at the end of the text.
  mutating func escapedString(from start: Int) throws(JSONError) -> String {
    var units = bytes[start..<position]
    while let byte = current {
      position += 1
      switch byte {
      case UInt8(ascii: "\""): return try checked(units)
      case UInt8(ascii: "\\"): units.append(contentsOf: String(try escape()).utf8)
      case 0..<0x20: throw failure("a control character in a string")
      default: units.append(byte)
      }
    }
    throw failure("a string does not end")
  }

  mutating func escape() throws(JSONError) -> Unicode.Scalar {
    guard let byte = current else { throw failure("a string does not end") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""): return "\""
    case UInt8(ascii: "\\"): return "\\"
    case UInt8(ascii: "/"): return "/"
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): return try unicodeEscape()
    default: throw failure("an unknown escape")
    }
  }

  /// One escape of four digits, or two that form a pair. A lone half becomes U+FFFD: editors do send the halves
  /// of a character that a cursor has split.
  mutating func unicodeEscape() throws(JSONError) -> Unicode.Scalar {
    let first = try fourDigits()
    guard (0xD800...0xDBFF).contains(first) else { return Unicode.Scalar(first) ?? "\u{FFFD}" }
    let rest = position
    if current == UInt8(ascii: "\\") {
      position += 1
      if current == UInt8(ascii: "u") {
        position += 1
        let second = try fourDigits()
        if (0xDC00...0xDFFF).contains(second) {
          let code = 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00)
          return Unicode.Scalar(code) ?? "\u{FFFD}"
        }
      }
    }
    position = rest
    return "\u{FFFD}"
  }

  mutating func fourDigits() throws(JSONError) -> UInt32 {
    var code: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = current, let digit = hexDigit(byte) else {
        throw failure("a hexadecimal digit is missing")
      }
      code = code << 4 | UInt32(digit)
      position += 1
    }
    return code
  }
}

/// The worth of a hexadecimal digit of either case, nil for any other byte.
func hexDigit(_ byte: UInt8) -> UInt8? {
  switch byte {
  case 0x30...0x39: byte - 0x30
  case 0x41...0x46: byte - 0x41 + 10
  case 0x61...0x66: byte - 0x61 + 10
  default: nil
  }
}
