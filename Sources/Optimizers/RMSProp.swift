import CKernels
import Catalog
import Tensors

/// RMSProp (Hinton 2012, https://www.cs.toronto.edu/~tijmen/csc321/slides/lecture_slides_lec6.pdf)
/// as PyTorch computes it: v = αv + (1 − α)g²; w −= lr·g/(√v + ε), or with momentum
/// b = μb + g/(√v + ε), w −= lr·b.
///
/// TensorFlow's form, which published recipes of mobile networks were tuned with, starts v at 1,
/// takes ε under the root, and multiplies with the learning rate before the momentum.
struct RMSProp: UpdateRule {
  var isTensorFlow: Bool
  var lr: Float
  var smoothing: Float
  var epsilon: Float
  var inertia: Float
  var isCentered: Bool
  var decay: Float

  var name: String { isTensorFlow ? "rmsprop_tf" : "rmsprop" }

  var momentum: Float? {
    get { inertia > 0 ? inertia : nil }
    set { if let newValue, inertia > 0 { inertia = newValue } }
  }

  // All are kept, also where they do nothing: momentum may be switched on in mid-run. Not SGD's
  // "momentum_buffer": this one holds gradients over their size.
  var slots: [String] {
    ["square_avg", "grad_avg", isTensorFlow ? "scaled_step_buffer" : "step_buffer"]
  }

  func initialSlots(for parameter: Tensor, after steps: Int) -> [Tensor] {
    let zeros = Tensor(zeros: parameter.shape)
    return [isTensorFlow ? Tensor(repeating: 1, parameter.shape) : zeros, zeros, zeros]
  }

  var settings: [(name: String, value: Value)] {
    [
      ("lr", decimal(lr)), ("alpha", decimal(smoothing)), ("eps", decimal(epsilon)),
      ("momentum", decimal(inertia)), ("centered", .bool(isCentered)),
      ("weight_decay", decimal(decay)),
    ]
  }

  mutating func set(_ name: String, to value: Value) throws -> Bool {
    switch name {
    case "lr": try setNumber(&lr, name, to: value)
    case "alpha": try setNumber(&smoothing, name, to: value, check: belowOne)
    case "eps": try setNumber(&epsilon, name, to: value)
    case "momentum": try setNumber(&inertia, name, to: value, check: belowOne)
    case "centered": try setFlag(&isCentered, name, to: value)
    case "weight_decay": try setNumber(&decay, name, to: value)
    default: false
    }
  }

  func update(
    _ parameter: inout Tensor, _ gradient: Tensor, _ slots: inout [Tensor], step: Int,
    decays: Bool
  ) {
    var settings = ak_rmsprop_settings(
      rate: lr, alpha: smoothing, epsilon: epsilon, pull: decays ? decay : 0, momentum: inertia,
      inside: isTensorFlow ? 1 : 0, scaled: isTensorFlow ? 1 : 0)
    updateTogether(&parameter, gradient, &slots) { w, g, slots, low, high in
      ak_rmsprop(
        &settings, w, g, slots[0], isCentered ? slots[1] : nil, inertia > 0 ? slots[2] : nil,
        low, high)
    }
  }

  static func arguments(
    alpha: Float, epsilon: Float, momentum: Float
  ) -> (Argument<Float>, Argument<Float>, Argument<Float>, Argument<Bool>) {
    (
      Argument("alpha", "Decay of the mean of squares.", default: alpha, check: belowOne),
      Argument("eps", "Keeps the divisor from zero.", default: epsilon, check: notNegative),
      Argument(
        "momentum", "Share of the last step that is kept.", default: momentum, check: belowOne),
      Argument("centered", "Whether to divide by the deviation, not the root.", default: false)
    )
  }

  private static let own = arguments(alpha: 0.99, epsilon: 1e-8, momentum: 0)

  static let declaration = Declaration(
    "rmsprop", "Steps scaled by a running root mean square of the gradient.",
    details: "PyTorch's `RMSprop`; weight decay is added to the gradient. Hinton 2012.",
    Moments.lrArgument(1e-2), own.0, own.1, own.2, own.3, Moments.coupledArgument, Common.decay,
    Common.centralization, examples: ["optimizer = rmsprop(lr=1e-2)"],
    keywords: ["adaptive", "root mean square"]
  ) { lr, alpha, epsilon, momentum, centered, decay, scope, centralization in
    Optimizer(
      RMSProp(
        isTensorFlow: false, lr: lr, smoothing: alpha, epsilon: epsilon, inertia: momentum,
        isCentered: centered, decay: decay), scope: scope, centralization: centralization)
  }
}
