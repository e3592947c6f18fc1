import Catalog
import Tensors

/// All gradients times limit/‖g‖ where ‖g‖, over all of them together, is greater than the limit
/// (Pascanu et al. 2013, https://arxiv.org/abs/1211.5063).
struct ClipNorm: GradientBound {
  var limit: Float

  var script: String { "clip_norm(\(limit.literal))" }

  func bounded(
    _ gradients: [Tensor], of parameters: [(key: String, parameter: Parameter)]
  ) -> [Tensor] {
    let norm = gradientNorm(gradients)
    // PyTorch's: a millionth keeps a vanishing norm from dividing by zero.
    let scale = exact(limit) / (norm + 1e-6)
    return scale < 1 ? gradients.map { $0.scaled(by: Float(scale)) } : gradients
  }

  static let declaration = Declaration(
    "clip_norm", "Scales all gradients down where their common norm is greater than a limit.",
    details: """
      PyTorch's `clip_grad_norm_`; `clip=1` is short for `clip=clip_norm(1)`. Pascanu et al. 2013, \
      https://arxiv.org/abs/1211.5063.
      """,
    Argument<Float>("norm", "The largest norm.", check: positive),
    examples: ["run = distill(student, teacher, data, clip=clip_norm(1))"],
    keywords: ["gradient clipping"]
  ) { Clipping(ClipNorm(limit: $0)) }
}
