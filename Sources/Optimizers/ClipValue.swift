import Catalog
import Tensors

/// Every number of every gradient, brought into −limit … limit.
struct ClipValue: GradientBound {
  var limit: Float

  var script: String { "clip_value(\(limit.literal))" }

  func bounded(
    _ gradients: [Tensor], of parameters: [(key: String, parameter: Parameter)]
  ) -> [Tensor] { gradients.map { $0.clamped(-limit, limit) } }

  static let declaration = Declaration(
    "clip_value", "Brings every number of every gradient between two limits.",
    details: "PyTorch's `clip_grad_value_`.",
    Argument<Float>("value", "The largest absolute value.", check: positive),
    examples: ["run = train(student, data, clip=clip_value(0.5))"],
    keywords: ["gradient clipping", "clamp"]
  ) { Clipping(ClipValue(limit: $0)) }
}
