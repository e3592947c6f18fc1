import Catalog

/// RMSProp in TensorFlow's form; see `RMSProp`.
enum RMSPropTF {
  private static let own = RMSProp.arguments(alpha: 0.9, epsilon: 1e-10, momentum: 0.9)

  static let declaration = Declaration(
    "rmsprop_tf", "RMSProp in TensorFlow's form, which recipes of mobile networks use.",
    details: """
      timm's `RMSpropTF`: the mean of squares starts at 1, eps stands under the root, and the \
      learning rate is in the momentum.
      """,
    Moments.lrArgument(1e-2), own.0, own.1, own.2, own.3, Moments.coupledArgument, Common.decay,
    Common.centralization, examples: ["optimizer = rmsprop_tf(lr=1e-2)"],
    keywords: ["adaptive", "TensorFlow", "EfficientNet", "MobileNet"]
  ) { lr, alpha, epsilon, momentum, centered, decay, scope, centralization in
    Optimizer(
      RMSProp(
        isTensorFlow: true, lr: lr, smoothing: alpha, epsilon: epsilon, inertia: momentum,
        isCentered: centered, decay: decay), scope: scope, centralization: centralization)
  }
}
