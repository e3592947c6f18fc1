import Catalog
import Images
import Layers
import Tensors

/// Residual networks made for throughput (Ridnik et al. 2020, https://arxiv.org/abs/2003.13630): pixels
/// to channels in place of a strided stem, blurred downsampling, leaky ReLU, squeeze-and-excitation in
/// the first three stages.
///
/// timm's keys; norm and leaky ReLU are modules like any other, not the paper's in-place ones.
final class TResNet: Module {
  let body: Sequential
  let head: Head

  /// - Parameters:
  ///   - depths: Blocks in each of the four stages.
  ///   - width: Factor on 64 channels.
  init(depths: [Int], width: Double, _ shape: NetworkShape) {
    let planes = Int(64 * width)
    var inputs = planes
    func layer(_ index: Int) -> Sequential {
      Sequential(
        (0..<depths[index]).map { block in
          let stride = block == 0 && index > 0 ? 2 : 1
          let middle = planes << index
          let outputs = index < 2 ? middle : 4 * middle
          defer { inputs = outputs }
          return index < 2
            ? LeakyBlock(inputs, outputs, stride: stride)
            : LeakyBottleneck(inputs, middle, outputs, stride: stride, isSqueezed: index == 2)
        })
    }
    body = Sequential(named: [
      ("s2d", SpaceToDepth()),
      (
        "conv1",
        ConvNormAct(
          16 * shape.channels, planes, kernel: 3, activation: .leakyRelu(slope: 0.01))
      ),
      ("layer1", layer(0)), ("layer2", layer(1)), ("layer3", layer(2)), ("layer4", layer(3)),
    ])
    head = Head(inputs, shape.classes)
  }

  override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    try head(try body(x, context), context)
  }

  override var stages: [Stage] {
    let layers = body.parts.compactMap { $0 as? Sequential }
    return [Stage("body.conv1")]
      + residualStages(layers).map {
        Stage("body." + $0.path, preactivation: $0.preactivation.map { "body." + $0 })
      } + [Stage("head.global_pool")]
  }

  /// Mean over all pixels and a dense layer.
  final class Head: Module {
    let globalPool = GlobalAvgPool()
    let fc: Linear

    init(_ inputs: Int, _ classes: Int) {
      fc = Linear(inputs, classes, start: .normal(deviation: 0.01))
    }

    override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
      try fc(try globalPool(x, context), context)
    }
  }

  static let declarations = [
    declaration("tresnet_m", [3, 4, 11, 3], width: 1),
    declaration("tresnet_l", [4, 5, 18, 3], width: 1.2),
  ]

  private static func declaration(
    _ name: String, _ depths: [Int], width: Double
  ) -> Declaration {
    family(
      name, "Residual network made for throughput, stages of \(depths) blocks.",
      details: """
        timm's `\(name)`; height and width of the images must be multiples of 4. \
        Ridnik et al. 2020, https://arxiv.org/abs/2003.13630.
        """,
      size: 224, defaultClasses: 1000,
      preprocessing: Preprocessing(
        interpolation: .bilinear, normalisation: .identity(channels: 3))
    ) { TResNet(depths: depths, width: width, $0) }
  }
}

/// Two 3×3 convolutions, squeeze-and-excitation, a shortcut; the ReLU after the sum.
private final class LeakyBlock: Module {
  let downsample: Sequential?
  let conv1: ConvNormAct
  let conv2: ConvNormAct
  let se: SqueezeExcite
  let preact = Preactivation()

  init(_ inputs: Int, _ outputs: Int, stride: Int) {
    downsample = pooledShortcut(inputs, outputs, stride: stride)
    conv1 = ConvNormAct(
      inputs, outputs, kernel: 3, stride: stride, activation: leaky, isAntialiased: true)
    conv2 = ConvNormAct(outputs, outputs, kernel: 3, activation: .none, scale: 0)
    se = SqueezeExcite(outputs, middle: max(outputs / 4, 64), keys: .dense)
  }

  override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    let identity = try downsample.map { try $0(x, context) } ?? x
    let y = try se(try conv2(try conv1(x, context), context), context)
    return try preact(try y + identity, context).relu()
  }
}

/// 1×1, 3×3, squeeze-and-excitation, 1×1, a shortcut; the ReLU after the sum.
private final class LeakyBottleneck: Module {
  let downsample: Sequential?
  let conv1: ConvNormAct
  let conv2: ConvNormAct
  let se: SqueezeExcite?
  let conv3: ConvNormAct
  let preact = Preactivation()

  init(_ inputs: Int, _ middle: Int, _ outputs: Int, stride: Int, isSqueezed: Bool) {
    downsample = pooledShortcut(inputs, outputs, stride: stride)
    conv1 = ConvNormAct(inputs, middle, kernel: 1, activation: leaky)
    conv2 = ConvNormAct(
      middle, middle, kernel: 3, stride: stride, activation: leaky, isAntialiased: true)
    se =
      isSqueezed ? SqueezeExcite(middle, middle: max(outputs / 8, 64), keys: .dense) : nil
    conv3 = ConvNormAct(middle, outputs, kernel: 1, activation: .none, scale: 0)
  }

  override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    let identity = try downsample.map { try $0(x, context) } ?? x
    var y = try conv2(try conv1(x, context), context)
    if let se { y = try se(y, context) }
    return try conv3(y, context, residual: identity, preact: preact, activation: .relu)
  }
}

private let leaky = Activation.leakyRelu(slope: 1e-3)

/// The mean of 2×2 pixels where the image shrinks, and a 1×1 convolution, where the shape changes;
/// nothing elsewhere.
private func pooledShortcut(_ inputs: Int, _ outputs: Int, stride: Int) -> Sequential? {
  guard stride != 1 || inputs != outputs else { return nil }
  let change = ConvNormAct(inputs, outputs, kernel: 1, activation: .none)
  guard stride != 1 else { return Sequential(change) }
  return Sequential(
    AvgPool2d(kernel: stride, ceilMode: true, countsPadding: false), change)
}
