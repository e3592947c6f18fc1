import Catalog
import Layers
import Tensors

/// The residual network of the distillation literature for 32×32 images (He et al. 2015,
/// https://arxiv.org/abs/1512.03385, section 4.2, with 1×1 convolutions on the shortcuts): depth
/// 6n + 2, three stages of n basic blocks at strides 1, 2, 2. `resnet8x4` has four times the width.
final class CifarResNet: Module {
  let conv1: Conv2d
  let bn1: BatchNorm2d
  let relu = Activate(.relu)
  let layer1: Sequential
  let layer2: Sequential
  let layer3: Sequential
  let avgpool = GlobalAvgPool()
  let fc: Linear

  init(depth: Int, widths: [Int], _ shape: NetworkShape) {
    let blocks = (depth - 2) / 6
    conv1 = Conv2d(
      shape.channels, widths[0], kernel: 3, padding: 1, bias: false,
      start: Conv2d.fanOut(widths[0], kernel: 3))
    bn1 = BatchNorm2d(widths[0])
    layer1 = CifarResNet.stage(widths[0], widths[1], blocks, stride: 1)
    layer2 = CifarResNet.stage(widths[1], widths[2], blocks, stride: 2)
    layer3 = CifarResNet.stage(widths[2], widths[3], blocks, stride: 2)
    fc = Linear(widths[3], shape.classes)
  }

  private static func stage(
    _ inputs: Int, _ outputs: Int, _ blocks: Int, stride: Int
  ) -> Sequential {
    Sequential(
      (0..<blocks).map { index in
        ResidualBlock(
          index == 0 ? inputs : outputs, outputs, stride: index == 0 ? stride : 1)
      })
  }

  override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    var y = try relu(bn1, try conv1(x, context), context)
    for layer in [layer1, layer2, layer3] { y = try layer(y, context) }
    return try fc(try avgpool(y, context), context)
  }

  override var stages: [Stage] {
    [Stage("relu")] + residualStages([layer1, layer2, layer3]) + [Stage("avgpool")]
  }

  static let declarations: [Declaration] =
    [8, 14, 20, 32, 44, 56, 110].map { depth in
      declaration("resnet\(depth)", depth, [16, 16, 32, 64])
    } + [declaration("resnet8x4", 8, wide), declaration("resnet32x4", 32, wide)]

  private static let wide = [32, 64, 128, 256]

  private static func declaration(
    _ name: String, _ depth: Int, _ widths: [Int]
  ) -> Declaration {
    family(
      name, "Residual network of depth \(depth) for small images, widths \(widths).",
      details: """
        Keys and numbers as in the CIFAR experiments of the distillation literature. \
        He et al. 2015, https://arxiv.org/abs/1512.03385.
        """,
      size: 32, defaultClasses: 10
    ) { CifarResNet(depth: depth, widths: widths, $0) }
  }
}

/// The outputs of sequences `layer1`, `layer2`, … of blocks that have a `preact`.
func residualStages(_ layers: [Sequential]) -> [Stage] {
  layers.enumerated().map { index, layer in
    Stage(
      "layer\(index + 1)",
      preactivation: "layer\(index + 1).\(layer.parts.count - 1).preact")
  }
}

/// Two 3×3 convolutions with a shortcut; the last ReLU after the sum.
final class ResidualBlock: Module {
  let conv1: Conv2d
  let bn1: BatchNorm2d
  let conv2: Conv2d
  let bn2: BatchNorm2d
  let downsample: Sequential?
  let preact = Preactivation()

  /// - Parameters:
  ///   - dilations: Of the two convolutions.
  ///   - lastScale: Start of the second norm's weight; 0 makes the block start as identity.
  init(
    _ inputs: Int, _ outputs: Int, stride: Int, dilations: (Int, Int) = (1, 1),
    lastScale: Float = 1
  ) {
    let start = Conv2d.fanOut(outputs, kernel: 3)
    conv1 = Conv2d(
      inputs, outputs, kernel: 3, stride: stride, padding: dilations.0, dilation: dilations.0,
      bias: false, start: start)
    bn1 = BatchNorm2d(outputs)
    conv2 = Conv2d(
      outputs, outputs, kernel: 3, padding: dilations.1, dilation: dilations.1, bias: false,
      start: start)
    bn2 = BatchNorm2d(outputs, start: lastScale)
    downsample = shortcut(inputs, outputs, stride: stride)
  }

  override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    let y = try bn1(try conv1(x, context), context, activation: .relu)
    let identity = try downsample.map { try $0(x, context) } ?? x
    return try bn2(
      try conv2(y, context), context, residual: identity, preact: preact, activation: .relu)
  }
}

/// A strided 1×1 convolution and norm where the shape changes, nothing elsewhere.
func shortcut(_ inputs: Int, _ outputs: Int, stride: Int) -> Sequential? {
  guard stride != 1 || inputs != outputs else { return nil }
  return Sequential(
    Conv2d(
      inputs, outputs, kernel: 1, stride: stride, bias: false,
      start: Conv2d.fanOut(outputs, kernel: 1)),
    BatchNorm2d(outputs))
}
