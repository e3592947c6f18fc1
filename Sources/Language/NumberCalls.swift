import Catalog

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Calls about one number; a list gives a list.
enum NumberCalls {
  static var declarations: [Declaration] { [abs, sqrt, exp, log, round] }

  private static let abs = Declaration(
    "abs", "The absolute value.", argument, examples: ["abs(-2)"], keywords: ["magnitude"]
  ) { value in try mapped(value, "abs") { $0.magnitude } }

  private static let sqrt = Declaration(
    "sqrt", "The square root; nan of a negative number.", argument,
    examples: ["sqrt(2)", "sqrt([1, 4, 9])"], keywords: ["root"]
  ) { value in try mapped(value, "sqrt") { $0.squareRoot() } }

  private static let exp = Declaration(
    "exp", "The exponential function.", argument, examples: ["exp(1)"]
  ) { value in
    try mapped(value, "exp") { number in libraryExp(number) }
  }

  private static let log = Declaration(
    "log", "The natural logarithm, or that of another base.", argument,
    Argument<Double?>("base", "Base of the logarithm; e where none is given.", default: nil),
    examples: ["log(10)", "log(8, base=2)"], keywords: ["logarithm", "ln"]
  ) { value, base in
    try mapped(value, "log") { number in
      switch base {
      case nil: libraryLog(number)
      case 2?: libraryLog2(number)
      case 10?: libraryLog10(number)
      case let base?: libraryLog(number) / libraryLog(base)
      }
    }
  }

  private static let round = Declaration(
    "round", "The nearest number with so many digits behind the point; ties go to the even one.",
    argument,
    Argument(
      "digits", "Digits behind the point; negative ones round to tens, hundreds, ….", default: 0
    ) { (-300...300).contains($0) ? nil : "must be between -300 and 300" },
    examples: ["round(2.6)", "round(3.14159, 2)"], keywords: ["digits", "whole", "integer"]
  ) { value, digits in
    try mapped(value, "round") { number in rounded(number, digits: digits) }
  }

  private static let argument = Argument<Value>("x", "A number, or a list of numbers.")

  /// Rounds the number that is stored, not the one that was typed: 2.675 is a little less.
  private static func rounded(_ number: Double, digits: Int) -> Double {
    guard number.isFinite else { return number }
    if digits == 0 { return number.rounded(.toNearestOrEven) }
    if digits > 0 { return Double(printed(number, digits: digits, letter: "f")) ?? number }
    let scale = pow(10, Double(-digits))
    return (number / scale).rounded(.toNearestOrEven) * scale
  }

  private static func mapped(
    _ value: Value, _ name: String, _ body: (Double) -> Double
  ) throws -> Value {
    if case .number(let number) = value { return .number(body(number)) }
    if case .string = value { throw wrong(value, name) }
    guard let elements = Elements(value) else { throw wrong(value, name) }
    return .list(
      try elements.all().map { element in
        guard case .number(let number) = element else { throw wrong(element, name) }
        return .number(body(number))
      })
  }

  private static func wrong(_ value: Value, _ name: String) -> Failure {
    Failure(.argument, "\(name) needs a number, got \(short(value))", site: .positional(0))
  }
}

// The declarations above bear the names of these functions.
private func libraryExp(_ number: Double) -> Double { exp(number) }
private func libraryLog(_ number: Double) -> Double { log(number) }
private func libraryLog2(_ number: Double) -> Double { log2(number) }
private func libraryLog10(_ number: Double) -> Double { log10(number) }
