public import Catalog
public import Tensors

/// Whose gradients lose their mean (gradient centralization, Yong et al. 2020,
/// https://arxiv.org/abs/2004.01461): over all axes but that of the outputs, g −= mean(g).
public enum Centralization: String, Choice, Sendable {
  case none
  /// Every parameter of more than one axis.
  case all
  /// Weights of convolutions only.
  case conv

  func applies(to parameter: Parameter) -> Bool {
    switch self {
    case .none: false
    case .all: parameter.shape.count > 1
    case .conv: parameter.layout == .convolution
    }
  }

  /// The gradient of a parameter, centralized where it applies.
  public func centralized(_ gradient: Tensor, of parameter: Parameter) -> Tensor {
    guard applies(to: parameter), gradient.count > 0,
      let mean = try? gradient.mean(axes: parameter.unitAxes, keepingAxes: true)
    else { return gradient }
    return (try? gradient - mean) ?? gradient
  }
}

extension Parameter {
  /// The axes that belong to one output: all but that of the outputs, which comes last in dense and
  /// convolution weights and first elsewhere; all axes of a vector.
  var unitAxes: [Int] {
    let rank = shape.count
    if rank <= 1 { return Array(0..<rank) }
    return layout == .plain ? Array(1..<rank) : Array(0..<rank - 1)
  }
}
