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
  let fc: Linear?
  /// Channels of the stages' outputs.
  let mapChannels: [Int]

  /// - Parameters:
  ///   - shape: 0 classes leave the classifier away.
  ///   - stemStride: Of the first convolution; 2 for networks that build on the maps of larger
  ///     images.
  ///   - outputStride: Pixels of the image to one of the last stage; later stages dilate their
  ///     convolutions instead of striding beyond it.
  init(
    depth: Int, widths: [Int], _ shape: NetworkShape, stemStride: Int = 1, outputStride: Int = 8
  ) {
    let blocks = (depth - 2) / 6
    conv1 = Conv2d(
      shape.channels, widths[0], kernel: 3, stride: stemStride, padding: 1, bias: false,
      start: Conv2d.fanOut(widths[0], kernel: 3))
    bn1 = BatchNorm2d(widths[0])
    mapChannels = Array(widths.dropFirst())
    var (reached, dilation) = (stemStride, 1)
    func stage(_ index: Int) -> Sequential {
      let wanted = index == 0 ? 1 : 2
      let stride = reached * wanted > outputStride ? 1 : wanted
      let first = dilation
      reached *= stride
      dilation *= wanted / stride
      return Sequential(
        (0..<blocks).map { block in
          ResidualBlock(
            widths[block == 0 ? index : index + 1], widths[index + 1],
            stride: block == 0 ? stride : 1,
            dilations: (block == 0 ? first : dilation, dilation))
        })
    }
    layer1 = stage(0)
    layer2 = stage(1)
    layer3 = stage(2)
    fc = shape.classes > 0 ? Linear(widths[3], shape.classes) : nil
  }

  override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    let maps = try featureMaps(x, context)
    let pooled = try avgpool(maps[maps.count - 1], context)
    return try fc.map { try $0(pooled, context) } ?? pooled
  }

  /// The outputs of the three stages, N H W C, for networks that build on them.
  func featureMaps(_ x: Tensor, _ context: Context) throws -> [Tensor] {
    var y = try relu(bn1, try conv1(x, context), context)
    return try [layer1, layer2, layer3].map { layer in
      y = try layer(y, context)
      return y
    }
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
