public import Tensors

/// A convolution, a batch norm and an activation, with the keys `conv` and `bn` (timm's
/// `ConvNormAct`), and where it is wanted channel attention behind them under the key `se`, or a blur
/// that takes the stride (`aa`).
public final class ConvNormAct: Module {
  let conv: Conv2d
  let bn: BatchNorm2d
  let se: SqueezeExcite?
  let aa: BlurPool2d?
  public let activation: Activation

  /// A padding of half the kernel, He's start by fan-out.
  ///
  /// - Parameters:
  ///   - start: Of the convolution's weights.
  ///   - scale: Start of the norm's weight; 0 makes a residual block start as identity.
  ///   - isAntialiased: Whether a stride is a blur's instead of the convolution's.
  public init(
    _ inputs: Int, _ outputs: Int, kernel: Int, stride: Int = 1, groups: Int = 1,
    activation: Activation = .relu, squeeze: SqueezeExcite? = nil, start: Start? = nil,
    scale: Float = 1, isAntialiased: Bool = false
  ) {
    let blurs = isAntialiased && stride > 1
    conv = Conv2d(
      inputs, outputs, kernel: kernel, stride: blurs ? 1 : stride, padding: kernel / 2,
      groups: groups, bias: false,
      start: start ?? Conv2d.fanOut(outputs, kernel: kernel, groups: groups))
    aa = blurs ? BlurPool2d(outputs, stride: stride) : nil
    bn = BatchNorm2d(outputs, start: scale)
    se = squeeze
    self.activation = activation
  }

  public override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    var y = try bn(try conv(x, context), context, activation: activation)
    if let se { y = try se(y, context) }
    return try aa.map { try $0(y, context) } ?? y
  }

  /// This module's output, plus a residual, under an activation, in fewer passes over memory.
  ///
  /// Only for modules with nothing behind their norm. Where the bare output of this module is asked
  /// for, the steps are taken one by one.
  public func callAsFunction(
    _ x: Tensor, _ context: Context, residual: Tensor?, preact: Preactivation? = nil,
    activation last: Activation
  ) throws -> Tensor {
    precondition(
      activation == .none && se == nil && aa == nil, "a residual is added before the activation")
    guard !context.wants(path) else {
      var y = try self(x, context)
      if let residual { y = try y + residual }
      if let preact { y = try preact(y, context) }
      return try last(y)
    }
    return try bn(
      try conv(x, context), context, residual: residual, preact: preact, activation: last)
  }

  public override var details: String { conv.details }
}
