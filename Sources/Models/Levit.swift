import Catalog
import Images
import Layers
import Tensors

/// LeViT (Graham et al. 2021, https://arxiv.org/abs/2104.01136): a convolutional stem, then three
/// stages of attention with batch norms, the tokens thinned to a quarter between them. Trained with
/// two heads; its logits are their mean.
///
/// timm's keys and starting weights: PyTorch's, the last norm of every branch zero.
final class Levit: Module {
  let stem: Sequential
  let body: [LevitStage]
  let pool = TokenPool()
  let head: LevitHead
  let headDist: LevitHead

  init(_ size: Size, _ shape: NetworkShape) {
    stem = Levit.stem(shape.channels, size.widths[0])
    // Four convolutions of stride 2, then a stride of 2 between stages: halves, rounded up.
    var grid = (0..<4).reduce(shape.size) { side, _ in (side + 1) / 2 }
    var inputs = size.widths[0]
    body = size.widths.indices.map { index in
      let stage = LevitStage(size, index, inputs: inputs, grid: grid, dropPath: shape.dropPath)
      if index > 0 { grid = (grid + 1) / 2 }
      inputs = size.widths[index]
      return stage
    }
    head = LevitHead(inputs, shape)
    headDist = LevitHead(inputs, shape)
    self.size = shape.size
  }

  private let size: Int

  override var keys: [String: String] { ["body": "stages"] }

  override var stages: [Stage] {
    [Stage("stem")] + body.indices.map { Stage("stages.\($0)") } + [Stage("pool")]
  }

  override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    let map = try stem(x, context)
    guard x.shape[1] == size, x.shape[2] == size else {
      throw ShapeError(
        "needs images of \(size)×\(size), got a tensor \(shapeText(x.shape))", path: "stem")
    }
    var y = try map.reshaped([map.shape[0], map.shape[1] * map.shape[2], map.shape[3]])
    for stage in body { y = try stage(y, context) }
    let pooled = try pool(y, context)
    return try (head(pooled, context) + headDist(pooled, context)) * 0.5
  }

  /// Four 3×3 convolutions of stride 2 that double the width up to the first stage's.
  private static func stem(_ channels: Int, _ width: Int) -> Sequential {
    let widths = [channels, width / 8, width / 4, width / 2, width]
    var parts: [(key: String, module: Module)] = []
    for index in 1...4 {
      let norm = LevitConvNorm(widths[index - 1], widths[index])
      parts.append(("conv\(index)", norm))
      if index < 4 { parts.append(("act\(index)", Activate(.hardSwish))) }
    }
    return Sequential(named: parts)
  }
}

extension Levit {
  struct Size {
    var widths: [Int]
    /// Width of a head's queries and keys; its values are twice as wide.
    var keyWidth: Int
    /// Heads of each stage.
    var heads: [Int]
    var depths = [4, 4, 4]
  }

  static let declarations: [Declaration] = [
    declaration(
      "128s", Size(widths: [128, 256, 384], keyWidth: 16, heads: [4, 6, 8], depths: [2, 3, 4])),
    declaration("128", Size(widths: [128, 256, 384], keyWidth: 16, heads: [4, 8, 12])),
    declaration("192", Size(widths: [192, 288, 384], keyWidth: 32, heads: [3, 5, 6])),
    declaration("256", Size(widths: [256, 384, 512], keyWidth: 32, heads: [4, 6, 8])),
    declaration("384", Size(widths: [384, 512, 768], keyWidth: 32, heads: [6, 9, 12])),
  ]

  private static func declaration(_ name: String, _ size: Size) -> Declaration {
    family(
      "levit_\(name)",
      "LeViT, stages of \(size.depths) blocks, widths \(size.widths).",
      details: "timm's `levit_\(name)`. Graham et al. 2021, https://arxiv.org/abs/2104.01136.",
      size: 224, defaultClasses: 1000,
      preprocessing: Preprocessing(crop: 0.9, interpolation: .bicubic),
      options: imageSize(224), dropRate, dropPathRate,
      examples: ["levit_\(name)(classes=10, img_size=32)"]
    ) { Levit(size, $0) }
  }
}

/// The step to a stage's width and number of tokens, then blocks of attention and MLP.
final class LevitStage: Module {
  let downsample: LevitDownsample?
  let blocks: [LevitBlock]

  /// - Parameters:
  ///   - inputs: Width of the stage before.
  ///   - grid: Tokens along a side that come in.
  init(_ size: Levit.Size, _ index: Int, inputs: Int, grid: Int, dropPath: Float) {
    let width = size.widths[index]
    downsample =
      index == 0
      ? nil
      : LevitDownsample(inputs, width, keyWidth: size.keyWidth, grid: grid, dropPath: dropPath)
    let inner = index == 0 ? grid : (grid + 1) / 2
    blocks = (0..<size.depths[index]).map { _ in
      LevitBlock(
        width, keyWidth: size.keyWidth, heads: size.heads[index], grid: inner,
        dropPath: dropPath)
    }
  }

  override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    let first = try downsample.map { try $0(x, context) } ?? x
    return try blocks.reduce(first) { try $1($0, context) }
  }
}

/// Attention and MLP beside shortcuts.
final class LevitBlock: Module {
  let attn: LevitAttention
  let dropPath1: DropPath?
  let mlp: LevitMlp
  let dropPath2: DropPath?

  init(_ width: Int, keyWidth: Int, heads: Int, grid: Int, dropPath: Float) {
    attn = LevitAttention(width, keyWidth: keyWidth, heads: heads, grid: grid)
    dropPath1 = DropPath(dropPath)
    mlp = LevitMlp(width)
    dropPath2 = DropPath(dropPath)
  }

  override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    let y = try x.adding(try attn(x, context), dropPath1, context)
    return try y.adding(try mlp(y, context), dropPath2, context)
  }
}

/// Attention that thins the tokens, then an MLP beside a shortcut.
final class LevitDownsample: Module {
  let attnDownsample: LevitDownsampleAttention
  let mlp: LevitMlp
  let dropPath: DropPath?

  init(_ inputs: Int, _ outputs: Int, keyWidth: Int, grid: Int, dropPath rate: Float) {
    attnDownsample = LevitDownsampleAttention(
      inputs, outputs, keyWidth: keyWidth, heads: inputs / keyWidth, grid: grid)
    mlp = LevitMlp(outputs)
    dropPath = DropPath(rate)
  }

  override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    let y = try attnDownsample(x, context)
    return try y.adding(try mlp(y, context), dropPath, context)
  }
}
