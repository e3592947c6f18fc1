import Catalog

/// Adam with decoupled weight decay; see `Adam` for the formula.
enum AdamW {
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
      Adam(
        isDecoupled: true, lr: lr, beta1: beta1, beta2: beta2, epsilon: eps, decay: decay),
      scope: scope)
  }
}
