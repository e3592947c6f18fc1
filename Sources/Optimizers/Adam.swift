import CKernels
import Catalog
import Foundation
import Tensors

/// Adam (Kingma and Ba 2015, https://arxiv.org/abs/1412.6980) and AdamW (Loshchilov and Hutter
/// 2019, https://arxiv.org/abs/1711.05101), as PyTorch computes them.
///
/// m += (1 − β₁)(g − m); v = β₂v + (1 − β₂)g²; w −= lr·m̂/(√v̂ + ε). Adam adds weight decay to the
/// gradient; AdamW takes lr·decay·w off the weight first.
struct Adam: UpdateRule {
  /// Whether weight decay is taken off the weight (AdamW) or added to the gradient (Adam).
  var isDecoupled: Bool
  var moments: Moments

  var name: String { isDecoupled ? "adamw" : "adam" }

  var lr: Float {
    get { moments.lr }
    set { moments.lr = newValue }
  }

  var momentum: Float? {
    get { moments.beta1 }
    set { moments.beta1 = newValue ?? moments.beta1 }
  }

  var slots: [String] { Moments.slots }
  var settings: [(name: String, value: Value)] { moments.settings }

  mutating func set(_ name: String, to value: Value) throws -> Bool {
    try moments.set(name, to: value)
  }

  func update(
    _ parameter: inout Tensor, _ gradient: Tensor, _ slots: inout [Tensor], step: Int,
    decays: Bool
  ) {
    moments.step(
      &parameter, gradient, &slots, isDecoupled: isDecoupled, decays: decays,
      along: moments.lr / Float(moments.correction1(step)),
      inverseRoot: 1 / Float(moments.correction2(step).squareRoot()))
  }

  func figures(step: Int) -> [(name: String, value: Double)] {
    let (one, two) = (moments.correction1(step), moments.correction2(step))
    return [("rate", exact(lr) * two.squareRoot() / one)]
  }

  static let declaration = Declaration(
    "adam", "Adam: steps scaled by running moments of the gradient.",
    details: """
      PyTorch's `Adam`; weight decay is added to the gradient. Kingma and Ba 2015, \
      https://arxiv.org/abs/1412.6980.
      """,
    Moments.lrArgument(1e-3), Moments.beta1Argument(), Moments.beta2Argument(),
    Moments.epsilonArgument(), Moments.coupledArgument, Common.decay, Common.centralization,
    examples: ["optimizer = adam(lr=1e-3)"], keywords: ["moments", "adaptive"]
  ) { lr, beta1, beta2, epsilon, decay, scope, centralization in
    Optimizer(
      Adam(
        isDecoupled: false,
        moments: Moments(lr: lr, beta1: beta1, beta2: beta2, epsilon: epsilon, decay: decay)),
      scope: scope, centralization: centralization)
  }
}
