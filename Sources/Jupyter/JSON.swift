/// A JSON value, as strict as RFC 8259 (2017) writes it: no NaN, no infinity.
///
/// Members keep their order; where a name comes twice, the last one counts.
enum JSON: Sendable, Equatable {
  struct Member: Sendable, Equatable {
    var name: String
    var value: JSON
  }

  case null
  case bool(Bool)
  case integer(Int)
  case number(Double)
  case string(String)
  case array([JSON])
  case object([Member])

  subscript(name: String) -> JSON? {
    guard case .object(let members) = self else { return nil }
    return members.last { $0.name == name }?.value
  }

  var text: String? {
    guard case .string(let text) = self else { return nil }
    return text
  }

  var flag: Bool? {
    guard case .bool(let flag) = self else { return nil }
    return flag
  }

  /// The value as a whole number; `3.0` counts as one.
  var whole: Int? {
    switch self {
    case .integer(let number): number
    case .number(let number): Int(exactly: number)
    default: nil
    }
  }

  var items: [JSON]? {
    guard case .array(let items) = self else { return nil }
    return items
  }

  var members: [Member]? {
    guard case .object(let members) = self else { return nil }
    return members
  }

  /// The same object with one member added.
  func adding(_ name: String, _ value: JSON) -> JSON {
    .object((members ?? []) + [Member(name: name, value: value)])
  }
}

extension JSON: ExpressibleByStringLiteral {
  init(stringLiteral value: String) { self = .string(value) }
}

extension JSON: ExpressibleByBooleanLiteral {
  init(booleanLiteral value: Bool) { self = .bool(value) }
}

extension JSON: ExpressibleByIntegerLiteral {
  init(integerLiteral value: Int) { self = .integer(value) }
}

extension JSON: ExpressibleByArrayLiteral {
  init(arrayLiteral elements: JSON...) { self = .array(elements) }
}

extension JSON: ExpressibleByDictionaryLiteral {
  init(dictionaryLiteral elements: (String, JSON)...) {
    self = .object(elements.map { Member(name: $0.0, value: $0.1) })
  }
}

extension JSON: ExpressibleByNilLiteral {
  init(nilLiteral: ()) { self = .null }
}
