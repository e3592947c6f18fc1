public import Catalog
public import Tensors

/// An update rule with its state: the language's value of kind "optimizer".
///
/// A run takes its own copy, so one optimizer value can start many runs.
public final class Optimizer: Object, ArgumentType, Answer {
  public static let kind = "optimizer"

  public private(set) var rule: any UpdateRule
  public private(set) var scope: DecayScope
  /// Steps taken so far.
  public private(set) var stepCount = 0
  private var slots: [String: [Tensor]] = [:]

  public init(_ rule: any UpdateRule, scope: DecayScope = .all) {
    self.rule = rule
    self.scope = scope
  }

  /// A copy with the same settings and no state.
  public func fresh() -> Optimizer { Optimizer(rule, scope: scope) }

  public var lr: Float {
    get { rule.lr }
    set { rule.lr = newValue }
  }

  public var momentum: Float? {
    get { rule.momentum }
    set { rule.momentum = newValue }
  }

  /// Moves every parameter by its gradient.
  ///
  /// - Parameters:
  ///   - parameters: Keys of the checkpoint with their parameters; state is kept by key.
  ///   - pace: Learning rate and momentum of this step alone; the optimizer's own where nil.
  public func step(
    _ parameters: [(key: String, parameter: Parameter)], _ gradients: [Tensor],
    pace: Pace? = nil
  ) {
    stepCount += 1
    var rule = self.rule
    if let pace {
      rule.lr = Float(pace.lr)
      if let momentum = pace.momentum { rule.momentum = Float(momentum) }
    }
    for ((key, parameter), gradient) in zip(parameters, gradients) {
      var own =
        slots.removeValue(forKey: key)
        ?? rule.slots.map { _ in Tensor(zeros: parameter.shape) }
      rule.update(
        &parameter.value, gradient, &own, step: stepCount,
        decays: scope == .all || parameter.decays)
      slots[key] = own
    }
  }

  public var line: String {
    let settings = rule.settings.map { "\($0.name)=\($0.value.line(quoted: true))" }
    let scoped = scope == .all ? [] : ["decay=\(scope.literal)"]
    return "\(rule.name)(\((settings + scoped).joined(separator: ", ")))"
  }

  /// The call that makes it again.
  public var script: String { line }

  public var memberNames: [String] { rule.settings.map(\.name) + ["steps"] }

  public func member(_ name: String) -> Value? {
    if name == "steps" { return .number(Double(stepCount)) }
    return rule.settings.first { $0.name == name }?.value
  }

  public func setMember(_ name: String, to value: Value) throws -> Bool {
    try rule.set(name, to: value)
  }

  public var restorer: (() -> Void)? {
    let before = state
    return { [self] in state = before }
  }

  public func isEqual(to other: any Object) -> Bool { (other as? Optimizer)?.line == line }
}

/// All that an optimizer remembers, as a value.
public struct OptimizerState {
  public var rule: any UpdateRule
  public var scope: DecayScope
  public var stepCount: Int
  /// `exp_avg` of `fc.weight` under "exp_avg.fc.weight"; in the layout of the parameter.
  public var tensors: [String: Tensor]
}

extension Optimizer {
  /// The whole state; setting it restores it to the bit.
  public var state: OptimizerState {
    get {
      var tensors: [String: Tensor] = [:]
      for (key, list) in slots {
        for (slot, tensor) in zip(rule.slots, list) { tensors["\(slot).\(key)"] = tensor }
      }
      return OptimizerState(rule: rule, scope: scope, stepCount: stepCount, tensors: tensors)
    }
    set {
      rule = newValue.rule
      scope = newValue.scope
      stepCount = newValue.stepCount
      slots = [:]
      guard let first = rule.slots.first else { return }
      let keys = newValue.tensors.keys.filter { $0.hasPrefix(first + ".") }
      for key in keys.map({ String($0.dropFirst(first.count + 1)) }) {
        slots[key] = rule.slots.compactMap { newValue.tensors["\($0).\(key)"] }
      }
    }
  }
}

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

@Sendable func notNegative(_ number: Float) -> String? {
  number >= 0 && number.isFinite ? nil : "must be at least 0"
}

@Sendable func belowOne(_ number: Float) -> String? {
  number >= 0 && number < 1 ? nil : "must be in 0 ..< 1"
}

func setFlag(_ target: inout Bool, _ name: String, to value: Value) throws -> Bool {
  guard case .bool(let flag) = value else {
    throw Failure(.value, "'\(name)' needs true or false, got \(value.line(quoted: true))")
  }
  target = flag
  return true
}
