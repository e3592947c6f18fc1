public import Tensors

/// Channel attention (Hu et al. 2018, https://arxiv.org/abs/1709.01507).
///
/// y[n, i, j, c] = x[n, i, j, c] · gate(W₂·act(W₁·m + b₁) + b₂)[n, c], m the mean over all pixels.
public final class SqueezeExcite: Module {
  /// What checkpoints call the two dense layers, which are stored as 1×1 convolutions.
  public enum Keys: Sendable {
    /// `conv_reduce`, `conv_expand`: timm's EfficientNet and MobileNet.
    case mobile
    /// `fc1`, `fc2`: timm's RegNet and TResNet.
    case dense
    /// `fc.reduce`, `fc.expand`: the once-for-all networks.
    case nested
  }

  let convReduce: Conv2d
  let convExpand: Conv2d
  public let activation: Activation
  public let gate: Activation
  private let naming: Keys

  /// - Parameters:
  ///   - middle: Width of the hidden layer.
  ///   - start: Of a layer's weights by the number of its outputs; He's by fan-out without one.
  public init(
    _ channels: Int, middle: Int, activation: Activation = .relu, gate: Activation = .sigmoid,
    keys naming: Keys = .mobile, start: ((_ outputs: Int) -> Start)? = nil
  ) {
    let start = start ?? { Conv2d.fanOut($0, kernel: 1) }
    convReduce = Conv2d(channels, middle, kernel: 1, start: start(middle))
    convExpand = Conv2d(middle, channels, kernel: 1, start: start(channels))
    self.activation = activation
    self.gate = gate
    self.naming = naming
  }

  public override var keys: [String: String] {
    switch naming {
    case .mobile: [:]
    case .dense: ["convReduce": "fc1", "convExpand": "fc2"]
    case .nested: ["convReduce": "fc.reduce", "convExpand": "fc.expand"]
    }
  }

  public override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    guard x.rank == 4 else {
      throw ShapeError("needs images [N, H, W, C], got a tensor \(shapeText(x.shape))")
    }
    let mean = try x.mean(axes: [1, 2], keepingAxes: true)
    let middle = try activation(try convReduce(mean, context))
    return try x * gate(try convExpand(middle, context))
  }

  public override var details: String {
    "\(convReduce.inputs) → \(convReduce.outputs) → \(convExpand.outputs)"
  }
}
