public import Tensors

/// Two dense layers with an activation between them, over the last axis.
///
/// Keys `fc1`, `fc2`, as timm's `Mlp`.
public final class Mlp: Module {
  let fc1: Linear
  let fc2: Linear
  public let activation: Activation

  /// - Parameters:
  ///   - hidden: Width between the layers.
  ///   - start: Of both weights.
  ///   - biasStart: Of both biases.
  public init(
    _ width: Int, hidden: Int, activation: Activation = .gelu, start: Start? = nil,
    biasStart: Start? = nil
  ) {
    self.activation = activation
    fc1 = Linear(width, hidden, start: start, biasStart: biasStart)
    fc2 = Linear(hidden, width, start: start, biasStart: biasStart)
  }

  public override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    try fc2(try fc1(x, context, activation: activation), context)
  }
}
