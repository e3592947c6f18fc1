/// The header of an npy file: a Python dictionary of three known keys, nothing else.
struct NpyHeader {
  var type = ElementType.float32
  var isBigEndian = false
  var isFortran = false
  var shape: [Int] = []

  init(_ range: ByteRange) throws(CheckpointError) {
    var scanner = Scanner(range)
    var seen: Set<String> = []
    try scanner.expect("{")
    while !scanner.takes("}") {
      let key = try scanner.string()
      guard seen.insert(key).inserted else { throw scanner.error("\(shown(key)) is there twice") }
      try scanner.expect(":")
      switch key {
      case "descr": try readType(&scanner)
      case "fortran_order": isFortran = try scanner.bool()
      case "shape": shape = try scanner.tuple()
      default: throw scanner.error("the header has the unknown key \(shown(key))")
      }
      if !scanner.takes(",") {
        try scanner.expect("}")
        break
      }
    }
    guard scanner.isAtEnd else { throw scanner.error("the header goes on after its end") }
    for key in ["descr", "fortran_order", "shape"] where !seen.contains(key) {
      throw scanner.error("the header lacks '\(key)'")
    }
  }

  private mutating func readType(_ scanner: inout Scanner) throws(CheckpointError) {
    guard let quote = scanner.peek(), quote == 0x27 || quote == 0x22 else {
      throw scanner.error("arrays of records are not read, only plain numbers")
    }
    let descr = try scanner.string()
    var rest = descr[...]
    if let order = rest.first, "<>|=".contains(order) {
      isBigEndian = order == ">"
      rest = rest.dropFirst()
    }
    let types: [Substring: ElementType] = [
      "f8": .float64, "f4": .float32, "f2": .float16, "i8": .int64, "i4": .int32, "i2": .int16,
      "i1": .int8, "u8": .uint64, "u4": .uint32, "u2": .uint16, "u1": .uint8, "b1": .bool,
    ]
    guard let known = types[rest] else {
      if rest.hasPrefix("O") {
        throw scanner.error("holds Python objects: reading them would run code from the file")
      }
      throw scanner.error("numbers of type \(shown(descr)) are not read")
    }
    type = known
  }
}

/// The little of Python's literals that the header is made of.
private struct Scanner {
  private let range: ByteRange
  private let bytes: [UInt8]
  private var position = 0

  init(_ range: ByteRange) {
    self.range = range
    bytes = range.bytes
  }

  func error(_ reason: String) -> CheckpointError {
    CheckpointError(range.source.name, at: range.range.lowerBound + position, reason)
  }

  mutating func peek() -> UInt8? {
    while position < bytes.count, [0x20, 0x0A, 0x09, 0x0D].contains(bytes[position]) {
      position += 1
    }
    return position < bytes.count ? bytes[position] : nil
  }

  var isAtEnd: Bool {
    var copy = self
    return copy.peek() == nil
  }

  mutating func takes(_ character: Character) -> Bool {
    guard let byte = peek(), byte == character.asciiValue else { return false }
    position += 1
    return true
  }

  mutating func expect(_ character: Character) throws(CheckpointError) {
    guard takes(character) else { throw error("'\(character)' expected in the header") }
  }

  mutating func string() throws(CheckpointError) -> String {
    guard let quote = peek(), quote == 0x27 || quote == 0x22 else {
      throw error("a string expected in the header")
    }
    position += 1
    guard let end = bytes[position...].firstIndex(of: quote) else {
      throw error("the header ends inside a string")
    }
    defer { position = end + 1 }
    return String(decoding: bytes[position..<end], as: UTF8.self)
  }

  mutating func bool() throws(CheckpointError) -> Bool {
    for (word, value) in [("True", true), ("False", false)] {
      _ = peek()
      if bytes[position...].starts(with: word.utf8) {
        position += word.utf8.count
        return value
      }
    }
    throw error("True or False expected in the header")
  }

  mutating func tuple() throws(CheckpointError) -> [Int] {
    var sizes: [Int] = []
    try expect("(")
    while !takes(")") {
      guard sizes.count < 32 else { throw error("the shape has more than 32 axes") }
      var digits = ""
      while let byte = peek(), (0x30...0x39).contains(byte), digits.count < 20 {
        digits.append(Character(Unicode.Scalar(byte)))
        position += 1
      }
      // Files written by Python 2 have 3L.
      if position < bytes.count, bytes[position] == UInt8(ascii: "L") { position += 1 }
      guard let size = Int(digits) else { throw error("the shape holds what is no size") }
      sizes.append(size)
      if !takes(",") {
        try expect(")")
        break
      }
    }
    return sizes
  }
}
