public import Catalog

/// The elements of a value that has some, made when asked for: a range takes no memory.
public enum Elements {
  case list([Value])
  case range(lower: Int, count: Int)
  case characters([Character])
  case object(any Object, count: Int)

  /// The elements of a list, range, string or an object with elements; nil for anything else.
  public init?(_ value: Value) {
    switch value {
    case .list(let items): self = .list(items)
    case .range(let lower, let upper):
      self = .range(lower: lower, count: upper < lower ? 0 : upper - lower + 1)
    case .string(let text): self = .characters(Array(text))
    case .object(let object):
      guard let count = object.elementCount else { return nil }
      self = .object(object, count: max(0, count))
    case .none, .bool, .number, .function: return nil
    }
  }

  public var count: Int {
    switch self {
    case .list(let items): items.count
    case .range(_, let count): count
    case .characters(let characters): characters.count
    case .object(_, let count): count
    }
  }

  /// The element at an index in 0 ..< count.
  public func element(_ index: Int) throws -> Value {
    switch self {
    case .list(let items): items[index]
    case .range(let lower, _): .number(Double(lower + index))
    case .characters(let characters): .string(String(characters[index]))
    case .object(let object, _): try object.element(index)
    }
  }

  /// All of them, if they are not more than a list may have.
  public func all() throws -> [Value] {
    if case .list(let items) = self { return items }
    try ValueLimits.check(count: count)
    var items: [Value] = []
    items.reserveCapacity(count)
    for index in 0..<count { items.append(try element(index)) }
    return items
  }
}

/// The place of an index that may count from the end, or an index error.
func place(of index: Value, count: Int, in kind: String) throws(Failure) -> Int {
  guard case .number(let number) = index else {
    throw Failure(.type, "an index is a whole number, got \(short(index))")
  }
  guard let whole = Int(exactly: number) else {
    throw Failure(.index, "an index is a whole number, got \(numberText(number))")
  }
  let place = whole < 0 ? whole + count : whole
  guard place >= 0, place < count else {
    let has = count == 0 ? "is empty" : count == 1 ? "has 1 element" : "has \(count) elements"
    let last = count > 0 ? "the last is \(count - 1) or -1" : nil
    throw Failure(.index, "index \(whole) is out of range: the \(kind) \(has)", advice: last)
  }
  return place
}

/// A value for an error text: its one-line form cut short, with its kind where that says more.
func short(_ value: Value) -> String {
  switch value {
  case .none, .bool, .number: return value.line()
  case .string(let text):
    return text.count <= 40 ? quotedText(text) : quotedText(String(text.prefix(39))) + "…"
  case .list(let items): return items.isEmpty ? "an empty list" : "a list of \(items.count)"
  case .range: return "the range \(value.line())"
  case .function(let function): return "the function '\(function.name)'"
  case .object: return article(value.kind)
  }
}

/// "a model", "an optimizer".
func article(_ noun: String) -> String {
  ("aeiou".contains(noun.first ?? "x") ? "an " : "a ") + noun
}
