import Catalog
import Tensors

/// Lookahead around another rule (Zhang et al. 2019, https://arxiv.org/abs/1907.08610).
///
/// The rule moves the fast weights; every k steps slow += α(fast − slow), fast = slow. The first slow
/// weights are the parameter's before its first step, as in the paper; they are state like any other.
struct Lookahead: UpdateRule {
  var base: any UpdateRule
  var k: Int
  var alpha: Float

  /// The name of its slot, after those of the rule it is around.
  static let slot = "slow"

  var name: String { "lookahead" }

  var lr: Float {
    get { base.lr }
    set { base.lr = newValue }
  }

  var momentum: Float? {
    get { base.momentum }
    set { base.momentum = newValue }
  }

  var slots: [String] { base.slots + [Lookahead.slot] }
  var lateSlots: [String] { base.lateSlots + [Lookahead.slot] }
  var gradientNormLimit: Float? { base.gradientNormLimit }

  func initialSlots(for parameter: Tensor, after steps: Int) -> [Tensor] {
    base.initialSlots(for: parameter, after: steps) + [parameter]
  }

  var ownSettings: [(name: String, value: Value)] {
    [("k", .number(Double(k))), ("alpha", decimal(alpha))]
  }

  // RMSProp's own "alpha" is hidden behind this one.
  var settings: [(name: String, value: Value)] {
    base.settings.filter { $0.name != "alpha" } + ownSettings
  }

  mutating func set(_ name: String, to value: Value) throws -> Bool {
    switch name {
    case "k": try setWhole(&k, name, to: value, check: Lookahead.checkSteps)
    case "alpha": try setNumber(&alpha, name, to: value, check: Lookahead.checkShare)
    default: try base.set(name, to: value)
    }
  }

  func script(_ common: [String]) -> String {
    let own = ownSettings.map { "\($0.name)=\($0.value.line())" }.joined(separator: ", ")
    return "lookahead(\(base.script(common)), \(own))"
  }

  func update(
    _ parameter: inout Tensor, _ gradient: Tensor, _ slots: inout [Tensor], step: Int,
    decays: Bool
  ) {
    var slow = slots.removeLast()
    base.update(&parameter, gradient, &slots, step: step, decays: decays)
    if step.isMultiple(of: k) {
      slow.move(towards: parameter, by: alpha)
      parameter = slow
    }
    slots.append(slow)
  }

  func figures(step: Int) -> [(name: String, value: Double)] {
    base.figures(step: step) + [("until_sync", Double(k - step % k))]
  }

  @Sendable static func checkSteps(_ number: Int) -> String? {
    (1...1_000_000).contains(number) ? nil : "must be in 1..1000000"
  }

  @Sendable static func checkShare(_ number: Float) -> String? {
    number > 0 && number <= 1 ? nil : "must be above 0 and at most 1"
  }

  static let kArgument = Argument(
    "k", "Steps between two looks back.", default: 6, check: checkSteps)
  static let alphaArgument = Argument(
    "alpha", "Share of the way that the slow weights go.", default: Float(0.5), check: checkShare)

  static let declaration = Declaration(
    "lookahead", "Every k steps goes back part of the way that another optimizer has gone.",
    details: """
      slow += alpha·(fast − slow), fast = slow, every k steps of the optimizer it is around; the \
      first slow weights are the initial ones. Zhang et al. 2019, https://arxiv.org/abs/1907.08610. \
      `run.slow` is the student with the slow weights.
      """,
    Argument<Optimizer>("base", "The optimizer that makes the steps."), kArgument, alphaArgument,
    examples: ["optimizer = lookahead(adamw(lr=1e-3), k=6, alpha=0.5)"],
    keywords: ["slow weights", "fast weights", "averaging"]
  ) { base, k, alpha in
    guard !base.rule.slots.contains(Lookahead.slot) else {
      throw Failure(.argument, "'\(base.rule.name)' looks ahead already")
    }
    return Optimizer(
      Lookahead(base: base.rule, k: k, alpha: alpha), scope: base.scope,
      centralization: base.centralization)
  }
}
