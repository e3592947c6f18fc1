import Catalog
import Tensors

/// Adaptive gradient clipping (Brock et al. 2021, https://arxiv.org/abs/2102.06171): the gradient of
/// each output's weights is at most `factor` times as long as the weights, ‖w‖ taken as at least
/// `epsilon`.
struct AdaptiveClipping: GradientBound {
  var factor: Float
  var epsilon: Float

  var script: String {
    epsilon == 1e-3
      ? "agc(\(factor.literal))" : "agc(\(factor.literal), eps=\(epsilon.literal))"
  }

  func bounded(
    _ gradients: [Tensor], of parameters: [(key: String, parameter: Parameter)]
  ) -> [Tensor] {
    zip(gradients, parameters).map { gradient, entry in
      (try? bounded(gradient, of: entry.parameter)) ?? gradient
    }
  }

  private func bounded(_ gradient: Tensor, of parameter: Parameter) throws -> Tensor {
    func norm(_ x: Tensor) throws -> Tensor {
      try x.square().sum(axes: parameter.unitAxes, keepingAxes: true).squareRoot()
    }
    let longest = try maximum(norm(parameter.value), Tensor(epsilon)) * factor
    let length = try maximum(norm(gradient), Tensor(1e-6))
    // 1 where the gradient is short enough.
    return try gradient * minimum(longest / length, Tensor(1))
  }

  static let declaration = Declaration(
    "agc", "Adaptive gradient clipping: no gradient longer than a share of its weights.",
    details: """
      Brock et al. 2021, https://arxiv.org/abs/2102.06171. Norms are taken for each output of a \
      layer.
      """,
    Argument(
      "factor", "Longest gradient over the weights' norm.", default: Float(0.01), check: positive),
    Argument(
      "eps", "What a weight's norm counts as at least.", default: Float(1e-3), check: positive),
    examples: ["run = train(student, data, clip=agc(0.02))"],
    keywords: ["gradient clipping", "adaptive"]
  ) { Clipping(AdaptiveClipping(factor: $0, epsilon: $1)) }
}
