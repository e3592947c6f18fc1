/// A type that an argument of a declaration can have: read from a value of the language.
public protocol ArgumentType: SendableMetatype {
  /// What an error text says is wanted: "a whole number", "a model".
  static var expected: String { get }
  /// The kind of value completion offers for it: "number", "model"; nil where anything goes.
  static var valueKind: String? { get }
  /// Words it may be, for completion; empty where it is free.
  static var choices: [String] { get }
  /// Whether it takes the positional arguments (`.rest`) or the unknown names (`.names`) that are
  /// left over.
  static var collects: Collecting { get }
  /// Whether a positional value that does not fit is meant for the next argument: `step 100` leaves
  /// the run out.
  static var canBeSkipped: Bool { get }
  /// The value as this type, or a failure whose message is the fact ("got a string").
  static func read(_ value: Value) throws -> Self
  /// As it would be typed, for usages and help.
  var literal: String { get }
}

/// How many arguments of a call one declared argument takes.
public enum Collecting: Sendable {
  case one, rest, names
}

/// Thrown by `read`; the binder adds which argument of which call it was.
public struct Mismatch: Error {
  /// Overrides "needs <expected>" where a more exact fact is known.
  public var reason: String?
  public var advice: String?

  public init(_ reason: String? = nil, advice: String? = nil) {
    self.reason = reason
    self.advice = advice
  }
}

extension ArgumentType {
  public static var valueKind: String? { nil }
  public static var choices: [String] { [] }
  public static var collects: Collecting { .one }
  public static var canBeSkipped: Bool { false }
  public var literal: String { "…" }
}

extension Value: ArgumentType {
  public static var expected: String { "a value" }
  public static func read(_ value: Value) throws -> Value { value }
  public var literal: String { line(quoted: true) }
}

extension Double: ArgumentType {
  public static var expected: String { "a number" }
  public static var valueKind: String? { "number" }
  public static func read(_ value: Value) throws -> Double {
    guard case .number(let number) = value else { throw Mismatch() }
    return number
  }
  public var literal: String { numberText(self) }
}

extension Float: ArgumentType {
  public static var expected: String { "a number" }
  public static var valueKind: String? { "number" }
  public static func read(_ value: Value) throws -> Float { Float(try Double.read(value)) }
  public var literal: String {
    "\(self)".hasSuffix(".0") ? String("\(self)".dropLast(2)) : "\(self)"
  }
}

extension Int: ArgumentType {
  public static var expected: String { "a whole number" }
  public static var valueKind: String? { "number" }
  public static func read(_ value: Value) throws -> Int {
    guard case .number(let number) = value, let whole = Int(exactly: number) else {
      throw Mismatch()
    }
    return whole
  }
  public var literal: String { String(self) }
}

extension Bool: ArgumentType {
  public static var expected: String { "true or false" }
  public static var valueKind: String? { "true or false" }
  public static var choices: [String] { ["true", "false"] }
  public static func read(_ value: Value) throws -> Bool {
    guard case .bool(let flag) = value else { throw Mismatch() }
    return flag
  }
  public var literal: String { self ? "true" : "false" }
}

extension String: ArgumentType {
  public static var expected: String { "a string" }
  public static var valueKind: String? { "string" }
  public static func read(_ value: Value) throws -> String {
    guard case .string(let text) = value else { throw Mismatch() }
    return text
  }
  public var literal: String { quotedText(self) }
}

extension Optional: ArgumentType where Wrapped: ArgumentType {
  public static var expected: String { Wrapped.expected + " or none" }
  public static var valueKind: String? { Wrapped.valueKind }
  public static var choices: [String] { Wrapped.choices }
  public static func read(_ value: Value) throws -> Wrapped? {
    if case .none = value { return nil }
    return try Wrapped.read(value)
  }
  public var literal: String { map(\.literal) ?? "none" }
}

extension Array: ArgumentType where Element: ArgumentType {
  public static var expected: String { "a list, each item " + Element.expected }
  public static var valueKind: String? { "list" }
  public static func read(_ value: Value) throws -> [Element] {
    switch value {
    case .list(let items): return try items.map(Element.read)
    case .range(let lower, let upper):
      guard upper - lower < 10_000_000 else { throw Mismatch("the range is too long for a list") }
      return try stride(from: lower, through: upper, by: 1).map {
        try Element.read(.number(Double($0)))
      }
    default: throw Mismatch()
    }
  }
  public var literal: String { "[" + map(\.literal).joined(separator: ", ") + "]" }
}

/// A fixed set of words, written as a string in the language.
public protocol Choice: ArgumentType, CaseIterable, RawRepresentable where RawValue == String {}

extension Choice {
  public static var expected: String {
    "one of " + allCases.map { quotedText($0.rawValue) }.joined(separator: ", ")
  }
  public static var valueKind: String? { "string" }
  public static var choices: [String] { allCases.map(\.rawValue) }
  public static func read(_ value: Value) throws -> Self {
    guard case .string(let word) = value else { throw Mismatch() }
    guard let choice = Self(rawValue: word) else {
      throw Mismatch(
        "\(quotedText(word)) is not \(expected)",
        advice: nearest(to: word, among: choices).map { "did you mean \(quotedText($0))?" })
    }
    return choice
  }
  public var literal: String { quotedText(rawValue) }
}

/// All positional arguments that are left.
public struct Rest<Element: ArgumentType>: ArgumentType {
  public var items: [Element]
  public init(_ items: [Element] = []) { self.items = items }
  public static var expected: String { Element.expected }
  public static var valueKind: String? { Element.valueKind }
  public static var collects: Collecting { .rest }
  public static func read(_ value: Value) throws -> Rest<Element> {
    guard case .list(let items) = value else { throw Mismatch() }
    return Rest(try items.map(Element.read))
  }
}

extension Rest: Sendable where Element: Sendable {}

/// A leading argument that may be left out even where others follow without a name.
public struct Subject<Wrapped: ArgumentType>: ArgumentType {
  public var value: Wrapped?
  public init(_ value: Wrapped? = nil) { self.value = value }
  public static var expected: String { Wrapped.expected }
  public static var valueKind: String? { Wrapped.valueKind }
  public static var canBeSkipped: Bool { true }
  public static func read(_ value: Value) throws -> Subject<Wrapped> {
    if case .none = value { return Subject() }
    return Subject(try Wrapped.read(value))
  }
  public var literal: String { value?.literal ?? "none" }
}

/// All named arguments that no declared argument takes, in the order they were written.
public struct Names: ArgumentType {
  public var items: [(name: String, value: Value)]
  public init(_ items: [(name: String, value: Value)] = []) { self.items = items }
  public static var expected: String { "name=value" }
  public static var collects: Collecting { .names }
  public static func read(_ value: Value) throws -> Names { Names() }
}

/// Objects are arguments as they are.
extension ArgumentType where Self: Object {
  public static var valueKind: String? {
    let name: String = Self.kind
    return name
  }
  public static var expected: String {
    (("aeiou".contains(kind.first ?? "x")) ? "an " : "a ") + kind
  }
  public static func read(_ value: Value) throws -> Self {
    guard case .object(let object) = value, let typed = object as? Self else { throw Mismatch() }
    return typed
  }
  public var literal: String { line }
}
