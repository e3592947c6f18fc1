import Catalog
import Layers
import Tensors

/// Wide residual network for 32×32 images (Zagoruyko and Komodakis 2016,
/// https://arxiv.org/abs/1605.07146): norm and ReLU before each convolution, depth 6n + 4.
final class WideResNet: Module {
  let conv1: Conv2d
  let block1: NetworkBlock
  let block2: NetworkBlock
  let block3: NetworkBlock
  let bn1: BatchNorm2d
  let avgpool = GlobalAvgPool()
  let fc: Linear

  init(depth: Int, width: Int, _ shape: NetworkShape) {
    let blocks = (depth - 4) / 6
    let widths = [16, 16 * width, 32 * width, 64 * width]
    conv1 = Conv2d(
      shape.channels, 16, kernel: 3, padding: 1, bias: false,
      start: Conv2d.fanOut(16, kernel: 3))
    block1 = NetworkBlock(widths[0], widths[1], blocks, stride: 1)
    block2 = NetworkBlock(widths[1], widths[2], blocks, stride: 2)
    block3 = NetworkBlock(widths[2], widths[3], blocks, stride: 2)
    bn1 = BatchNorm2d(widths[3])
    fc = Linear(widths[3], shape.classes)
  }

  override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    var y = try conv1(x, context)
    for block in [block1, block2, block3] { y = try block(y, context) }
    y = try bn1(y, context, activation: .relu)
    return try fc(try avgpool(y, context), context)
  }

  // The literature takes as a stage's preactivation what the next stage's first norm makes of it.
  override var stages: [Stage] {
    [
      Stage("conv1"), Stage("block1", preactivation: "block2.layer.0.bn1"),
      Stage("block2", preactivation: "block3.layer.0.bn1"), Stage("block3", preactivation: "bn1"),
      Stage("avgpool"),
    ]
  }

  static let declarations: [Declaration] = [(16, 1), (16, 2), (40, 1), (40, 2)].map {
    depth, width in
    family(
      "wrn_\(depth)_\(width)",
      "Wide residual network of depth \(depth) and width \(width) for small images.",
      details: "Zagoruyko and Komodakis 2016, https://arxiv.org/abs/1605.07146.",
      size: 32, defaultClasses: 10
    ) { WideResNet(depth: depth, width: width, $0) }
  }
}

/// One stage of a wide residual network; its keys are `layer.0`, `layer.1`, ….
final class NetworkBlock: Module {
  let layer: [PreactivationBlock]

  init(_ inputs: Int, _ outputs: Int, _ blocks: Int, stride: Int) {
    layer = (0..<blocks).map { index in
      PreactivationBlock(
        index == 0 ? inputs : outputs, outputs, stride: index == 0 ? stride : 1)
    }
  }

  override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    try layer.reduce(x) { try $1($0, context) }
  }
}

/// Norm, ReLU, 3×3 convolution, twice. Where the width changes, the shortcut starts after the first
/// ReLU.
final class PreactivationBlock: Module {
  let bn1: BatchNorm2d
  let conv1: Conv2d
  let bn2: BatchNorm2d
  let conv2: Conv2d
  let convShortcut: Conv2d?

  init(_ inputs: Int, _ outputs: Int, stride: Int) {
    let start = Conv2d.fanOut(outputs, kernel: 3)
    bn1 = BatchNorm2d(inputs)
    conv1 = Conv2d(
      inputs, outputs, kernel: 3, stride: stride, padding: 1, bias: false, start: start)
    bn2 = BatchNorm2d(outputs)
    conv2 = Conv2d(outputs, outputs, kernel: 3, padding: 1, bias: false, start: start)
    convShortcut =
      inputs == outputs
      ? nil
      : Conv2d(
        inputs, outputs, kernel: 1, stride: stride, bias: false,
        start: Conv2d.fanOut(outputs, kernel: 1))
  }

  // The published checkpoints keep this name in camelCase.
  override var keys: [String: String] { ["convShortcut": "convShortcut"] }

  override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    let active = try bn1(x, context, activation: .relu)
    let y = try bn2(try conv1(active, context), context, activation: .relu)
    let identity = try convShortcut.map { try $0(active, context) } ?? x
    return try conv2(y, context) + identity
  }
}
