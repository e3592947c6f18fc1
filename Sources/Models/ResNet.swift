import Catalog
import Images
import Layers
import Tensors

/// Residual networks for ImageNet (He et al. 2015, https://arxiv.org/abs/1512.03385; bottlenecks
/// stride on the 3×3 convolution), with timm's keys and starting weights: convolutions normal by
/// fan-out, the last norm of every block zero.
final class ResNet: Module {
  /// One of the published networks.
  struct Variant: Sendable {
    var name: String
    /// Blocks in each of the four stages.
    var depths: [Int]
    /// Blocks of 1×1, 3×3, 1×1 with four times the width at their end.
    var isBottleneck: Bool
    /// Factor on the 3×3 convolutions of bottlenecks (2 for the wide networks).
    var width = 1
    var preprocessing = Preprocessing(crop: 0.95)

    /// Channels of the last stage's output.
    var features: Int { isBottleneck ? 2048 : 512 }
    /// Channels of all stages' outputs.
    var mapChannels: [Int] { [8, 4, 2, 1].map { features / $0 } }
  }

  let conv1: Conv2d
  let bn1: BatchNorm2d
  let act1 = Activate(.relu)
  let maxpool = MaxPool2d(kernel: 3, stride: 2, padding: 1)
  let layer1: Sequential
  let layer2: Sequential
  let layer3: Sequential
  let layer4: Sequential
  let globalPool = GlobalAvgPool()
  let fc: Linear?
  /// Channels of the stages' outputs.
  let mapChannels: [Int]

  /// - Parameters:
  ///   - shape: 0 classes leave the classifier away.
  ///   - outputStride: Pixels of the image to one of the last stage: 32, or 16 or 8 for segmentation,
  ///     where later stages dilate their 3×3 convolutions instead of striding (Yu et al. 2017,
  ///     https://arxiv.org/abs/1705.09914); keys and shapes stay.
  init(_ variant: Variant, _ shape: NetworkShape, outputStride: Int = 32) {
    conv1 = Conv2d(
      shape.channels, 64, kernel: 7, stride: 2, padding: 3, bias: false,
      start: Conv2d.fanOut(64, kernel: 7))
    bn1 = BatchNorm2d(64)
    var (reached, dilation) = (4, 1)
    func stage(_ index: Int) -> Sequential {
      let wanted = index == 0 ? 1 : 2
      let stride = reached * wanted > outputStride ? 1 : wanted
      // As timm and torchvision: the first block still looks with the stage before's dilation.
      let first = dilation
      reached *= stride
      dilation *= wanted / stride
      return variant.stage(index, stride: stride, dilations: (first, dilation))
    }
    layer1 = stage(0)
    layer2 = stage(1)
    layer3 = stage(2)
    layer4 = stage(3)
    mapChannels = variant.mapChannels
    fc = shape.classes > 0 ? Linear(variant.features, shape.classes) : nil
  }

  override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    let maps = try featureMaps(x, context)
    let pooled = try globalPool(maps[maps.count - 1], context)
    return try fc.map { try $0(pooled, context) } ?? pooled
  }

  /// The outputs of the four stages, N H W C, for networks that build on them.
  func featureMaps(_ x: Tensor, _ context: Context) throws -> [Tensor] {
    var y = try maxpool(try act1(bn1, try conv1(x, context), context), context)
    return try [layer1, layer2, layer3, layer4].map { layer in
      y = try layer(y, context)
      return y
    }
  }

  override var stages: [Stage] {
    [Stage("act1")] + residualStages([layer1, layer2, layer3, layer4]) + [Stage("global_pool")]
  }

  /// The published networks, smallest first.
  static let variants = [
    Variant(name: "resnet18", depths: [2, 2, 2, 2], isBottleneck: false),
    Variant(name: "resnet34", depths: [3, 4, 6, 3], isBottleneck: false),
    Variant(name: "resnet50", depths: [3, 4, 6, 3], isBottleneck: true),
    Variant(name: "resnet101", depths: [3, 4, 23, 3], isBottleneck: true),
    Variant(name: "resnet152", depths: [3, 8, 36, 3], isBottleneck: true),
    Variant(
      name: "wide_resnet50_2", depths: [3, 4, 6, 3], isBottleneck: true, width: 2,
      preprocessing: Preprocessing(crop: 0.875)),
    Variant(
      name: "wide_resnet101_2", depths: [3, 4, 23, 3], isBottleneck: true, width: 2,
      preprocessing: Preprocessing(crop: 0.875, interpolation: .bilinear)),
  ]

  static let declarations = variants.map { variant in
    family(
      variant.name,
      "Residual network for images of about 224 pixels, stages of \(variant.depths) blocks.",
      details: "timm's `\(variant.name)`. He et al. 2015, https://arxiv.org/abs/1512.03385.",
      size: 224, defaultClasses: 1000, preprocessing: variant.preprocessing
    ) { ResNet(variant, $0) }
  }
}

extension ResNet.Variant {
  /// The blocks of a stage.
  ///
  /// - Parameters:
  ///   - stride: Of the first block.
  ///   - dilations: Of the first block's first 3×3 convolution, and of all behind it.
  fileprivate func stage(
    _ index: Int, stride: Int, dilations: (first: Int, rest: Int)
  ) -> Sequential {
    let expansion = isBottleneck ? 4 : 1
    let outputs = 64 << index
    let inputs = index == 0 ? 64 : (outputs / 2) * expansion
    return Sequential(
      (0..<depths[index]).map { block in
        let from = block == 0 ? inputs : outputs * expansion
        let step = block == 0 ? stride : 1
        let dilation = block == 0 ? dilations.first : dilations.rest
        return isBottleneck
          ? Bottleneck(
            from, outputs * width, outputs * expansion, stride: step, dilation: dilation)
          : ResidualBlock(
            from, outputs, stride: step, dilations: (dilation, dilations.rest), lastScale: 0)
      })
  }
}

/// 1×1, 3×3, 1×1 convolutions with a shortcut; the last ReLU after the sum.
final class Bottleneck: Module {
  let conv1: Conv2d
  let bn1: BatchNorm2d
  let conv2: Conv2d
  let bn2: BatchNorm2d
  let conv3: Conv2d
  let bn3: BatchNorm2d
  let downsample: Sequential?
  let preact = Preactivation()

  init(_ inputs: Int, _ middle: Int, _ outputs: Int, stride: Int, dilation: Int = 1) {
    conv1 = Conv2d(
      inputs, middle, kernel: 1, bias: false, start: Conv2d.fanOut(middle, kernel: 1))
    bn1 = BatchNorm2d(middle)
    conv2 = Conv2d(
      middle, middle, kernel: 3, stride: stride, padding: dilation, dilation: dilation,
      bias: false, start: Conv2d.fanOut(middle, kernel: 3))
    bn2 = BatchNorm2d(middle)
    conv3 = Conv2d(
      middle, outputs, kernel: 1, bias: false, start: Conv2d.fanOut(outputs, kernel: 1))
    bn3 = BatchNorm2d(outputs, start: 0)
    downsample = shortcut(inputs, outputs, stride: stride)
  }

  override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    var y = try bn1(try conv1(x, context), context, activation: .relu)
    y = try bn2(try conv2(y, context), context, activation: .relu)
    let identity = try downsample.map { try $0(x, context) } ?? x
    return try bn3(
      try conv3(y, context), context, residual: identity, preact: preact, activation: .relu)
  }
}
