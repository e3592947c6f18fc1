import Catalog
import Tensors

/// Adam with decoupled weight decay; see `AdamCore` for the formula.
struct AdamW: UpdateRule {
  static let name = "adamw"
  var core: AdamCore

  var lr: Float {
    get { core.lr }
    set { core.lr = newValue }
  }
  var momentum: Float? {
    get { core.beta1 }
    set { core.beta1 = newValue ?? core.beta1 }
  }
  var settings: [(name: String, value: Value)] { core.settings }
  mutating func set(_ name: String, to value: Value) throws -> Bool {
    try core.set(name, to: value)
  }
  var slots: [String] { ["exp_avg", "exp_avg_sq"] }

  func update(
    _ parameter: inout Tensor, _ gradient: Tensor, _ slots: inout [Tensor], step: Int,
    decays: Bool
  ) {
    core.update(&parameter, gradient, &slots, step: step, decays: decays, isDecoupled: true)
  }

  static let declaration = Declaration(
    "adamw", "Adam with decoupled weight decay.",
    details: """
      PyTorch's `AdamW`: w −= lr·weight_decay·w, then Adam's step. Loshchilov and Hutter 2019, \
      https://arxiv.org/abs/1711.05101.
      """,
    Argument("lr", "Learning rate.", default: Float(1e-3), check: notNegative),
    Argument("beta1", "Decay of the mean of gradients.", default: Float(0.9), check: belowOne),
    Argument("beta2", "Decay of the mean of squares.", default: Float(0.999), check: belowOne),
    Argument(
      "eps", "Added to the root of the second moment.", default: Float(1e-8),
      check: notNegative),
    Argument(
      "weight_decay", "Share lr·weight_decay of each weight taken off a step.",
      default: Float(0.01), check: notNegative),
    Argument("decay", "Which parameters decay: all, or weights only.", default: DecayScope.all),
    examples: ["optimizer = adamw(lr=2e-3, weight_decay=2e-2)"],
    keywords: ["moments", "adaptive", "weight decay"]
  ) {
    (lr: Float, beta1: Float, beta2: Float, eps: Float, decay: Float, scope: DecayScope) in
    Optimizer(
      AdamW(core: AdamCore(lr: lr, beta1: beta1, beta2: beta2, epsilon: eps, decay: decay)),
      scope: scope)
  }
}
