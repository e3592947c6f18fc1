import CKernels
import Catalog
import Tensors

/// Stochastic gradient descent as PyTorch computes it: weight decay is added to the gradient,
/// v = μ·v + (1 − dampening)·g (v = g in the first step), w −= lr·v, or lr·(g + μ·v) with Nesterov.
struct SGD: UpdateRule {
  var name: String { "sgd" }
  var lr: Float
  var inertia: Float
  var decay: Float
  var nesterov: Bool
  var dampening: Float

  var momentum: Float? {
    get { inertia > 0 ? inertia : nil }
    set { if let newValue, inertia > 0 { inertia = newValue } }
  }

  var settings: [(name: String, value: Value)] {
    [
      ("lr", decimal(lr)), ("momentum", decimal(inertia)), ("weight_decay", decimal(decay)),
      ("nesterov", .bool(nesterov)), ("dampening", decimal(dampening)),
    ]
  }

  mutating func set(_ name: String, to value: Value) throws -> Bool {
    switch name {
    case "lr": try setNumber(&lr, name, to: value)
    case "momentum": try setNumber(&inertia, name, to: value, check: belowOne)
    case "weight_decay": try setNumber(&decay, name, to: value)
    case "nesterov": try setFlag(&nesterov, name, to: value)
    case "dampening": try setNumber(&dampening, name, to: value, check: belowOne)
    default: false
    }
  }

  // Kept with zero momentum too: momentum may be switched on in mid-run.
  var slots: [String] { ["momentum_buffer"] }

  func update(
    _ parameter: inout Tensor, _ gradient: Tensor, _ slots: inout [Tensor], step: Int,
    decays: Bool
  ) {
    var settings = ak_sgd_settings(
      rate: lr, momentum: inertia, dampening: dampening, decay: decays ? decay : 0,
      nesterov: nesterov ? 1 : 0, first: step == 1 ? 1 : 0)
    updateTogether(&parameter, gradient, &slots) { w, g, slots, low, high in
      ak_sgd(&settings, w, g, inertia > 0 ? slots[0] : nil, low, high)
    }
  }

  static let declaration = Declaration(
    "sgd", "Stochastic gradient descent with momentum.",
    details: """
      PyTorch's `SGD`: g += weight_decay·w; v = momentum·v + (1 − dampening)·g; w −= lr·v, or \
      lr·(g + momentum·v) with Nesterov.
      """,
    Argument("lr", "Learning rate.", default: Float(0.01), check: notNegative),
    Argument(
      "momentum", "Share of the last direction that is kept.", default: Float(0),
      check: belowOne),
    Argument(
      "weight_decay", "Pull towards zero, added to the gradient.", default: Float(0),
      check: notNegative),
    Argument("nesterov", "Looks ahead along the momentum.", default: false),
    Argument(
      "dampening", "Share of the gradient that momentum ignores.", default: Float(0),
      check: belowOne),
    Common.decay, Common.centralization,
    examples: ["optimizer = sgd(lr=0.1, momentum=0.9)"],
    keywords: ["momentum", "Nesterov", "gradient descent"]
  ) {
    lr, momentum, decay, nesterov, damp, scope, centralization in
    Optimizer(
      SGD(lr: lr, inertia: momentum, decay: decay, nesterov: nesterov, dampening: damp),
      scope: scope, centralization: centralization)
  }
}

/// Runs one pass over a parameter, its gradient and its state, on all threads.
func updateTogether(
  _ parameter: inout Tensor, _ gradient: Tensor, _ slots: inout [Tensor],
  _ kernel: (
    _ w: UnsafeMutablePointer<Float>, _ g: UnsafePointer<Float>,
    _ slots: [UnsafeMutablePointer<Float>], _ low: Int, _ high: Int
  ) -> Void
) {
  let pointers = slots.indices.map { index in slots[index].mutate { $0 } }
  let count = parameter.count
  gradient.read { g in
    parameter.mutate { w in
      parallelFor(count, chunk: 1 << 14) { low, high in kernel(w, g, pointers, low, high) }
    }
  }
  withExtendedLifetime(slots) {}
}
