/// A type that a declaration can return.
public protocol Answer: SendableMetatype {
  /// As a value of the language.
  var value: Value { get }
  /// What it makes, for help and completion: "model", "number"; nil where it varies.
  static var answerKind: String? { get }
}

extension Value: Answer {
  public var value: Value { self }
  public static var answerKind: String? { nil }
}

extension Double: Answer {
  public var value: Value { .number(self) }
  public static var answerKind: String? { "number" }
}

extension Int: Answer {
  public var value: Value { .number(Double(self)) }
  public static var answerKind: String? { "number" }
}

extension Bool: Answer {
  public var value: Value { .bool(self) }
  public static var answerKind: String? { "true or false" }
}

extension String: Answer {
  public var value: Value { .string(self) }
  public static var answerKind: String? { "string" }
}

extension Array: Answer where Element: Answer {
  public var value: Value { .list(map(\.value)) }
  public static var answerKind: String? { "list" }
}

extension Answer where Self: Object {
  public var value: Value { .object(self) }
  public static var answerKind: String? { kind }
}
