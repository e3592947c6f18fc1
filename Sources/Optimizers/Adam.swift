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
  var lr: Float
  var beta1: Float
  var beta2: Float
  var epsilon: Float
  var decay: Float

  var name: String { isDecoupled ? "adamw" : "adam" }

  var momentum: Float? {
    get { beta1 }
    set { beta1 = newValue ?? beta1 }
  }

  var slots: [String] { ["exp_avg", "exp_avg_sq"] }

  var settings: [(name: String, value: Value)] {
    [
      ("lr", lr), ("beta1", beta1), ("beta2", beta2), ("eps", epsilon), ("weight_decay", decay),
    ].map { ($0.0, .number(Double($0.1.literal) ?? 0)) }
  }

  mutating func set(_ name: String, to value: Value) throws -> Bool {
    switch name {
    case "lr": try setNumber(&lr, name, to: value)
    case "beta1": try setNumber(&beta1, name, to: value, check: belowOne)
    case "beta2": try setNumber(&beta2, name, to: value, check: belowOne)
    case "eps": try setNumber(&epsilon, name, to: value)
    case "weight_decay": try setNumber(&decay, name, to: value)
    default: false
    }
  }

  func update(
    _ parameter: inout Tensor, _ gradient: Tensor, _ slots: inout [Tensor], step: Int,
    decays: Bool
  ) {
    // Corrections in double, as PyTorch computes them: 1 − β₂ᵗ loses digits in single precision.
    let correction1 = 1 - pow(exact(beta1), Double(step))
    let correction2 = 1 - pow(exact(beta2), Double(step))
    var settings = ak_adam_settings(
      rate: lr, beta1: beta1, beta2: beta2, epsilon: epsilon, decay: decays ? decay : 0,
      correction1: Float(correction1), root_correction2: Float(correction2.squareRoot()),
      decoupled: isDecoupled ? 1 : 0)
    updateTogether(&parameter, gradient, &slots) { w, g, slots, low, high in
      ak_adam(&settings, w, g, slots[0], slots[1], low, high)
    }
  }
}

/// The decimal number that was typed, in double precision: 0.999, not the nearest Float.
func exact(_ number: Float) -> Double { Double("\(number)") ?? Double(number) }

extension Adam {
  static let declaration = Declaration(
    "adam", "Adam: steps scaled by running moments of the gradient.",
    details: """
      PyTorch's `Adam`; weight decay is added to the gradient. Kingma and Ba 2015, \
      https://arxiv.org/abs/1412.6980.
      """,
    Argument("lr", "Learning rate.", default: Float(1e-3), check: notNegative),
    Argument("beta1", "Decay of the mean of gradients.", default: Float(0.9), check: belowOne),
    Argument("beta2", "Decay of the mean of squares.", default: Float(0.999), check: belowOne),
    Argument(
      "eps", "Added to the root of the second moment.", default: Float(1e-8),
      check: notNegative),
    Argument(
      "weight_decay", "Pull towards zero, added to the gradient.", default: Float(0),
      check: notNegative),
    Argument("decay", "Which parameters decay: all, or weights only.", default: DecayScope.all),
    examples: ["optimizer = adam(lr=1e-3)"], keywords: ["moments", "adaptive"]
  ) {
    (lr: Float, beta1: Float, beta2: Float, eps: Float, decay: Float, scope: DecayScope) in
    Optimizer(
      Adam(
        isDecoupled: false, lr: lr, beta1: beta1, beta2: beta2, epsilon: eps, decay: decay),
      scope: scope)
  }
}
