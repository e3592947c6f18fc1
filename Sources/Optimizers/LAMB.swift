import CKernels
import Catalog
import Tensors

/// LAMB (You et al. 2020, https://arxiv.org/abs/1904.00962) as timm computes it.
///
/// u = m̂/(√v̂ + ε) + decay·w, w −= lr·(‖w‖/‖u‖)·u; parameters that do not decay take ‖w‖/‖u‖ as 1.
/// Before all this the gradients of all parameters together are scaled down to `max_grad_norm`.
struct LAMB: UpdateRule {
  var moments: Moments
  var maxGradientNorm: Float

  var name: String { "lamb" }

  var lr: Float {
    get { moments.lr }
    set { moments.lr = newValue }
  }

  var momentum: Float? {
    get { moments.beta1 }
    set { moments.beta1 = newValue ?? moments.beta1 }
  }

  var slots: [String] { Moments.slots }
  var gradientNormLimit: Float? { maxGradientNorm > 0 ? maxGradientNorm : nil }

  var settings: [(name: String, value: Value)] {
    moments.settings + [("max_grad_norm", decimal(maxGradientNorm))]
  }

  mutating func set(_ name: String, to value: Value) throws -> Bool {
    if name == "max_grad_norm" { return try setNumber(&maxGradientNorm, name, to: value) }
    return try moments.set(name, to: value)
  }

  func update(
    _ parameter: inout Tensor, _ gradient: Tensor, _ slots: inout [Tensor], step: Int,
    decays: Bool
  ) {
    let decay = decays ? moments.decay : 0
    var settings = ak_lamb_settings(
      beta1: moments.beta1, beta2: moments.beta2, fresh: 1 - moments.beta1,
      epsilon: moments.epsilon, decay: decay,
      from_moment: 1 / Float(moments.correction1(step)),
      inverse_root: 1 / Float(moments.correction2(step).squareRoot()))
    // The direction is one slot more, for as long as this step lasts.
    var buffers = slots + [Tensor(uninitialized: parameter.shape)]
    slots = []
    updateTogether(&parameter, gradient, &buffers) { w, g, buffers, low, high in
      ak_lamb(&settings, w, g, buffers[0], buffers[1], buffers[2], low, high)
    }
    let direction = buffers.removeLast()
    slots = buffers
    var trust = 1.0
    if decay != 0 {
      let (weight, length) = (
        parameter.squaredNorm.squareRoot(), direction.squaredNorm.squareRoot()
      )
      if weight > 0, length > 0 { trust = weight / length }
    }
    let rate = Float(-exact(lr) * trust)
    let count = parameter.count
    direction.read { u in
      parameter.mutate { w in
        parallelFor(count, chunk: 1 << 14) { low, high in ak_axpy(rate, u, w, low, high) }
      }
    }
  }

  func figures(step: Int) -> [(name: String, value: Double)] {
    let (one, two) = (moments.correction1(step), moments.correction2(step))
    return [("rate", exact(lr) * two.squareRoot() / one)]
  }

  static let declaration = Declaration(
    "lamb", "Adam with each layer's step in proportion to its weights, for large batches.",
    details: """
      timm's `Lamb`. You et al. 2020, https://arxiv.org/abs/1904.00962. Parameters without weight \
      decay are moved as Adam moves them.
      """,
    Moments.lrArgument(1e-3), Moments.beta1Argument(), Moments.beta2Argument(),
    Moments.epsilonArgument(1e-6),
    Argument(
      "weight_decay", "Share of the weights added to the direction.", default: Float(0.01),
      check: notNegative),
    Argument(
      "max_grad_norm", "Largest norm of all gradients together; 0: any.", default: Float(1),
      check: notNegative),
    Common.decay, Common.centralization, examples: ["optimizer = lamb(lr=5e-3)"],
    keywords: ["layer-wise", "trust ratio", "large batch"]
  ) { lr, beta1, beta2, epsilon, decay, norm, scope, centralization in
    Optimizer(
      LAMB(
        moments: Moments(lr: lr, beta1: beta1, beta2: beta2, epsilon: epsilon, decay: decay),
        maxGradientNorm: norm), scope: scope, centralization: centralization)
  }
}
