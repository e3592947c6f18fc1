import CKernels
import Catalog
import Tensors

/// Lion (Chen et al. 2023, https://arxiv.org/abs/2302.06675):
/// w −= lr·decay·w; w −= lr·sign(β₁m + (1 − β₁)g); m = β₂m + (1 − β₂)g.
struct Lion: UpdateRule {
  var lr: Float
  var beta1: Float
  var beta2: Float
  var decay: Float

  var name: String { "lion" }

  var momentum: Float? {
    get { beta1 }
    set { beta1 = newValue ?? beta1 }
  }

  var slots: [String] { ["exp_avg"] }

  var settings: [(name: String, value: Value)] {
    [
      ("lr", decimal(lr)), ("beta1", decimal(beta1)), ("beta2", decimal(beta2)),
      ("weight_decay", decimal(decay)),
    ]
  }

  mutating func set(_ name: String, to value: Value) throws -> Bool {
    switch name {
    case "lr": try setNumber(&lr, name, to: value)
    case "beta1": try setNumber(&beta1, name, to: value, check: belowOne)
    case "beta2": try setNumber(&beta2, name, to: value, check: belowOne)
    case "weight_decay": try setNumber(&decay, name, to: value)
    default: false
    }
  }

  func update(
    _ parameter: inout Tensor, _ gradient: Tensor, _ slots: inout [Tensor], step: Int,
    decays: Bool
  ) {
    var settings = ak_lion_settings(
      rate: lr, beta1: beta1, beta2: beta2, shrink: 1 - lr * (decays ? decay : 0))
    updateTogether(&parameter, gradient, &slots) { w, g, slots, low, high in
      ak_lion(&settings, w, g, slots[0], low, high)
    }
  }

  static let declaration = Declaration(
    "lion", "Moves every weight by the same amount, in the direction of the momentum's sign.",
    details: """
      Chen et al. 2023, https://arxiv.org/abs/2302.06675. Its learning rate is a third to a tenth \
      of AdamW's, its weight decay as many times larger.
      """,
    Moments.lrArgument(1e-4),
    Argument("beta1", "Momentum's share of the direction.", default: Float(0.9), check: belowOne),
    Argument("beta2", "Decay of the momentum.", default: Float(0.99), check: belowOne),
    Moments.decoupledArgument(0), Common.decay, Common.centralization,
    examples: ["optimizer = lion(lr=3e-4, weight_decay=0.1)"], keywords: ["sign", "momentum"]
  ) { lr, beta1, beta2, decay, scope, centralization in
    Optimizer(
      Lion(lr: lr, beta1: beta1, beta2: beta2, decay: decay), scope: scope,
      centralization: centralization)
  }
}
