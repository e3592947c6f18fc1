import Catalog

/// Adam with decoupled weight decay; see `Adam` for the formula.
enum AdamW {
  static let declaration = Declaration(
    "adamw", "Adam with decoupled weight decay.",
    details: """
      PyTorch's `AdamW`: w −= lr·weight_decay·w, then Adam's step. Loshchilov and Hutter 2019, \
      https://arxiv.org/abs/1711.05101.
      """,
    Moments.lrArgument(1e-3), Moments.beta1Argument(), Moments.beta2Argument(),
    Moments.epsilonArgument(), Moments.decoupledArgument(0.01), Common.decay,
    Common.centralization,
    examples: ["optimizer = adamw(lr=2e-3, weight_decay=2e-2)"],
    keywords: ["moments", "adaptive", "weight decay"]
  ) { lr, beta1, beta2, epsilon, decay, scope, centralization in
    Optimizer(
      Adam(
        isDecoupled: true,
        moments: Moments(lr: lr, beta1: beta1, beta2: beta2, epsilon: epsilon, decay: decay)),
      scope: scope, centralization: centralization)
  }
}
