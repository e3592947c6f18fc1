public import Tensors

/// A convolution, a batch norm and an activation, with the keys `conv` and `bn` (timm's
/// `ConvNormAct`).
public final class ConvNormAct: Module {
  let conv: Conv2d
  let bn: BatchNorm2d
  public let activation: Activation

  /// A padding of half the kernel, He's start by fan-out.
  ///
  /// - Parameters:
  ///   - start: Of the convolution's weights.
  ///   - scale: Start of the norm's weight; 0 makes a residual block start as identity.
  public init(
    _ inputs: Int, _ outputs: Int, kernel: Int, stride: Int = 1, groups: Int = 1,
    activation: Activation = .relu, start: Start? = nil, scale: Float = 1
  ) {
    conv = Conv2d(
      inputs, outputs, kernel: kernel, stride: stride, padding: kernel / 2, groups: groups,
      bias: false, start: start ?? Conv2d.fanOut(outputs, kernel: kernel, groups: groups))
    bn = BatchNorm2d(outputs, start: scale)
    self.activation = activation
  }

  public override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    try bn(try conv(x, context), context, activation: activation)
  }

  /// This module's output, plus a residual, under an activation, in fewer passes over memory.
  ///
  /// Only for modules without an activation of their own. Where the bare output of this module is
  /// asked for, the steps are taken one by one.
  public func callAsFunction(
    _ x: Tensor, _ context: Context, residual: Tensor?, activation last: Activation
  ) throws -> Tensor {
    precondition(activation == .none, "a residual is added before the activation")
    guard !context.wants(path) else {
      let y = try self(x, context)
      return try last(try residual.map { try y + $0 } ?? y)
    }
    return try bn(try conv(x, context), context, residual: residual, activation: last)
  }

  public override var details: String { conv.details }
}
