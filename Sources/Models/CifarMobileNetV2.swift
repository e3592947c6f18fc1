import Catalog
import Layers
import Tensors

/// MobileNetV2 (Sandler et al. 2018, https://arxiv.org/abs/1801.04381) for 32×32 images as the
/// distillation literature has it: expansion 6, ReLU in place of ReLU6, strides 2 in the stem and
/// three of its seven stages.
final class CifarMobileNetV2: Module {
  let conv1: Sequential
  let blocks: [Sequential]
  let conv2: Sequential
  let avgpool = GlobalAvgPool()
  let classifier: Sequential

  /// - Parameter width: Factor on the widths; the literature's student has half.
  init(width: Double, _ shape: NetworkShape) {
    func scaled(_ channels: Int) -> Int { Int(Double(channels) * width) }
    var inputs = scaled(32)
    conv1 = Sequential(
      convolution(shape.channels, inputs, kernel: 3, stride: 2), BatchNorm2d(inputs),
      Activate(.relu))
    blocks = CifarMobileNetV2.plan.map { stage in
      Sequential(
        (0..<stage.blocks).map { index in
          let outputs = scaled(stage.channels)
          defer { inputs = outputs }
          return InvertedBlock(
            inputs, outputs, expansion: stage.expansion, stride: index == 0 ? stage.stride : 1)
        })
    }
    let last = max(1280, scaled(1280))
    conv2 = Sequential(convolution(inputs, last, kernel: 1), BatchNorm2d(last), Activate(.relu))
    classifier = Sequential(Linear(last, shape.classes, start: .normal(deviation: 0.01)))
  }

  private static let plan: [(expansion: Int, channels: Int, blocks: Int, stride: Int)] = [
    (1, 16, 1, 1), (6, 24, 2, 1), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2),
    (6, 320, 1, 1),
  ]

  override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    let y = try blocks.reduce(try conv1(x, context)) { try $1($0, context) }
    return try classifier(try avgpool(try conv2(y, context), context), context)
  }

  // Blocks end without an activation: nothing is in front of one.
  override var stages: [Stage] {
    ["conv1", "blocks.1", "blocks.2", "blocks.4", "blocks.6", "avgpool"].map { Stage($0) }
  }

  static let declarations: [Declaration] = [
    declaration("mobilenetv2_cifar", aliases: ["MobileNetV2", "mobile_half"], width: 0.5),
    declaration("mobilenetv2_cifar_full", aliases: ["mobile_full"], width: 1),
  ]

  private static func declaration(
    _ name: String, aliases: [String], width: Double
  ) -> Declaration {
    family(
      name, aliases: aliases,
      "MobileNetV2 of \(width == 1 ? "full" : "half the") width for small images.",
      details: """
        Keys and numbers as in the CIFAR experiments of the distillation literature. \
        Sandler et al. 2018, https://arxiv.org/abs/1801.04381.
        """,
      size: 32, defaultClasses: 10
    ) { CifarMobileNetV2(width: width, $0) }
  }
}

/// He's start by fan-out of the whole kernel, depthwise convolutions too, as the published code has
/// it.
private func convolution(
  _ inputs: Int, _ outputs: Int, kernel: Int, stride: Int = 1, groups: Int = 1
) -> Conv2d {
  Conv2d(
    inputs, outputs, kernel: kernel, stride: stride, padding: kernel / 2, groups: groups,
    bias: false, start: Conv2d.fanOut(outputs, kernel: kernel))
}

/// 1×1 to more channels, 3×3 depthwise, 1×1 to few, with a shortcut where the shape stays.
private final class InvertedBlock: Module {
  let conv: Sequential
  private let hasShortcut: Bool

  init(_ inputs: Int, _ outputs: Int, expansion: Int, stride: Int) {
    let middle = inputs * expansion
    conv = Sequential(
      convolution(inputs, middle, kernel: 1), BatchNorm2d(middle), Activate(.relu),
      convolution(middle, middle, kernel: 3, stride: stride, groups: middle),
      BatchNorm2d(middle), Activate(.relu),
      convolution(middle, outputs, kernel: 1), BatchNorm2d(outputs))
    hasShortcut = stride == 1 && inputs == outputs
  }

  override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    try conv(x, context, residual: hasShortcut ? x : nil, activation: .none)
  }
}
