import Catalog
import Images
import Layers
import Tensors

/// A subnetwork of the once-for-all MobileNetV3 (Cai et al. 2020, https://arxiv.org/abs/1908.09791)
/// with the keys of the authors' code: a fixed first block, five stages of inverted residuals that
/// choose their kernel sizes, expansions and depths, a 1×1 convolution before and one behind the
/// mean over all pixels. Starts normal by fan-out, not divided by groups.
final class OnceForAll: Module {
  let firstConv: ConvNormAct
  let blocks: [OnceForAllBlock]
  let finalExpandLayer: ConvNormAct
  let globalAvgPool = GlobalAvgPool()
  let featureMixLayer: Sequential
  let classifier: Sequential
  /// The last block of every stage.
  private let ends: [Int]

  init(_ plan: OnceForAllPlan, _ shape: NetworkShape) {
    func scaled(_ channels: Int) -> Int { wholeEights(Double(channels) * plan.width) }
    var inputs = scaled(16)
    firstConv = ConvNormAct(shape.channels, inputs, kernel: 3, stride: 2, activation: .hardSwish)
    var blocks = [
      OnceForAllBlock(inputs, inputs, kernel: 3, expansion: 1, stride: 1, OnceForAllStage.first)
    ]
    var ends = [0]
    for (stage, choices) in zip(OnceForAllStage.all, plan.stages) {
      let outputs = scaled(stage.width)
      for (index, choice) in choices.enumerated() {
        blocks.append(
          OnceForAllBlock(
            inputs, outputs, kernel: choice.kernel, expansion: choice.expansion,
            stride: index == 0 ? stage.stride : 1, stage))
        inputs = outputs
      }
      ends.append(blocks.count - 1)
    }
    (self.blocks, self.ends) = (blocks, ends)
    let (wide, last) = (scaled(960), scaled(1280))
    finalExpandLayer = ConvNormAct(inputs, wide, kernel: 1, activation: .hardSwish)
    featureMixLayer = Sequential(named: [
      (
        "conv",
        Conv2d(
          wide, last, kernel: 1, bias: false, start: Conv2d.fanOut(last, kernel: 1))
      ),
      ("act", Activate(.hardSwish)),
    ])
    classifier = Sequential(named: [
      ("linear", Linear(last, shape.classes, start: .fanIn(last)))
    ])
  }

  override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    var y = try firstConv(x, context)
    for block in blocks { y = try block(y, context) }
    y = try globalAvgPool(try finalExpandLayer(y, context), context)
    let pixel = try y.reshaped([y.shape[0], 1, 1, y.shape[1]])
    y = try featureMixLayer(pixel, context)
    return try classifier(try y.reshaped([y.shape[0], y.shape[3]]), context)
  }

  override var stages: [Stage] {
    ends.map { Stage("blocks.\($0)") } + [Stage("global_avg_pool")]
  }
}

/// What the blocks of a stage of the once-for-all network have in common.
struct OnceForAllStage: Sendable {
  var width: Int
  var stride: Int
  var activation: Activation
  var isSqueezed: Bool

  static let first = OnceForAllStage(
    width: 16, stride: 1, activation: .relu, isSqueezed: false)
  static let all = [
    OnceForAllStage(width: 24, stride: 2, activation: .relu, isSqueezed: false),
    OnceForAllStage(width: 40, stride: 2, activation: .relu, isSqueezed: true),
    OnceForAllStage(width: 80, stride: 2, activation: .hardSwish, isSqueezed: false),
    OnceForAllStage(width: 112, stride: 1, activation: .hardSwish, isSqueezed: true),
    OnceForAllStage(width: 160, stride: 2, activation: .hardSwish, isSqueezed: true),
  ]
}

/// An inverted residual of the once-for-all network.
final class OnceForAllBlock: Module {
  let conv: OnceForAllConv
  private let hasShortcut: Bool

  init(
    _ inputs: Int, _ outputs: Int, kernel: Int, expansion: Int, stride: Int,
    _ stage: OnceForAllStage
  ) {
    conv = OnceForAllConv(
      inputs, outputs, kernel: kernel, expansion: expansion, stride: stride, stage)
    hasShortcut = stride == 1 && inputs == outputs
  }

  override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    guard hasShortcut else { return try conv(x, context) }
    guard !context.wants(conv.path) else { return try conv(x, context) + x }
    return try conv.project(try conv.widen(x, context), context, residual: x)
  }
}

/// 1×1 to more channels (unless the expansion is 1), depthwise with attention, 1×1 to fewer.
final class OnceForAllConv: Module {
  let invertedBottleneck: ConvNormAct?
  let depthConv: ConvNormAct
  let pointLinear: ConvNormAct

  init(
    _ inputs: Int, _ outputs: Int, kernel: Int, expansion: Int, stride: Int,
    _ stage: OnceForAllStage
  ) {
    let middle = wholeEights(Double(inputs * expansion))
    invertedBottleneck =
      expansion == 1
      ? nil : ConvNormAct(inputs, middle, kernel: 1, activation: stage.activation)
    depthConv = ConvNormAct(
      middle, middle, kernel: kernel, stride: stride, groups: middle,
      activation: stage.activation,
      squeeze: stage.isSqueezed
        ? SqueezeExcite(
          middle, middle: wholeEights(Double(middle / 4)), gate: .hardSigmoid, keys: .nested)
        : nil,
      start: Conv2d.fanOut(middle, kernel: kernel))
    pointLinear = ConvNormAct(middle, outputs, kernel: 1, activation: .none)
  }

  override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    try pointLinear(try widen(x, context), context)
  }

  /// Everything up to the last convolution.
  func widen(_ x: Tensor, _ context: Context) throws -> Tensor {
    try depthConv(try invertedBottleneck.map { try $0(x, context) } ?? x, context)
  }

  /// The last convolution and norm with the block's shortcut in one pass.
  func project(_ x: Tensor, _ context: Context, residual: Tensor) throws -> Tensor {
    try pointLinear(x, context, residual: residual, activation: .none)
  }
}
