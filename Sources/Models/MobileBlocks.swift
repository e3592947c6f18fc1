import Layers
import Tensors

/// What the blocks of one mobile network have in common.
struct MobileStyle: Sendable {
  /// Where a block's squeeze-and-excitation takes its width from.
  enum Squeeze: Sendable {
    /// A quarter of the block's input, the block's activation, a sigmoid: EfficientNet.
    case ofInput
    /// A quarter of the expanded width in eights, ReLU, hard sigmoid: MobileNetV3.
    case ofExpansion
  }

  var activation: Activation
  var squeeze: Squeeze = .ofInput
  /// TensorFlow's SAME padding.
  var isSame = false
  /// ε of the norms.
  var epsilon: Float = 1e-5

  func convolution(
    _ inputs: Int, _ outputs: Int, kernel: Int, stride: Int = 1, groups: Int = 1,
    bias: Bool = false
  ) -> Conv2d {
    Conv2d(
      inputs, outputs, kernel: kernel, stride: stride, padding: kernel / 2, isSame: isSame,
      groups: groups, bias: bias,
      start: Conv2d.fanOut(outputs, kernel: kernel, groups: groups))
  }

  func norm(_ channels: Int) -> BatchNorm2d { BatchNorm2d(channels, epsilon: epsilon) }

  /// The squeeze-and-excitation of a block from `inputs` channels, on `channels` of them.
  func squeezing(_ channels: Int, inputs: Int, _ activation: Activation) -> SqueezeExcite {
    switch squeeze {
    case .ofInput: SqueezeExcite(channels, middle: inputs / 4, activation: activation)
    case .ofExpansion:
      SqueezeExcite(
        channels, middle: wholeEights(Double(channels) / 4), activation: .relu,
        gate: .hardSigmoid)
    }
  }
}

/// The multiple of 8 next to a width, but never less than nine tenths of it.
func wholeEights(_ width: Double) -> Int {
  let near = max(8, Int(width + 4) / 8 * 8)
  return Double(near) < 0.9 * width ? near + 8 : near
}

extension BatchNorm2d {
  /// The norm at the end of a branch and its sum with the shortcut: one pass over memory, unless
  /// training may leave the branch out.
  func closing(
    _ x: Tensor, _ context: Context, shortcut: Tensor?, _ dropPath: DropPath?
  ) throws -> Tensor {
    guard let shortcut, let dropPath, context.isTraining else {
      return try self(x, context, residual: shortcut, activation: .none)
    }
    return try shortcut.adding(try self(x, context), dropPath, context)
  }
}

/// A depthwise and a 1×1 convolution (Howard et al. 2017, https://arxiv.org/abs/1704.04861), no
/// activation behind the second.
final class DepthwiseSeparableConv: Module {
  let convDw: Conv2d
  let bn1: BatchNorm2d
  let se: SqueezeExcite?
  let convPw: Conv2d
  let bn2: BatchNorm2d
  let dropPath: DropPath?
  private let activation: Activation
  private let hasShortcut: Bool

  init(
    _ inputs: Int, _ outputs: Int, _ block: MobileBlock, stride: Int, _ style: MobileStyle,
    dropPath rate: Float
  ) {
    activation = block.activation ?? style.activation
    hasShortcut = stride == 1 && inputs == outputs
    dropPath = hasShortcut ? DropPath(rate) : nil
    convDw = style.convolution(
      inputs, inputs, kernel: block.kernel, stride: stride, groups: inputs)
    bn1 = style.norm(inputs)
    se = block.isSqueezed ? style.squeezing(inputs, inputs: inputs, activation) : nil
    convPw = style.convolution(inputs, outputs, kernel: 1)
    bn2 = style.norm(outputs)
  }

  override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    var y = try bn1(try convDw(x, context), context, activation: activation)
    if let se { y = try se(y, context) }
    return try bn2.closing(
      try convPw(y, context), context, shortcut: hasShortcut ? x : nil, dropPath)
  }
}

/// An inverted residual with a linear bottleneck (Sandler et al. 2018,
/// https://arxiv.org/abs/1801.04381): 1×1 to more channels, depthwise, 1×1 to fewer.
final class InvertedResidual: Module {
  let convPw: Conv2d
  let bn1: BatchNorm2d
  let convDw: Conv2d
  let bn2: BatchNorm2d
  let se: SqueezeExcite?
  let convPwl: Conv2d
  let bn3: BatchNorm2d
  let dropPath: DropPath?
  private let activation: Activation
  private let hasShortcut: Bool

  init(
    _ inputs: Int, _ outputs: Int, _ block: MobileBlock, stride: Int, _ style: MobileStyle,
    dropPath rate: Float
  ) {
    let middle = wholeEights(Double(inputs) * block.expansion)
    activation = block.activation ?? style.activation
    hasShortcut = stride == 1 && inputs == outputs
    dropPath = hasShortcut ? DropPath(rate) : nil
    convPw = style.convolution(inputs, middle, kernel: 1)
    bn1 = style.norm(middle)
    convDw = style.convolution(
      middle, middle, kernel: block.kernel, stride: stride, groups: middle)
    bn2 = style.norm(middle)
    se = block.isSqueezed ? style.squeezing(middle, inputs: inputs, activation) : nil
    convPwl = style.convolution(middle, outputs, kernel: 1)
    bn3 = style.norm(outputs)
  }

  override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    var y = try bn1(try convPw(x, context), context, activation: activation)
    y = try bn2(try convDw(y, context), context, activation: activation)
    if let se { y = try se(y, context) }
    return try bn3.closing(
      try convPwl(y, context), context, shortcut: hasShortcut ? x : nil, dropPath)
  }
}

/// One convolution with norm and activation as a block, under the keys `conv` and `bn1`.
final class ConvBnAct: Module {
  let conv: Conv2d
  let bn1: BatchNorm2d
  private let activation: Activation

  init(_ inputs: Int, _ outputs: Int, _ block: MobileBlock, stride: Int, _ style: MobileStyle) {
    activation = block.activation ?? style.activation
    conv = style.convolution(inputs, outputs, kernel: block.kernel, stride: stride)
    bn1 = style.norm(outputs)
  }

  override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    try bn1(try conv(x, context), context, activation: activation)
  }
}
