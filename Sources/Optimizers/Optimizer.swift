public import Catalog
public import Tensors

/// An update rule with its state: the language's value of kind "optimizer".
///
/// A run takes its own copy, so one optimizer value can start many runs.
public final class Optimizer: Object, ArgumentType, Answer {
  public static let kind = "optimizer"

  public private(set) var rule: any UpdateRule
  public private(set) var scope: DecayScope
  public private(set) var centralization: Centralization
  /// Steps taken so far.
  public private(set) var stepCount = 0
  private var slots: [String: [Tensor]] = [:]
  /// Steps that had been taken when parameters came that were not there from the first: their own
  /// count begins there, as in PyTorch.
  private var births: [String: Int] = [:]
  /// What it moves; known from the first step, or from `attach`.
  private var parameters: [(key: String, parameter: Parameter)] = []
  /// The last step's learning rate and momentum.
  private var lastPace: Pace?

  public init(
    _ rule: any UpdateRule, scope: DecayScope = .all, centralization: Centralization = .none
  ) {
    self.rule = rule
    self.scope = scope
    self.centralization = centralization
  }

  /// A copy with the same settings and no state.
  public func fresh() -> Optimizer {
    Optimizer(rule, scope: scope, centralization: centralization)
  }

  /// Says what it will move, so that slow weights and distances can be told before the next step.
  public func attach(to parameters: [(key: String, parameter: Parameter)]) {
    self.parameters = parameters
  }

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
    self.parameters = parameters
    lastPace = pace
    let rule = rule(at: pace)
    let scale = gradientScale(gradients)
    for ((key, parameter), gradient) in zip(parameters, gradients) {
      var own = slots.removeValue(forKey: key) ?? born(key, parameter, rule)
      var gradient = gradient
      if scale < 1 { gradient = gradient.scaled(by: scale) }
      rule.update(
        &parameter.value, centralization.centralized(gradient, of: parameter), &own,
        step: stepCount - (births[key] ?? 0), decays: scope == .all || parameter.decays)
      slots[key] = own
    }
  }

  /// What a parameter begins with that is moved for the first time.
  private func born(_ key: String, _ parameter: Parameter, _ rule: any UpdateRule) -> [Tensor] {
    if stepCount > 1, !rule.slots.isEmpty { births[key] = stepCount - 1 }
    return rule.initialSlots(for: parameter.value, after: stepCount - 1)
  }

  /// Forgets what it remembers of some parameters.
  public func forget(where isForgotten: (_ key: String) -> Bool) {
    for key in slots.keys where isForgotten(key) { slots[key] = nil }
    for key in births.keys where isForgotten(key) { births[key] = nil }
  }

  private func rule(at pace: Pace?) -> any UpdateRule {
    var rule = self.rule
    if let pace {
      rule.lr = Float(pace.lr)
      if let momentum = pace.momentum { rule.momentum = Float(momentum) }
    }
    return rule
  }

  /// What brings the norm of all gradients to the rule's limit.
  private func gradientScale(_ gradients: [Tensor]) -> Float {
    guard let limit = rule.gradientNormLimit else { return 1 }
    let norm = gradientNorm(gradients)
    return norm > exact(limit) ? Float(exact(limit) / norm) : 1
  }

  public var line: String {
    rule.script(
      (scope == .all ? [] : ["decay=\(scope.literal)"])
        + (centralization == rule.usualCentralization ? [] : ["gc=\(centralization.literal)"]))
  }

  /// The call that makes it again.
  public var script: String { line }

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
  public var centralization: Centralization
  public var stepCount: Int
  /// Steps taken before a parameter came, where it was not there from the first.
  public var births: [String: Int] = [:]
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
      return OptimizerState(
        rule: rule, scope: scope, centralization: centralization, stepCount: stepCount,
        births: births, tensors: tensors)
    }
    set {
      rule = newValue.rule
      scope = newValue.scope
      centralization = newValue.centralization
      stepCount = newValue.stepCount
      births = newValue.births
      slots = [:]
      guard let first = rule.slots.first else { return }
      let keys = newValue.tensors.keys.filter { $0.hasPrefix(first + ".") }
      for key in keys.map({ String($0.dropFirst(first.count + 1)) }) {
        slots[key] = rule.slots.compactMap { newValue.tensors["\($0).\(key)"] }
      }
    }
  }

  /// Takes over what another optimizer knows of the same parameters, where it means the same to
  /// both: Adam's moments go on under AdamW, RAdam or inside Lookahead, and the count of steps with
  /// them. What can start at any step starts now: slow weights are the present ones. Where a slot
  /// that must grow from the first step is missing, nothing is taken over.
  ///
  /// - Returns: The names of the slots that go on.
  @discardableResult
  public func takeOver(from other: Optimizer) -> [String] {
    attach(to: other.parameters)
    let kept = rule.slots.filter(other.rule.slots.contains)
    guard !kept.isEmpty, rule.slots.allSatisfy({ kept.contains($0) || rule.lateSlots.contains($0) })
    else { return [] }
    let known = other.state.tensors
    stepCount = other.stepCount
    births = other.births
    for (key, parameter) in other.parameters {
      let fresh = rule.initialSlots(for: parameter.value, after: stepCount)
      slots[key] = zip(rule.slots, fresh).map { known["\($0).\(key)"] ?? $1 }
    }
    return kept
  }

  /// Lookahead's slow weights by key; nil where the rule has none. Before the first step they are
  /// the weights themselves.
  public var slowWeights: [String: Tensor]? {
    guard let place = rule.slots.firstIndex(of: Lookahead.slot) else { return nil }
    return Dictionary(
      parameters.map { ($0.key, slots[$0.key]?[place] ?? $0.parameter.value) },
      uniquingKeysWith: { $1 })
  }

  /// ‖fast − slow‖ over all parameters; nil without slow weights.
  public var slowDistance: Double? {
    guard let slow = slowWeights else { return nil }
    return parameters.reduce(0) { sum, entry in
      let difference = slow[entry.key].flatMap { try? entry.parameter.value - $0 }
      return sum + (difference?.squaredNorm ?? 0)
    }.squareRoot()
  }

  /// The norm of everything it keeps, by slot: "exp_avg". Empty before the first step.
  public var slotNorms: [(slot: String, norm: Double)] {
    if slots.isEmpty { return [] }
    let keys = slots.keys.sorted()
    return rule.slots.enumerated().map { place, slot in
      (slot, gradientNorm(keys.compactMap { slots[$0]?[place] }))
    }
  }

  /// Where it stands: the rule's figures at the last step, or the first one to come.
  public var figures: [(name: String, value: Double)] {
    rule(at: lastPace).figures(step: max(1, stepCount))
      + (slowDistance.map { [("slow_distance", $0)] } ?? [])
  }

  public var memberNames: [String] {
    rule.settings.map(\.name) + ["steps"] + figures.map(\.name)
  }

  public func member(_ name: String) -> Value? {
    if name == "steps" { return .number(Double(stepCount)) }
    return rule.settings.first { $0.name == name }?.value
      ?? figures.first { $0.name == name }.map { .number($0.value) }
  }

  public func setMember(_ name: String, to value: Value) throws -> Bool {
    try rule.set(name, to: value)
  }
}

/// ‖g‖ over all gradients together, in double.
public func gradientNorm(_ gradients: [Tensor]) -> Double {
  gradients.reduce(0) { $0 + $1.squaredNorm }.squareRoot()
}
