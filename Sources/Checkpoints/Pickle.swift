/// Python's pickle format, protocols 0 to 5, read without running anything.
///
/// A pickle is a program for a small stack machine whose instructions may import and call. Here the
/// containers and numbers are built, the few calls that torch and NumPy write for tensors and
/// arrays are understood as descriptions, and everything else is kept as the name of what would
/// have been called. Names that could only be meant to run commands refuse the whole file.
/// https://docs.python.org/3/library/pickletools.html
struct Pickle {
  var heap = PickleHeap()
  private(set) var root = PickleValue.none
  var reader: ByteReader
  private let start: Int
  private var stack: [PickleValue] = []
  private var marks: [Int] = []
  private var memo: [Int: PickleValue] = [:]
  private var steps = 0
  /// A checkpoint with its optimizer has a tenth of that; each costs some 16 to 64 bytes.
  private static let mostSteps = 1_000_000

  /// Reads one pickle; `reader` then stands behind it.
  init(_ reader: inout ByteReader) throws(CheckpointError) {
    self.reader = reader
    start = reader.position
    var isDone = false
    while !isDone {
      steps += 1
      guard steps <= Pickle.mostSteps else {
        throw error("the pickle has more than \(Pickle.mostSteps) instructions")
      }
      isDone = try step()
    }
    stack = []
    memo = [:]
    reader = self.reader
  }

  func error(_ reason: String, advice: String? = nil) -> CheckpointError {
    reader.error(reason, advice: advice)
  }

  // MARK: The stack

  private mutating func pop() throws(CheckpointError) -> PickleValue {
    guard stack.count > (marks.last ?? 0), let value = stack.popLast() else {
      throw error("an instruction of the pickle finds its stack empty")
    }
    return value
  }

  private mutating func top() throws(CheckpointError) -> PickleValue {
    guard stack.count > (marks.last ?? 0), let value = stack.last else {
      throw error("an instruction of the pickle finds its stack empty")
    }
    return value
  }

  private mutating func popToMark() throws(CheckpointError) -> [PickleValue] {
    guard let mark = marks.popLast() else { throw error("the pickle lacks a mark") }
    let values = Array(stack[mark...])
    stack.removeSubrange(mark...)
    return values
  }

  private mutating func replace(_ count: Int) throws(CheckpointError) {
    var values: [PickleValue] = []
    for _ in 0..<count { values.append(try pop()) }
    stack.append(heap.new(tuple: values.reversed()))
  }

  private mutating func remember(_ index: Int) throws(CheckpointError) {
    memo[index] = try top()
  }

  private mutating func recall(_ index: Int) throws(CheckpointError) {
    guard let value = memo[index] else { throw error("the pickle has no value \(index)") }
    stack.append(value)
  }

  // MARK: Instructions

  /// Executes an instruction; returns whether it was the last one.
  private mutating func step() throws(CheckpointError) -> Bool {
    let code = try reader.integer(UInt8.self, "the pickle")
    switch code {
    case 0x80:
      let version = try reader.integer(UInt8.self, "the protocol")
      guard version <= 5 else {
        throw error("pickle protocol \(version) is unknown; 0 to 5 are read")
      }
    case UInt8(ascii: "."):
      root = try pop()
      return true
    case 0x95: _ = try reader.integer(UInt64.self, "a frame")
    case UInt8(ascii: "("): marks.append(stack.count)
    case UInt8(ascii: "0"):
      if marks.last == stack.count { marks.removeLast() } else { _ = try pop() }
    case UInt8(ascii: "1"): _ = try popToMark()
    case UInt8(ascii: "2"): stack.append(try top())
    case UInt8(ascii: "p"): try remember(try lineNumber())
    case UInt8(ascii: "q"): try remember(Int(try reader.integer(UInt8.self, "a number")))
    case UInt8(ascii: "r"): try remember(Int(try reader.integer(UInt32.self, "a number")))
    case 0x94: try remember(memo.count)
    case UInt8(ascii: "g"): try recall(try lineNumber())
    case UInt8(ascii: "h"): try recall(Int(try reader.integer(UInt8.self, "a number")))
    case UInt8(ascii: "j"): try recall(Int(try reader.integer(UInt32.self, "a number")))
    default:
      if try plain(code) { return false }
      if try container(code) { return false }
      if try call(code) { return false }
      throw error("the pickle has the unknown instruction \(code)")
    }
    return false
  }

  /// Numbers, texts, bytes.
  private mutating func plain(_ code: UInt8) throws(CheckpointError) -> Bool {
    switch code {
    case UInt8(ascii: "N"): stack.append(.none)
    case 0x88: stack.append(.bool(true))
    case 0x89: stack.append(.bool(false))
    case UInt8(ascii: "K"):
      stack.append(.int(Int(try reader.integer(UInt8.self, "a number"))))
    case UInt8(ascii: "M"):
      stack.append(.int(Int(try reader.integer(UInt16.self, "a number"))))
    case UInt8(ascii: "J"):
      stack.append(.int(Int(try reader.integer(Int32.self, "a number"))))
    case UInt8(ascii: "I"), UInt8(ascii: "L"): stack.append(try textNumber())
    case 0x8A: try long(Int(try reader.integer(UInt8.self, "a length")))
    case 0x8B: try long(Int(try reader.integer(Int32.self, "a length")))
    case UInt8(ascii: "G"):
      let bits = try reader.integer(UInt64.self, "a number", bigEndian: true)
      stack.append(.float(Double(bitPattern: bits)))
    case UInt8(ascii: "F"):
      guard let number = Double(try line()) else { throw error("a number of the pickle is none") }
      stack.append(.float(number))
    case UInt8(ascii: "X"), UInt8(ascii: "T"):
      try text(Int(try reader.integer(UInt32.self, "a length")))
    case 0x8C, UInt8(ascii: "U"): try text(Int(try reader.integer(UInt8.self, "a length")))
    case 0x8D: try text(length(try reader.integer(UInt64.self, "a length")))
    case UInt8(ascii: "C"): try bytes(Int(try reader.integer(UInt8.self, "a length")))
    case UInt8(ascii: "B"): try bytes(Int(try reader.integer(UInt32.self, "a length")))
    case 0x8E, 0x96: try bytes(length(try reader.integer(UInt64.self, "a length")))
    case UInt8(ascii: "S"), UInt8(ascii: "V"):
      var word = Array(try line().utf8)
      let isQuoted = word.count > 1 && word.first == word.last
      if isQuoted, word.first == 0x22 || word.first == 0x27 {
        word = Array(word[1..<word.count - 1])
      }
      stack.append(heap.new(text: FileBytes(word, name: "text").all))
    default: return false
    }
    return true
  }

  private func length(_ number: UInt64) -> Int { Int(clamping: number) }

  private mutating func text(_ count: Int) throws(CheckpointError) {
    stack.append(heap.new(text: try reader.take(count, "a text")))
  }

  private mutating func bytes(_ count: Int) throws(CheckpointError) {
    stack.append(heap.new(bytes: try reader.take(count, "a block of bytes")))
  }

  /// A little-endian number of two's complement; one beyond 64 bits becomes a float.
  private mutating func long(_ count: Int) throws(CheckpointError) {
    let digits = try reader.take(count, "a number")
    guard digits.count <= 1024 else { throw error("a number takes \(digits.count) bytes") }
    let bytes = digits.bytes
    let isNegative = (bytes.last ?? 0) & 0x80 != 0
    if bytes.count <= 8 {
      var bits: UInt64 = isNegative ? .max : 0
      for byte in bytes.reversed() { bits = bits << 8 | UInt64(byte) }
      stack.append(.int(Int(Int64(bitPattern: bits))))
      return
    }
    let size = bytes.reversed().reduce(0.0) { $0 * 256 + Double(isNegative ? ~$1 : $1) }
    stack.append(.float(isNegative ? -size : size))
  }

  private mutating func textNumber() throws(CheckpointError) -> PickleValue {
    var word = try line()
    if word == "00" { return .bool(false) }
    if word == "01" { return .bool(true) }
    if word.hasSuffix("L") { word.removeLast() }
    if let number = Int(word) { return .int(number) }
    guard let number = Double(word) else { throw error("a number of the pickle is none") }
    return .float(number)
  }

  private mutating func lineNumber() throws(CheckpointError) -> Int {
    guard let number = Int(try line()), number >= 0 else {
      throw error("a number of the pickle is none")
    }
    return number
  }

  /// The bytes up to the end of the line, as protocol 0 writes its arguments.
  mutating func line() throws(CheckpointError) -> String {
    var bytes: [UInt8] = []
    while true {
      let byte = try reader.integer(UInt8.self, "a line")
      if byte == 0x0A { break }
      bytes.append(byte)
      guard bytes.count <= 1 << 16 else { throw error("a line of the pickle is too long") }
    }
    if bytes.last == 0x0D { bytes.removeLast() }
    return String(decoding: bytes, as: UTF8.self)
  }

  private mutating func container(_ code: UInt8) throws(CheckpointError) -> Bool {
    switch code {
    case UInt8(ascii: ")"): stack.append(heap.new(tuple: []))
    case UInt8(ascii: "t"): stack.append(heap.new(tuple: try popToMark()))
    case 0x85, 0x86, 0x87: try replace(Int(code) - 0x84)
    case UInt8(ascii: "]"), 0x8F: stack.append(heap.new(list: []))
    case UInt8(ascii: "l"), 0x91: stack.append(heap.new(list: try popToMark()))
    case UInt8(ascii: "a"):
      let value = try pop()
      try append([value])
    case UInt8(ascii: "e"), 0x90: try append(try popToMark())
    case UInt8(ascii: "}"): stack.append(heap.new(dict: []))
    case UInt8(ascii: "d"):
      let pairs = try paired(try popToMark())
      stack.append(heap.new(dict: pairs))
    case UInt8(ascii: "s"):
      let value = try pop()
      try set([(try pop(), value)])
    case UInt8(ascii: "u"): try set(try paired(try popToMark()))
    default: return false
    }
    return true
  }

  private func paired(_ values: [PickleValue]) throws(CheckpointError) -> [PickleHeap.Pair] {
    guard values.count % 2 == 0 else { throw error("a dictionary of the pickle lacks a value") }
    return stride(from: 0, to: values.count, by: 2).map { (values[$0], values[$0 + 1]) }
  }

  private mutating func append(_ values: [PickleValue]) throws(CheckpointError) {
    switch try top() {
    case .list(let index): heap.lists[index] += values
    // A class that is a list: nothing here asks for its elements.
    case .object: break
    default: throw error("the pickle appends to what is no list")
    }
  }

  private mutating func set(_ pairs: [PickleHeap.Pair]) throws(CheckpointError) {
    switch try top() {
    case .dict(let index): heap.dicts[index] += pairs
    case .object(let index): heap.objects[index].items += pairs
    default: throw error("the pickle sets items of what is no dictionary")
    }
  }

  private mutating func call(_ code: UInt8) throws(CheckpointError) -> Bool {
    switch code {
    case UInt8(ascii: "c"):
      let module = try line()
      stack.append(try global(module, try line()))
    case 0x93:
      let (name, module) = (try pop(), try pop())
      guard let name = heap.string(name), let module = heap.string(module) else {
        throw error("the pickle names something by what is no text")
      }
      stack.append(try global(module, name))
    case UInt8(ascii: "R"), 0x81:
      let arguments = try pop()
      stack.append(try reduce(try pop(), arguments))
    case 0x92:
      _ = try pop()
      let arguments = try pop()
      stack.append(try reduce(try pop(), arguments))
    case UInt8(ascii: "o"):
      let values = try popToMark()
      guard let callee = values.first else { throw error("the pickle makes an object of nothing") }
      stack.append(try reduce(callee, heap.new(tuple: Array(values.dropFirst()))))
    case UInt8(ascii: "i"):
      let module = try line()
      let callee = try global(module, try line())
      stack.append(try reduce(callee, heap.new(tuple: try popToMark())))
    case UInt8(ascii: "b"):
      let state = try pop()
      try build(try top(), state)
    case UInt8(ascii: "Q"): stack.append(try storage(try pop()))
    case UInt8(ascii: "P"), 0x82, 0x83, 0x84, 0x97, 0x98:
      throw error("the pickle refers to values that are kept elsewhere")
    default: return false
    }
    return true
  }
}
