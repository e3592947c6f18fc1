import Catalog
import Images
import Layers
import Tensors

/// ConvNeXt (Liu et al. 2022, https://arxiv.org/abs/2201.03545): residual blocks of a 7×7 depthwise
/// convolution, layer norm and an MLP, after the model of transformers.
///
/// timm's keys and starting weights: all weights normal with deviation 0.02, biases zero, branches
/// scaled by 1e-6.
final class ConvNeXt: Module {
  let stem: Sequential
  let body: [ConvNeXtStage]
  let globalPool = GlobalAvgPool()
  let head: ConvNeXtHead

  /// - Parameters:
  ///   - depths: Blocks in each of the four stages.
  ///   - widths: Channels in each of the four stages.
  init(depths: [Int], widths: [Int], _ shape: NetworkShape) {
    stem = Sequential(
      Conv2d(
        shape.channels, widths[0], kernel: shape.patch, stride: shape.patch,
        start: ConvNeXt.start), LayerNorm(widths[0]))
    var rates = DropPath.rates(shape.dropPath, depth: depths.reduce(0, +))
    var inputs = widths[0]
    body = zip(depths, widths).map { depth, width in
      defer {
        inputs = width
        rates.removeFirst(depth)
      }
      return ConvNeXtStage(inputs, width, dropPaths: Array(rates.prefix(depth)))
    }
    head = ConvNeXtHead(inputs, shape)
  }

  static let start = Start.normal(deviation: 0.02)

  override var keys: [String: String] { ["body": "stages"] }

  override var stages: [Stage] {
    [Stage("stem")] + body.indices.map { Stage("stages.\($0)") } + [Stage("global_pool")]
  }

  override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    var y = try stem(x, context)
    for stage in body { y = try stage(y, context) }
    return try head(try globalPool(y, context), context)
  }

  static let declarations: [Declaration] = [
    declaration("tiny", [3, 3, 9, 3], [96, 192, 384, 768], crop: 0.95),
    declaration("small", [3, 3, 27, 3], [96, 192, 384, 768], crop: 0.95),
    declaration("base", [3, 3, 27, 3], [128, 256, 512, 1024], crop: 0.875),
  ]

  private static func declaration(
    _ size: String, _ depths: [Int], _ widths: [Int], crop: Double
  ) -> Declaration {
    family(
      "convnext_\(size)", "ConvNeXt, stages of \(depths) blocks, widths \(widths).",
      details: "timm's `convnext_\(size)`. Liu et al. 2022, https://arxiv.org/abs/2201.03545.",
      size: 224, defaultClasses: 1000,
      preprocessing: Preprocessing(crop: crop, interpolation: .bicubic),
      options: patchSize(4), dropRate, dropPathRate,
      examples: ["convnext_\(size)(classes=10, patch_size=2)"]
    ) { ConvNeXt(depths: depths, widths: widths, $0) }
  }
}

/// Halves height and width where the width changes, then blocks.
final class ConvNeXtStage: Module {
  let downsample: Sequential?
  let blocks: [ConvNeXtBlock]

  init(_ inputs: Int, _ outputs: Int, dropPaths: [Float]) {
    downsample =
      inputs == outputs
      ? nil
      : Sequential(
        LayerNorm(inputs),
        Conv2d(inputs, outputs, kernel: 2, stride: 2, start: ConvNeXt.start))
    blocks = dropPaths.map { ConvNeXtBlock(outputs, dropPath: $0) }
  }

  override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    let first = try downsample.map { try $0(x, context) } ?? x
    return try blocks.reduce(first) { try $1($0, context) }
  }
}

/// A 7×7 depthwise convolution, layer norm, an MLP and a learned factor per channel, beside a
/// shortcut.
final class ConvNeXtBlock: Module {
  let gamma: Parameter
  let convDw: Conv2d
  let norm: LayerNorm
  let mlp: Mlp
  let dropPath: DropPath?

  init(_ width: Int, dropPath rate: Float) {
    gamma = Parameter([width], start: .constant(1e-6))
    convDw = Conv2d(
      width, width, kernel: 7, padding: 3, groups: width, start: ConvNeXt.start)
    norm = LayerNorm(width)
    mlp = Mlp(width, hidden: 4 * width, start: ConvNeXt.start)
    dropPath = DropPath(rate)
  }

  override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    let y = try mlp(try norm(try convDw(x, context), context), context)
    return try x.adding(try y * context(gamma), dropPath, context)
  }
}

/// Layer norm and a dense layer on the pooled features: keys `norm`, `fc`.
final class ConvNeXtHead: Module {
  let norm: LayerNorm
  let drop: Dropout?
  let fc: Linear

  init(_ inputs: Int, _ shape: NetworkShape) {
    norm = LayerNorm(inputs)
    drop = Dropout(rate: shape.drop)
    fc = Linear(inputs, shape.classes, start: ConvNeXt.start)
  }

  override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    try fc(try norm(x, context).dropped(drop, context), context)
  }
}
