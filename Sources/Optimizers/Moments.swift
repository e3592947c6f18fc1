import CKernels
import Catalog
import Foundation
import Tensors

/// The settings and running moments that Adam and its kin share:
/// m += (1 − β₁)(g − m), v = β₂v + (1 − β₂)g².
struct Moments {
  var lr: Float
  var beta1: Float
  var beta2: Float
  var epsilon: Float
  var decay: Float

  static let slots = ["exp_avg", "exp_avg_sq"]

  var settings: [(name: String, value: Value)] {
    [
      ("lr", decimal(lr)), ("beta1", decimal(beta1)), ("beta2", decimal(beta2)),
      ("eps", decimal(epsilon)), ("weight_decay", decimal(decay)),
    ]
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

  // Corrections in double, as PyTorch computes them: 1 − β₂ᵗ loses digits in single precision.

  /// 1 − β₁ᵗ
  func correction1(_ step: Int) -> Double { 1 - pow(exact(beta1), Double(step)) }

  /// 1 − β₂ᵗ
  func correction2(_ step: Int) -> Double { 1 - pow(exact(beta2), Double(step)) }

  /// Updates the moments and takes (along·m + ahead·g)/(√v·inverseRoot + ε) off the weights.
  ///
  /// - Parameters:
  ///   - isDirect: Whether nothing is divided by.
  ///   - shrinks: Whether decoupled decay is taken off the weights in this step.
  func step(
    _ parameter: inout Tensor, _ gradient: Tensor, _ slots: inout [Tensor], isDecoupled: Bool,
    decays: Bool, along: Float, ahead: Float = 0, inverseRoot: Float = 1, isDirect: Bool = false,
    shrinks: Bool = true
  ) {
    let share = decays ? decay : 0
    var settings = ak_adam_settings(
      beta1: beta1, beta2: beta2, epsilon: epsilon, pull: isDecoupled ? 0 : share,
      shrink: isDecoupled && shrinks ? 1 - lr * share : 1, from_moment: along,
      from_gradient: ahead, inverse_root: inverseRoot, direct: isDirect ? 1 : 0)
    updateTogether(&parameter, gradient, &slots) { w, g, slots, low, high in
      ak_adam(&settings, w, g, slots[0], slots[1], low, high)
    }
  }

  static func lrArgument(_ usual: Float) -> Argument<Float> {
    Argument("lr", "Learning rate.", default: usual, check: notNegative)
  }

  static func beta1Argument(_ usual: Float = 0.9) -> Argument<Float> {
    Argument("beta1", "Decay of the mean of gradients.", default: usual, check: belowOne)
  }

  static func beta2Argument(_ usual: Float = 0.999) -> Argument<Float> {
    Argument("beta2", "Decay of the mean of squares.", default: usual, check: belowOne)
  }

  static func epsilonArgument(_ usual: Float = 1e-8) -> Argument<Float> {
    Argument("eps", "Added to the root of the second moment.", default: usual, check: notNegative)
  }

  static let coupledArgument = Argument(
    "weight_decay", "Pull towards zero, added to the gradient.", default: Float(0),
    check: notNegative)

  static func decoupledArgument(_ usual: Float) -> Argument<Float> {
    Argument(
      "weight_decay", "Share lr·weight_decay of each weight taken off a step.",
      default: usual, check: notNegative)
  }
}
