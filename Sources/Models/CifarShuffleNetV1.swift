import Catalog
import Layers
import Tensors

/// ShuffleNet (Zhang et al. 2018, https://arxiv.org/abs/1707.01083) of three groups for 32×32 images
/// as the distillation literature has it: a 1×1 stem, three stages that halve the image.
final class CifarShuffleNetV1: Module {
  let conv1: Conv2d
  let bn1: BatchNorm2d
  let relu = Activate(.relu)
  let layer1: Sequential
  let layer2: Sequential
  let layer3: Sequential
  let avgpool = GlobalAvgPool()
  let linear: Linear

  init(_ shape: NetworkShape) {
    conv1 = Conv2d(shape.channels, 24, kernel: 1, bias: false)
    bn1 = BatchNorm2d(24)
    layer1 = CifarShuffleNetV1.stage(24, 240, 4)
    layer2 = CifarShuffleNetV1.stage(240, 480, 8)
    layer3 = CifarShuffleNetV1.stage(480, 960, 4)
    linear = Linear(960, shape.classes)
  }

  private static func stage(_ inputs: Int, _ outputs: Int, _ blocks: Int) -> Sequential {
    // The first block's output is put beside its pooled input.
    let first = ShuffleBlock(inputs, outputs - inputs, stride: 2, groups: inputs == 24 ? 1 : 3)
    return Sequential(
      [first] + (1..<blocks).map { _ in ShuffleBlock(outputs, outputs, stride: 1, groups: 3) })
  }

  override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    var y = try relu(bn1, try conv1(x, context), context)
    for layer in [layer1, layer2, layer3] { y = try layer(y, context) }
    return try linear(try avgpool(y, context), context)
  }

  override var stages: [Stage] {
    [Stage("relu")] + residualStages([layer1, layer2, layer3]) + [Stage("avgpool")]
  }

  static let declaration = family(
    "shufflenetv1_cifar", aliases: ["ShuffleV1"], "ShuffleNet V1 of three groups for small images.",
    details: """
      Keys and numbers as in the CIFAR experiments of the distillation literature. \
      Zhang et al. 2018, https://arxiv.org/abs/1707.01083.
      """,
    size: 32, defaultClasses: 10
  ) { CifarShuffleNetV1($0) }
}

/// Grouped 1×1, shuffle, 3×3 depthwise, grouped 1×1; joined with the input: added to it at stride 1,
/// put in front of its mean over 3×3 windows at stride 2.
private final class ShuffleBlock: Module {
  let conv1: Conv2d
  let bn1: BatchNorm2d
  let shuffle1: ChannelShuffle
  let conv2: Conv2d
  let bn2: BatchNorm2d
  let conv3: Conv2d
  let bn3: BatchNorm2d
  let shortcut: AvgPool2d?
  let preact = Preactivation()

  /// - Parameter groups: Of the first convolution; the last one always has three.
  init(_ inputs: Int, _ outputs: Int, stride: Int, groups: Int) {
    let middle = outputs / 4
    conv1 = Conv2d(inputs, middle, kernel: 1, groups: groups, bias: false)
    bn1 = BatchNorm2d(middle)
    shuffle1 = ChannelShuffle(groups: groups)
    conv2 = Conv2d(
      middle, middle, kernel: 3, stride: stride, padding: 1, groups: middle, bias: false)
    bn2 = BatchNorm2d(middle)
    conv3 = Conv2d(middle, outputs, kernel: 1, groups: 3, bias: false)
    bn3 = BatchNorm2d(outputs)
    shortcut = stride == 1 ? nil : AvgPool2d(kernel: 3, stride: stride, padding: 1)
  }

  override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    var y = try bn1(try conv1(x, context), context, activation: .relu)
    y = try bn2(try conv2(try shuffle1(y, context), context), context, activation: .relu)
    y = try conv3(y, context)
    guard let shortcut else {
      return try bn3(y, context, residual: x, preact: preact, activation: .relu)
    }
    let joined = try Tensor.concatenated([bn3(y, context), shortcut(x, context)], along: 3)
    return try preact(joined, context).relu()
  }
}
