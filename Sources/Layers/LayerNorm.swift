public import Tensors

/// Layer normalisation over the last axis (Ba et al. 2016, https://arxiv.org/abs/1607.06450):
/// y = (x − μ)/√(σ² + ε)·γ + β with the row's own mean and biased variance.
///
/// Images are channels last, so timm's `LayerNorm2d` is the same layer.
public final class LayerNorm: Module {
  let weight: Parameter
  let bias: Parameter
  public let channels: Int
  public let epsilon: Float

  /// - Parameter epsilon: 1e-6 is timm's, 1e-5 PyTorch's.
  public init(_ channels: Int, epsilon: Float = 1e-6) {
    self.channels = channels
    self.epsilon = epsilon
    weight = Parameter([channels], start: .constant(1))
    bias = Parameter([channels], start: .constant(0))
  }

  public override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    guard x.rank >= 1, x.shape.last == channels else {
      throw ShapeError("needs \(channels) channels, got a tensor \(shapeText(x.shape))")
    }
    return try layerNorm(x, weight: context(weight), bias: context(bias), epsilon: epsilon)
  }

  public override var details: String { "\(channels)" }
}
