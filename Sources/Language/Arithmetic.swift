import Catalog

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// `+ - * / % **` of the language.
enum Arithmetic {
  static func apply(_ symbol: TokenKind, _ a: Value, _ b: Value) throws -> Value {
    if case .number(let x) = a, case .number(let y) = b {
      return .number(try numbers(symbol, x, y))
    }
    let result: Value? =
      switch symbol {
      case .plus: try sum(a, b)
      case .minus: try difference(a, b)
      case .times: try product(a, b)
      case .divide: try quotient(a, b)
      default: nil
      }
    if let result { return result }
    throw mismatch(symbol, a, b)
  }

  private static func numbers(_ symbol: TokenKind, _ x: Double, _ y: Double) throws -> Double {
    switch symbol {
    case .plus: x + y
    case .minus: x - y
    case .times: x * y
    case .divide: x / y
    case .modulo: modulo(x, y)
    default: pow(x, y)
    }
  }

  /// Python's remainder: it has the sign of the divisor.
  static func modulo(_ x: Double, _ y: Double) -> Double {
    let remainder = fmod(x, y)
    if remainder != 0, (remainder < 0) != (y < 0) { return remainder + y }
    return remainder
  }

  private static func sum(_ a: Value, _ b: Value) throws -> Value? {
    switch (a, b) {
    case (.string(let a), .string(let b)):
      try ValueLimits.check(bytes: a.utf8.count + b.utf8.count)
      return .string(a + b)
    case (.list, .list), (.list, .range), (.range, .list), (.range, .range):
      guard let left = Elements(a), let right = Elements(b) else { return nil }
      try ValueLimits.check(count: left.count + right.count)
      let items = try left.all() + right.all()
      try ValueLimits.check(items)
      return .list(items)
    default: break
    }
    if case .object(let object) = a, let result = try object.adding(b, reversed: false) {
      return result
    }
    if case .object(let object) = b { return try object.adding(a, reversed: true) }
    return nil
  }

  /// `a - b` of objects is `a + -1*b`.
  private static func difference(_ a: Value, _ b: Value) throws -> Value? {
    switch (a, b) {
    case (.object, .number(let number)): return try sum(a, .number(-number))
    case (_, .object(let object)):
      guard let negative = try object.multiplied(by: -1) else { return nil }
      return try sum(a, negative)
    default: return nil
    }
  }

  private static func product(_ a: Value, _ b: Value) throws -> Value? {
    switch (a, b) {
    case (.object(let object), .number(let factor)), (.number(let factor), .object(let object)):
      return try object.multiplied(by: factor)
    case (.string(let text), .number(let times)), (.number(let times), .string(let text)):
      guard let times = count(times) else { return nil }
      let (bytes, isTooMuch) = text.utf8.count.multipliedReportingOverflow(by: times)
      try ValueLimits.check(bytes: isTooMuch ? .max : bytes)
      return .string(text.isEmpty ? "" : String(repeating: text, count: times))
    case (.list(let items), .number(let times)), (.number(let times), .list(let items)):
      guard let times = count(times) else { return nil }
      let (total, isTooMuch) = items.count.multipliedReportingOverflow(by: times)
      try ValueLimits.check(count: isTooMuch ? .max : total)
      let result = (0..<(items.isEmpty ? 0 : times)).flatMap { _ in items }
      try ValueLimits.check(result)
      return .list(result)
    default: return nil
    }
  }

  private static func count(_ number: Double) -> Int? {
    Int(exactly: number).map { max(0, $0) }
  }

  private static func quotient(_ a: Value, _ b: Value) throws -> Value? {
    guard case .object(let object) = a, case .number(let divisor) = b else { return nil }
    return try object.multiplied(by: 1 / divisor)
  }

  static func negated(_ value: Value) throws -> Value {
    switch value {
    case .number(let number): return .number(-number)
    case .object(let object):
      if let result = try object.multiplied(by: -1) { return result }
    default: break
    }
    throw Failure(.type, "cannot negate \(short(value))")
  }

  private static func mismatch(_ symbol: TokenKind, _ a: Value, _ b: Value) -> Failure {
    let (x, y) = (short(a), short(b))
    switch symbol {
    case .plus:
      var advice: String?
      if case .string = a { advice = "str(x) makes a string" }
      if case .string = b { advice = "str(x) makes a string" }
      return Failure(.type, "cannot add \(x) and \(y)", advice: advice)
    case .minus: return Failure(.type, "cannot subtract \(y) from \(x)")
    case .times: return Failure(.type, "cannot multiply \(x) by \(y)")
    case .divide: return Failure(.type, "cannot divide \(x) by \(y)")
    case .modulo: return Failure(.type, "cannot take the remainder of \(x) by \(y)")
    default: return Failure(.type, "cannot raise \(x) to the power of \(y)")
    }
  }

  /// `a..b`, both ends included. The ends are exact as numbers.
  static func range(_ a: Value, _ b: Value) throws(Failure) -> Value {
    func end(_ value: Value) throws(Failure) -> Int {
      guard case .number(let number) = value, let whole = Int(exactly: number),
        abs(number) <= 9_007_199_254_740_992
      else {
        throw Failure(.type, "a range runs from one whole number to another, got \(short(value))")
      }
      return whole
    }
    return .range(lower: try end(a), upper: try end(b))
  }
}
