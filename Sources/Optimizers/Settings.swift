import Catalog

/// Sets a number among a rule's settings; the value must pass the check of the declaration's
/// argument.
func setNumber(
  _ target: inout Float, _ name: String, to value: Value,
  check: (Float) -> String? = notNegative
) throws -> Bool {
  guard case .number(let number) = value else {
    throw Failure(.value, "'\(name)' needs a number, got \(value.line(quoted: true))")
  }
  if let problem = check(Float(number)) {
    throw Failure(.value, "'\(name)' \(problem), got \(value.line(quoted: true))")
  }
  target = Float(number)
  return true
}

func setWhole(
  _ target: inout Int, _ name: String, to value: Value, check: (Int) -> String?
) throws -> Bool {
  guard case .number(let number) = value, let whole = Int(exactly: number) else {
    throw Failure(.value, "'\(name)' needs a whole number, got \(value.line(quoted: true))")
  }
  if let problem = check(whole) {
    throw Failure(.value, "'\(name)' \(problem), got \(value.line(quoted: true))")
  }
  target = whole
  return true
}

func setFlag(_ target: inout Bool, _ name: String, to value: Value) throws -> Bool {
  guard case .bool(let flag) = value else {
    throw Failure(.value, "'\(name)' needs true or false, got \(value.line(quoted: true))")
  }
  target = flag
  return true
}

@Sendable func notNegative(_ number: Float) -> String? {
  number >= 0 && number.isFinite ? nil : "must be at least 0"
}

@Sendable func belowOne(_ number: Float) -> String? {
  number >= 0 && number < 1 ? nil : "must be in 0 ..< 1"
}

/// The arguments that all optimizers have.
enum Common {
  static let decay = Argument(
    "decay", "Which parameters decay: all, or weights only.", default: DecayScope.all)
  static let centralization = Argument(
    "gc", "Which gradients are centralized: none, all but vectors, or convolutions'.",
    default: Centralization.none)
}
