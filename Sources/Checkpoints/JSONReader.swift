/// Reads JSON (RFC 8259) step by step, building nothing that the caller did not ask for, so that a
/// hostile header costs no more memory than its own bytes.
struct JSONReader {
  private let source: FileBytes
  private let end: Int
  private(set) var position: Int
  /// What errors call the text: "the header".
  let what: String
  static let deepest = 64

  init(_ range: ByteRange, calling what: String = "the header") {
    self.what = what
    source = range.source
    position = range.range.lowerBound
    end = range.range.upperBound
  }

  func error(_ reason: String) -> CheckpointError {
    CheckpointError(source.name, at: position, reason)
  }

  private func peek() -> UInt8? { position < end ? source[position] : nil }

  private mutating func skipSpace() {
    while let byte = peek(), byte == 0x20 || (0x09...0x0A).contains(byte) || byte == 0x0D {
      position += 1
    }
  }

  private mutating func expect(_ character: Character, _ what: String) throws(CheckpointError) {
    skipSpace()
    guard let byte = peek(), byte == character.asciiValue else {
      throw error("\(what) is not JSON: \(what) expected")
    }
    position += 1
  }

  private mutating func takes(_ character: Character) -> Bool {
    skipSpace()
    guard let byte = peek(), byte == character.asciiValue else { return false }
    position += 1
    return true
  }

  /// Nothing but blanks may be left.
  mutating func finish() throws(CheckpointError) {
    skipSpace()
    if position < end { throw error("\(what) goes on after its closing brace") }
  }

  /// Reads an object; `member` is called behind each key and must read the value.
  mutating func object(
    _ member: (inout JSONReader, String) throws(CheckpointError) -> Void
  ) throws(CheckpointError) {
    try expect("{", "'{'")
    if takes("}") { return }
    repeat {
      let key = try string()
      try expect(":", "':'")
      try member(&self, key)
    } while takes(",")
    try expect("}", "',' or '}'")
  }

  /// Reads an array; `element` must read each value.
  mutating func array(
    _ element: (inout JSONReader) throws(CheckpointError) -> Void
  ) throws(CheckpointError) {
    try expect("[", "'['")
    if takes("]") { return }
    repeat { try element(&self) } while takes(",")
    try expect("]", "',' or ']'")
  }

  /// Reads an unsigned whole number that fits into `Int`.
  mutating func size(_ what: String) throws(CheckpointError) -> Int {
    skipSpace()
    var value = 0
    let start = position
    while let byte = peek(), (0x30...0x39).contains(byte) {
      let (tens, over) = value.multipliedReportingOverflow(by: 10)
      let (sum, more) = tens.addingReportingOverflow(Int(byte) - 0x30)
      if over || more { throw error("\(what) is larger than any file") }
      value = sum
      position += 1
    }
    let next = peek()
    let isLong = position - start > 1 && source[start] == 0x30
    guard position > start, !isLong, next != 0x2E, next != 0x65, next != 0x45 else {
      throw error("\(what) is not a whole number")
    }
    return value
  }

  /// Reads a string.
  mutating func string() throws(CheckpointError) -> String {
    try expect("\"", "a string")
    var bytes: [UInt8] = []
    while true {
      guard let byte = peek() else { throw error("\(what) ends inside a string") }
      position += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let text = String(validating: bytes, as: UTF8.self) else {
          throw error("a string is not UTF-8")
        }
        return text
      case UInt8(ascii: "\\"): try escape(into: &bytes)
      case 0..<0x20: throw error("a string holds a control character")
      default: bytes.append(byte)
      }
    }
  }

  private mutating func escape(into bytes: inout [UInt8]) throws(CheckpointError) {
    guard let byte = peek() else { throw error("\(what) ends inside a string") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): bytes.append(byte)
    case UInt8(ascii: "b"): bytes.append(8)
    case UInt8(ascii: "f"): bytes.append(12)
    case UInt8(ascii: "n"): bytes.append(10)
    case UInt8(ascii: "r"): bytes.append(13)
    case UInt8(ascii: "t"): bytes.append(9)
    case UInt8(ascii: "u"):
      var code = try hex()
      if (0xD800...0xDBFF).contains(code) {
        guard takesRaw("\\"), takesRaw("u") else { throw error("half a surrogate pair") }
        let low = try hex()
        guard (0xDC00...0xDFFF).contains(low) else { throw error("half a surrogate pair") }
        code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
      }
      guard let scalar = Unicode.Scalar(code) else { throw error("half a surrogate pair") }
      bytes.append(contentsOf: String(Character(scalar)).utf8)
    default: throw error("an unknown escape in a string")
    }
  }

  private mutating func takesRaw(_ character: Character) -> Bool {
    guard let byte = peek(), byte == character.asciiValue else { return false }
    position += 1
    return true
  }

  private mutating func hex() throws(CheckpointError) -> UInt32 {
    var code: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = peek(), let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw error("four hexadecimal digits expected")
      }
      code = code << 4 + UInt32(digit)
      position += 1
    }
    return code
  }

  /// Passes over any value.
  mutating func skip(depth: Int = 0) throws(CheckpointError) {
    guard depth < Self.deepest else { throw error("\(what) is nested too deeply") }
    skipSpace()
    switch peek() {
    case UInt8(ascii: "{"):
      try object { (reader, _) throws(CheckpointError) in try reader.skip(depth: depth + 1) }
    case UInt8(ascii: "["):
      try array { (reader) throws(CheckpointError) in try reader.skip(depth: depth + 1) }
    case UInt8(ascii: "\""): _ = try string()
    default:
      let text = try word()
      guard ["true", "false", "null"].contains(text) || Double(text) != nil else {
        throw error("\(what) is not JSON: a value expected")
      }
    }
  }

  /// The next byte that is no blank.
  var next: UInt8? {
    mutating get {
      skipSpace()
      return peek()
    }
  }

  /// Reads what is neither a string nor begins with a bracket: a number, `true`, `false`, `null`.
  mutating func word() throws(CheckpointError) -> String {
    skipSpace()
    let start = position
    while let byte = peek(), isWordByte(byte) { position += 1 }
    guard position - start <= 400 else { throw error("a number of \(position - start) digits") }
    return String(decoding: ByteRange(source, start..<position).bytes, as: UTF8.self)
  }

  private func isWordByte(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x45 || byte == 0x2B
      || byte == 0x2D || byte == 0x2E
  }
}
