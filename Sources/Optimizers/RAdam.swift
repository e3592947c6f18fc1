import Catalog
import Foundation
import Tensors

/// Rectified Adam (Liu et al. 2020, https://arxiv.org/abs/1908.03265).
///
/// ρ∞ = 2/(1 − β₂) − 1, ρ_t = ρ∞ − 2tβ₂ᵗ/(1 − β₂ᵗ). Once ρ_t is above the threshold:
/// r_t = √[(ρ_t − 4)(ρ_t − 2)ρ∞ / ((ρ∞ − 4)(ρ∞ − 2)ρ_t)], w −= lr·r_t·√(1 − β₂ᵗ)·m̂/(√v + ε), with ε
/// beside the root of the uncorrected v. Before that the step is momentum SGD, w −= lr·m̂, or nothing
/// at all moves but the moments.
struct RAdam: UpdateRule {
  var moments: Moments
  /// Steps are rectified where ρ_t is greater. The paper says 4, its code and PyTorch 5.
  var threshold: Float
  /// Whether steps before that are momentum SGD; else none are taken, and no decay either.
  var degeneratesToSGD: Bool
  var isDecoupled: Bool

  var name: String { "radam" }

  var lr: Float {
    get { moments.lr }
    set { moments.lr = newValue }
  }

  var momentum: Float? {
    get { moments.beta1 }
    set { moments.beta1 = newValue ?? moments.beta1 }
  }

  var slots: [String] { Moments.slots }

  var settings: [(name: String, value: Value)] {
    moments.settings + [
      ("threshold", decimal(threshold)), ("degenerated_to_sgd", .bool(degeneratesToSGD)),
      ("decoupled_weight_decay", .bool(isDecoupled)),
    ]
  }

  mutating func set(_ name: String, to value: Value) throws -> Bool {
    switch name {
    case "threshold": try setNumber(&threshold, name, to: value, check: RAdam.checkThreshold)
    case "degenerated_to_sgd": try setFlag(&degeneratesToSGD, name, to: value)
    case "decoupled_weight_decay": try setFlag(&isDecoupled, name, to: value)
    default: try moments.set(name, to: value)
    }
  }

  // Below 4 the rectification would be the root of a negative number.
  @Sendable static func checkThreshold(_ number: Float) -> String? {
    number >= 4 && number.isFinite ? nil : "must be at least 4"
  }

  /// ρ_t and, where the step is rectified, r_t.
  func rectification(step: Int) -> (rho: Double, factor: Double?) {
    let beta2 = exact(moments.beta2)
    let limit = 2 / (1 - beta2) - 1
    let power = pow(beta2, Double(step))
    let rho = limit - 2 * Double(step) * power / (1 - power)
    guard rho > exact(threshold) else { return (rho, nil) }
    let factor =
      ((rho - 4) * (rho - 2) * limit / ((limit - 4) * (limit - 2) * rho)).squareRoot()
    return (rho, factor)
  }

  /// The first step that is rectified; nil if none ever is: β₂ too small for the threshold.
  var firstRectifiedStep: Int? {
    guard 2 / (1 - exact(moments.beta2)) - 1 > exact(threshold) else { return nil }
    // ρ_t grows with t, by about 1 a step at first.
    return (1...100_000).first { rectification(step: $0).factor != nil }
  }

  func update(
    _ parameter: inout Tensor, _ gradient: Tensor, _ slots: inout [Tensor], step: Int,
    decays: Bool
  ) {
    let correction1 = moments.correction1(step)
    let rate = exact(moments.lr)
    if let factor = rectification(step: step).factor {
      let root = moments.correction2(step).squareRoot()
      moments.step(
        &parameter, gradient, &slots, isDecoupled: isDecoupled, decays: decays,
        along: Float(rate * factor * root / correction1))
    } else {
      moments.step(
        &parameter, gradient, &slots, isDecoupled: isDecoupled, decays: decays,
        along: degeneratesToSGD ? Float(rate / correction1) : 0, isDirect: true,
        shrinks: degeneratesToSGD)
    }
  }

  func figures(step: Int) -> [(name: String, value: Double)] {
    let (rho, factor) = rectification(step: step)
    let correction1 = moments.correction1(step)
    let rate: Double
    if let factor {
      rate = exact(lr) * factor * moments.correction2(step).squareRoot() / correction1
    } else {
      rate = degeneratesToSGD ? exact(lr) / correction1 : 0
    }
    return [("rho", rho), ("rectification", factor ?? 0)]
      + (firstRectifiedStep.map { [("first_rectified", Double($0))] } ?? []) + [("rate", rate)]
  }

  /// The three forms in use.
  enum Variant: String, Choice {
    /// PyTorch's: ρ > 5, momentum SGD before, decay added to the gradient.
    case torch
    /// The paper's: ρ > 4, momentum SGD before.
    case paper
    /// The authors' code: ρ ≥ 5, no step before, decoupled decay.
    case authors
  }

  static let declaration = Declaration(
    "radam", "Adam that waits until its second moment can be trusted, and is rectified after.",
    details: """
      Liu et al. 2020, https://arxiv.org/abs/1908.03265. `variant` sets what is not given: \
      \"torch\": threshold 5, momentum SGD before, decay added to the gradient; \"paper\": threshold \
      4; \"authors\", their code: threshold 5, no step before, decoupled decay. With beta2=0.999 the \
      first rectified step is the 6th, or with threshold 4 the 5th. (The authors write ρ ≥ 5 and \
      PyTorch ρ > 5; ρ is never exactly 5 for the usual beta2.)
      """,
    Moments.lrArgument(1e-3), Moments.beta1Argument(), Moments.beta2Argument(),
    Moments.epsilonArgument(),
    Argument("weight_decay", "Pull towards zero.", default: Float(0), check: notNegative),
    Argument("variant", "Whose defaults: torch, paper or authors.", default: Variant.torch),
    Argument(
      "threshold", "Steps are rectified where ρ is greater; none: the variant's.",
      default: Float?.none
    ) { $0.flatMap(checkThreshold) },
    Argument(
      "degenerated_to_sgd",
      "Whether steps before are momentum SGD, or none are taken; none: the variant's.",
      default: Bool?.none),
    Argument(
      "decoupled_weight_decay", "Whether decay is taken off the weights; none: the variant's.",
      default: Bool?.none),
    Common.decay, Common.centralization,
    examples: ["optimizer = radam(lr=1e-3)", "optimizer = radam(lr=1e-3, variant=\"authors\")"],
    keywords: ["rectified", "warm-up", "adaptive"]
  ) {
    lr, beta1, beta2, epsilon, decay, variant, threshold, degenerates, decoupled, scope,
    centralization in
    Optimizer(
      RAdam(
        moments: Moments(lr: lr, beta1: beta1, beta2: beta2, epsilon: epsilon, decay: decay),
        threshold: threshold ?? (variant == .paper ? 4 : 5),
        degeneratesToSGD: degenerates ?? (variant != .authors),
        isDecoupled: decoupled ?? (variant == .authors)),
      scope: scope, centralization: centralization)
  }
}
