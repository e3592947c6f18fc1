import Catalog
import Tensors

/// Ranger (Wright 2019, https://github.com/lessw2020/Ranger-Deep-Learning-Optimizer): RAdam inside
/// Lookahead on centralized gradients, with decoupled weight decay.
struct Ranger: UpdateRule {
  var rectified: RAdam
  var k: Int
  var alpha: Float

  private var inner: Lookahead { Lookahead(base: rectified, k: k, alpha: alpha) }

  var name: String { "ranger" }

  var lr: Float {
    get { rectified.lr }
    set { rectified.lr = newValue }
  }

  var momentum: Float? {
    get { rectified.momentum }
    set { rectified.momentum = newValue }
  }

  var slots: [String] { inner.slots }
  var lateSlots: [String] { inner.lateSlots }
  var usualCentralization: Centralization { .all }

  func initialSlots(for parameter: Tensor, after steps: Int) -> [Tensor] {
    inner.initialSlots(for: parameter, after: steps)
  }

  var settings: [(name: String, value: Value)] {
    rectified.moments.settings + [("threshold", decimal(rectified.threshold))]
      + inner.ownSettings
  }

  mutating func set(_ name: String, to value: Value) throws -> Bool {
    switch name {
    case "k": try setWhole(&k, name, to: value, check: Lookahead.checkSteps)
    case "alpha": try setNumber(&alpha, name, to: value, check: Lookahead.checkShare)
    case "degenerated_to_sgd", "decoupled_weight_decay": false
    default: try rectified.set(name, to: value)
    }
  }

  func update(
    _ parameter: inout Tensor, _ gradient: Tensor, _ slots: inout [Tensor], step: Int,
    decays: Bool
  ) {
    inner.update(&parameter, gradient, &slots, step: step, decays: decays)
  }

  func figures(step: Int) -> [(name: String, value: Double)] { inner.figures(step: step) }

  static let declaration = Declaration(
    "ranger", "RAdam inside Lookahead on centralized gradients.",
    details: """
      Wright 2019, https://github.com/lessw2020/Ranger-Deep-Learning-Optimizer: \
      `lookahead(radam(…, gc=\"all\"))` with its own constants. The learning rate is best kept flat \
      for three quarters of a run.
      """,
    Moments.lrArgument(1e-3), Moments.beta1Argument(0.95), Moments.beta2Argument(),
    Moments.epsilonArgument(1e-5), Moments.decoupledArgument(0),
    Argument(
      "threshold", "Steps are rectified where ρ is greater.", default: Float(5),
      check: RAdam.checkThreshold),
    Lookahead.kArgument, Lookahead.alphaArgument, Common.decay,
    Argument(
      "gc", "Which gradients are centralized: none, all but vectors, or convolutions'.",
      default: Centralization.all),
    examples: ["optimizer = ranger(lr=1e-3)"],
    keywords: ["RAdam", "Lookahead", "gradient centralization"]
  ) {
    lr, beta1, beta2, epsilon, decay, threshold, k, alpha, scope, centralization in
    Optimizer(
      Ranger(
        rectified: RAdam(
          moments: Moments(lr: lr, beta1: beta1, beta2: beta2, epsilon: epsilon, decay: decay),
          threshold: threshold, degeneratesToSGD: true, isDecoupled: true),
        k: k, alpha: alpha), scope: scope, centralization: centralization)
  }
}
