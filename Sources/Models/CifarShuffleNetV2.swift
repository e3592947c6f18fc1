import Catalog
import Layers
import Tensors

/// ShuffleNet V2 (Ma et al. 2018, https://arxiv.org/abs/1807.11164) of width 1 for 32×32 images as the
/// distillation literature has it: a 1×1 stem, three stages that halve the image.
final class CifarShuffleNetV2: Module {
  let conv1: Conv2d
  let bn1: BatchNorm2d
  let relu = Activate(.relu)
  let layer1: Sequential
  let layer2: Sequential
  let layer3: Sequential
  let conv2: Conv2d
  let bn2: BatchNorm2d
  let avgpool = GlobalAvgPool()
  let linear: Linear

  init(_ shape: NetworkShape) {
    conv1 = Conv2d(shape.channels, 24, kernel: 1, bias: false)
    bn1 = BatchNorm2d(24)
    layer1 = CifarShuffleNetV2.stage(24, 116, 3)
    layer2 = CifarShuffleNetV2.stage(116, 232, 7)
    layer3 = CifarShuffleNetV2.stage(232, 464, 3)
    conv2 = Conv2d(464, 1024, kernel: 1, bias: false)
    bn2 = BatchNorm2d(1024)
    linear = Linear(1024, shape.classes)
  }

  private static func stage(_ inputs: Int, _ outputs: Int, _ blocks: Int) -> Sequential {
    let first: [Module] = [DownBlock(inputs, outputs)]
    return Sequential(first + (0..<blocks).map { _ in SplitBlock(outputs) })
  }

  override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    var y = try relu(bn1, try conv1(x, context), context)
    for layer in [layer1, layer2, layer3] { y = try layer(y, context) }
    y = try bn2(try conv2(y, context), context, activation: .relu)
    return try linear(try avgpool(y, context), context)
  }

  // A preactivation has its channels in the order before the shuffle, as in the literature.
  override var stages: [Stage] {
    [Stage("relu")] + residualStages([layer1, layer2, layer3]) + [Stage("avgpool")]
  }

  static let declaration = family(
    "shufflenetv2_cifar", aliases: ["ShuffleV2"], "ShuffleNet V2 of width 1 for small images.",
    details: """
      Keys and numbers as in the CIFAR experiments of the distillation literature. \
      Ma et al. 2018, https://arxiv.org/abs/1807.11164.
      """,
    size: 32, defaultClasses: 10
  ) { CifarShuffleNetV2($0) }
}

/// The first half of the channels as it is, the second through 1×1, 3×3 depthwise, 1×1; shuffled.
private final class SplitBlock: Module {
  let conv1: Conv2d
  let bn1: BatchNorm2d
  let conv2: Conv2d
  let bn2: BatchNorm2d
  let conv3: Conv2d
  let bn3: BatchNorm2d
  let shuffle = ChannelShuffle(groups: 2)
  let preact = Preactivation()

  init(_ channels: Int) {
    let half = channels / 2
    conv1 = Conv2d(half, half, kernel: 1, bias: false)
    bn1 = BatchNorm2d(half)
    conv2 = Conv2d(half, half, kernel: 3, padding: 1, groups: half, bias: false)
    bn2 = BatchNorm2d(half)
    conv3 = Conv2d(half, half, kernel: 1, bias: false)
    bn3 = BatchNorm2d(half)
  }

  override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    let half = conv1.inputs
    let halves = try x.split([half, half], axis: 3)
    var y = try bn1(try conv1(halves[1], context), context, activation: .relu)
    y = try conv3(try bn2(try conv2(y, context), context), context)
    if context.wants(preact.path) {
      y = try bn3(y, context)
      _ = try preact(Tensor.concatenated([halves[0], y], along: 3), context)
      y = y.relu()
    } else {
      y = try bn3(y, context, activation: .relu)
    }
    return try shuffle(Tensor.concatenated([halves[0], y], along: 3), context)
  }
}

/// Two ways through strided 3×3 depthwise convolutions, side by side and shuffled.
private final class DownBlock: Module {
  let conv1: Conv2d
  let bn1: BatchNorm2d
  let conv2: Conv2d
  let bn2: BatchNorm2d
  let conv3: Conv2d
  let bn3: BatchNorm2d
  let conv4: Conv2d
  let bn4: BatchNorm2d
  let conv5: Conv2d
  let bn5: BatchNorm2d
  let shuffle = ChannelShuffle(groups: 2)

  init(_ inputs: Int, _ outputs: Int) {
    let half = outputs / 2
    func depthwise(_ channels: Int) -> Conv2d {
      Conv2d(
        channels, channels, kernel: 3, stride: 2, padding: 1, groups: channels, bias: false)
    }
    conv1 = depthwise(inputs)
    bn1 = BatchNorm2d(inputs)
    conv2 = Conv2d(inputs, half, kernel: 1, bias: false)
    bn2 = BatchNorm2d(half)
    conv3 = Conv2d(inputs, half, kernel: 1, bias: false)
    bn3 = BatchNorm2d(half)
    conv4 = depthwise(half)
    bn4 = BatchNorm2d(half)
    conv5 = Conv2d(half, half, kernel: 1, bias: false)
    bn5 = BatchNorm2d(half)
  }

  override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    var left = try bn1(try conv1(x, context), context)
    left = try bn2(try conv2(left, context), context, activation: .relu)
    var right = try bn3(try conv3(x, context), context, activation: .relu)
    right = try bn4(try conv4(right, context), context)
    right = try bn5(try conv5(right, context), context, activation: .relu)
    return try shuffle(Tensor.concatenated([left, right], along: 3), context)
  }
}
