/// A JSON value (RFC 8259) that keeps the order of members and the text of numbers, so that a
/// notebook is written back with nothing changed but its outputs.
enum JSON: Equatable, Sendable {
  case null
  case bool(Bool)
  /// As it was written.
  case number(String)
  case string(String)
  case array([JSON])
  case object([Member])

  struct Member: Equatable, Sendable {
    var name: String
    var value: JSON

    init(_ name: String, _ value: JSON) {
      self.name = name
      self.value = value
    }
  }

  subscript(name: String) -> JSON? {
    get {
      guard case .object(let members) = self else { return nil }
      return members.first { $0.name == name }?.value
    }
    set {
      guard case .object(var members) = self, let newValue else { return }
      if let index = members.firstIndex(where: { $0.name == name }) {
        members[index].value = newValue
      } else {
        members.append(Member(name, newValue))
      }
      self = .object(members)
    }
  }

  var string: String? {
    if case .string(let text) = self { return text }
    return nil
  }

  var array: [JSON]? {
    if case .array(let items) = self { return items }
    return nil
  }

  var double: Double? {
    if case .number(let text) = self { return Double(text) }
    return nil
  }

  /// As the notebook format wants it: one space a level, `": "`, nothing escaped that need not be.
  func text(indent: Int = 0) -> String {
    let inner = "\n" + String(repeating: " ", count: indent + 1)
    let outer = "\n" + String(repeating: " ", count: indent)
    switch self {
    case .null: return "null"
    case .bool(let flag): return flag ? "true" : "false"
    case .number(let text): return text
    case .string(let text): return JSON.quoted(text)
    case .array(let items):
      if items.isEmpty { return "[]" }
      let lines = items.map { inner + $0.text(indent: indent + 1) }
      return "[" + lines.joined(separator: ",") + outer + "]"
    case .object(let members):
      if members.isEmpty { return "{}" }
      let lines = members.map {
        inner + JSON.quoted($0.name) + ": " + $0.value.text(indent: indent + 1)
      }
      return "{" + lines.joined(separator: ",") + outer + "}"
    }
  }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
