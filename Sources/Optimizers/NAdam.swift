import Catalog
import Foundation
import Tensors

/// Adam with Nesterov's momentum (Dozat 2016, https://openreview.net/forum?id=OM0jvwB8jIp57ZJjtNEZ)
/// as PyTorch computes it.
///
/// With μ_t = β₁(1 − ½·0.96^(t·decay)): w −= lr·[(1 − μ_t)/(1 − Πμ)·g + μ_{t+1}/(1 − Πμ·μ_{t+1})·m]
/// / (√v̂ + ε).
struct NAdam: UpdateRule {
  var moments: Moments
  /// ψ, the pace at which momentum grows to β₁.
  var momentumDecay: Float

  var name: String { "nadam" }

  var lr: Float {
    get { moments.lr }
    set { moments.lr = newValue }
  }

  var momentum: Float? {
    get { moments.beta1 }
    set { moments.beta1 = newValue ?? moments.beta1 }
  }

  // The product of momenta so far is state: β₁ may be moved by a schedule.
  var slots: [String] { Moments.slots + ["mu_product"] }
  var lateSlots: [String] { ["mu_product"] }

  func initialSlots(for parameter: Tensor, after steps: Int) -> [Tensor] {
    var product = 1.0
    for step in stride(from: 1, through: steps, by: 1) where product > 1e-30 {
      product *= momentum(at: step)
    }
    return [Tensor(zeros: parameter.shape), Tensor(zeros: parameter.shape), Tensor(Float(product))]
  }

  var settings: [(name: String, value: Value)] {
    moments.settings + [("momentum_decay", decimal(momentumDecay))]
  }

  mutating func set(_ name: String, to value: Value) throws -> Bool {
    if name == "momentum_decay" { return try setNumber(&momentumDecay, name, to: value) }
    return try moments.set(name, to: value)
  }

  private func momentum(at step: Int) -> Double {
    exact(moments.beta1) * (1 - 0.5 * pow(0.96, Double(step) * exact(momentumDecay)))
  }

  func update(
    _ parameter: inout Tensor, _ gradient: Tensor, _ slots: inout [Tensor], step: Int,
    decays: Bool
  ) {
    let (now, next) = (momentum(at: step), momentum(at: step + 1))
    let product = Double(slots[2].scalar) * now
    slots[2] = Tensor(Float(product))
    let rate = exact(moments.lr)
    var kept = Array(slots[..<2])
    slots.removeFirst(2)
    moments.step(
      &parameter, gradient, &kept, isDecoupled: false, decays: decays,
      along: Float(rate * next / (1 - product * next)),
      ahead: Float(rate * (1 - now) / (1 - product)),
      inverseRoot: 1 / Float(moments.correction2(step).squareRoot()))
    slots = kept + slots
  }

  func figures(step: Int) -> [(name: String, value: Double)] {
    [("rate", exact(lr)), ("momentum", momentum(at: step))]
  }

  static let declaration = Declaration(
    "nadam", "Adam with Nesterov's momentum.",
    details: """
      PyTorch's `NAdam`; weight decay is added to the gradient. Dozat 2016, \
      https://openreview.net/forum?id=OM0jvwB8jIp57ZJjtNEZ.
      """,
    Moments.lrArgument(2e-3), Moments.beta1Argument(), Moments.beta2Argument(),
    Moments.epsilonArgument(), Moments.coupledArgument,
    Argument(
      "momentum_decay", "Pace at which the momentum grows to beta1.", default: Float(4e-3),
      check: notNegative),
    Common.decay, Common.centralization, examples: ["optimizer = nadam(lr=2e-3)"],
    keywords: ["Nesterov", "moments", "adaptive"]
  ) { lr, beta1, beta2, epsilon, decay, momentumDecay, scope, centralization in
    Optimizer(
      NAdam(
        moments: Moments(lr: lr, beta1: beta1, beta2: beta2, epsilon: epsilon, decay: decay),
        momentumDecay: momentumDecay), scope: scope, centralization: centralization)
  }
}
