/// A value of JSON as a whole, for small files that describe a network.
public enum JSONValue: Sendable, Equatable {
  case null
  case bool(Bool)
  case number(Double)
  case string(String)
  case array([JSONValue])
  /// Members in the order of the file; the first of two of one name counts.
  case object([(key: String, value: JSONValue)])

  /// No description of a network is longer.
  private static let longest = 4 << 20

  /// Reads a file that holds one value.
  public static func read(_ path: String) throws(CheckpointError) -> JSONValue {
    try read(FileBytes(path: path))
  }

  /// Reads bytes that are one value.
  public static func read(_ file: FileBytes) throws(CheckpointError) -> JSONValue {
    guard file.count <= longest else {
      throw CheckpointError(file.name, "has \(file.count) bytes, at most \(longest) are read")
    }
    var reader = JSONReader(file.all, calling: "the file")
    let value = try reader.value()
    try reader.finish()
    return value
  }

  /// The member of an object.
  public subscript(key: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.key == key }?.value
  }

  public var text: String? {
    guard case .string(let text) = self else { return nil }
    return text
  }

  public var number: Double? {
    guard case .number(let number) = self else { return nil }
    return number
  }

  public var whole: Int? { number.flatMap { Int(exactly: $0) } }

  public var elements: [JSONValue]? {
    guard case .array(let elements) = self else { return nil }
    return elements
  }

  public var members: [(key: String, value: JSONValue)]? {
    guard case .object(let members) = self else { return nil }
    return members
  }

  public static func == (a: JSONValue, b: JSONValue) -> Bool {
    switch (a, b) {
    case (.null, .null): true
    case (.bool(let a), .bool(let b)): a == b
    case (.number(let a), .number(let b)): a == b
    case (.string(let a), .string(let b)): a == b
    case (.array(let a), .array(let b)): a == b
    case (.object(let a), .object(let b)):
      a.count == b.count && zip(a, b).allSatisfy { $0.key == $1.key && $0.value == $1.value }
    default: false
    }
  }
}

extension JSONReader {
  /// Reads any value.
  mutating func value(depth: Int = 0) throws(CheckpointError) -> JSONValue {
    guard depth < Self.deepest else { throw error("\(what) is nested too deeply") }
    switch next {
    case UInt8(ascii: "{"):
      var members: [(key: String, value: JSONValue)] = []
      try object { (reader, key) throws(CheckpointError) in
        members.append((key, try reader.value(depth: depth + 1)))
      }
      return .object(members)
    case UInt8(ascii: "["):
      var elements: [JSONValue] = []
      try array { (reader) throws(CheckpointError) in
        elements.append(try reader.value(depth: depth + 1))
      }
      return .array(elements)
    case UInt8(ascii: "\""): return .string(try string())
    default:
      switch try word() {
      case "null": return .null
      case "true": return .bool(true)
      case "false": return .bool(false)
      case let word:
        guard let number = Double(word) else {
          throw error("\(what) is not JSON: a value expected")
        }
        return .number(number)
      }
    }
  }
}
