/// Anything a variable of the language can hold.
///
/// Numbers are 64-bit floats; a range is lazy and inclusive, so `1..1000000000` takes no memory.
public enum Value {
  case none
  case bool(Bool)
  case number(Double)
  case string(String)
  case list([Value])
  case range(lower: Int, upper: Int)
  case function(any Callable)
  case object(any Object)
}

/// Something that can be called from the language: a declaration or a function made by `def`.
public protocol Callable {
  /// The name it was declared with.
  var name: String { get }
  /// `name(argument=default, …)`, for error notes and help.
  var usage: String { get }
}

/// A value with members, drawn by its own module: a model, a data set, a run, a plot.
///
/// A reference type that is changed by `setMember` is changed for everyone who holds it.
public protocol Object {
  /// What it is called in error texts and completion: "model", "loss", "data set".
  static var kind: String { get }
  /// The one-line form, shown inside lists and by `variables`.
  var line: String { get }
  /// The long form, shown for a bare expression.
  func display(_ style: Style) -> Display
  /// Names that `x.name` can read, for completion.
  var memberNames: [String] { get }
  /// The member, or nil if there is none of that name.
  func member(_ name: String) throws -> Value?
  /// Changes a member. Returns false if there is none of that name that can be changed.
  func setMember(_ name: String, to value: Value) throws -> Bool
  /// A copy with another member, for values that are not shared: `x.name = value` then puts it in
  /// the place of the old one. Nil if there is none of that name that can be changed.
  func setting(_ name: String, to value: Value) throws -> Value?
  /// Number of elements that `x[i]`, `for` and `len` see; nil if it has none.
  var elementCount: Int? { get }
  /// The element at an index in 0 ..< elementCount.
  func element(_ index: Int) throws -> Value
  /// `self + other` or, if `reversed`, `other + self`; nil if the two do not add.
  func adding(_ other: Value, reversed: Bool) throws -> Value?
  /// `self * factor`; nil if it cannot be scaled.
  func multiplied(by factor: Double) throws -> Value?
  /// What puts the object back to how it is now, for a statement that fails after it changed it;
  /// nil for values that never change. Must cost little.
  var restorer: (() -> Void)? { get }
  /// Equality of the language's `==`.
  func isEqual(to other: any Object) -> Bool
}

extension Object {
  public func display(_ style: Style) -> Display { Display(line) }
  public var memberNames: [String] { [] }
  public func member(_ name: String) throws -> Value? { nil }
  public func setMember(_ name: String, to value: Value) throws -> Bool { false }
  public func setting(_ name: String, to value: Value) throws -> Value? { nil }
  public var elementCount: Int? { nil }
  public func element(_ index: Int) throws -> Value { .none }
  public func adding(_ other: Value, reversed: Bool) throws -> Value? { nil }
  public func multiplied(by factor: Double) throws -> Value? { nil }
  public var restorer: (() -> Void)? { nil }
  public func isEqual(to other: any Object) -> Bool { false }
}

extension Object where Self: AnyObject {
  public func isEqual(to other: any Object) -> Bool { (other as AnyObject) === self }
}

extension Value {
  /// The word for this value's kind in error texts: "number", "list", "model".
  public var kind: String {
    switch self {
    case .none: "none"
    case .bool: "true or false"
    case .number: "number"
    case .string: "string"
    case .list: "list"
    case .range: "range"
    case .function: "function"
    case .object(let object): type(of: object).kind
    }
  }

  /// The one-line form. A string inside a list is quoted; at top level it is not.
  public func line(quoted: Bool = false) -> String {
    switch self {
    case .none: "none"
    case .bool(let flag): flag ? "true" : "false"
    case .number(let number): numberText(number)
    case .string(let text): quoted ? quotedText(text) : text
    case .list(let items): "[" + items.map { $0.line(quoted: true) }.joined(separator: ", ") + "]"
    case .range(let lower, let upper): "\(lower)..\(upper)"
    case .function(let function): function.usage
    case .object(let object): object.line
    }
  }

  /// The long form, shown for a bare expression.
  public func display(_ style: Style) -> Display {
    if case .object(let object) = self { return object.display(style) }
    return Display(line())
  }
}

/// A number as the language prints it: whole numbers without a point, the rest in the fewest
/// digits (at most 12 significant ones) that read back the same to that precision.
public func numberText(_ number: Double) -> String {
  if number.isNaN { return "nan" }
  if number.isInfinite { return number < 0 ? "-inf" : "inf" }
  // Up to 2⁵³ every whole number is exact.
  if number == number.rounded(), abs(number) < 0x1p53 { return String(Int(number)) }
  let shortest = "\(number)"
  // 0.1 + 0.2 is shown as 0.3: more than 12 digits are noise of binary fractions.
  let digits = shortest.prefix { $0 != "e" }.filter(\.isNumber).count
  return digits <= 12 ? shortest : "\(roundedToDigits(number, 12))"
}

private func roundedToDigits(_ number: Double, _ digits: Int) -> Double {
  var exponent = 0
  var size = abs(number)
  while size >= 10 {
    size /= 10
    exponent += 1
  }
  while size < 1 {
    size *= 10
    exponent -= 1
  }
  let places = digits - 1 - exponent
  // Scale by a power of ten that is exact (up to 10^22), dividing where the power is negative.
  if places >= 0 {
    guard places <= 22 else { return number }
    let scale = powerOfTen(places)
    return (number * scale).rounded() / scale
  }
  guard -places <= 22 else { return number }
  let scale = powerOfTen(-places)
  return (number / scale).rounded() * scale
}

private func powerOfTen(_ exponent: Int) -> Double {
  var result = 1.0
  for _ in 0..<exponent { result *= 10 }
  return result
}

/// A string in double quotes, with the escapes of the language.
public func quotedText(_ text: String) -> String {
  var result = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\n": result += "\\n"
    case "\t": result += "\\t"
    case "\\": result += "\\\\"
    case "\"": result += "\\\""
    case _ where scalar.value < 0x20:
      result += "\\u{" + String(scalar.value, radix: 16) + "}"
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result + "\""
}
