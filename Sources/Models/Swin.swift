import Catalog
import Images
import Layers
import Tensors

/// Swin transformer (Liu et al. 2021, https://arxiv.org/abs/2103.14030): attention within windows
/// that are shifted by half a window in every other block; four stages, each of half the height and
/// width of the one before.
///
/// timm's keys and starting weights: dense layers normal with deviation 0.02.
final class Swin: Module {
  let patchEmbed: PatchEmbed
  let layers: [SwinStage]
  let norm: LayerNorm
  let globalPool = GlobalAvgPool()
  let head: SwinHead

  init(_ size: Size, _ shape: NetworkShape) throws {
    try shape.checkPatches()
    patchEmbed = PatchEmbed(
      channels: shape.channels, width: size.width, size: shape.size, patch: shape.patch,
      norm: LayerNorm(size.width, epsilon: 1e-5))
    var rates = DropPath.rates(shape.dropPath, depth: size.depths.reduce(0, +))
    var grid = patchEmbed.grid
    layers = size.depths.indices.map { index in
      if index > 0 { grid = (grid + 1) / 2 }
      defer { rates.removeFirst(size.depths[index]) }
      return SwinStage(
        size.width << index, heads: size.heads[index], grid: grid, isFirst: index == 0,
        dropPaths: Array(rates.prefix(size.depths[index])))
    }
    let width = size.width << (size.depths.count - 1)
    norm = LayerNorm(width, epsilon: 1e-5)
    head = SwinHead(width, shape)
  }

  override var stages: [Stage] {
    [Stage("patch_embed")] + layers.indices.map { Stage("layers.\($0)") }
      + [Stage("global_pool")]
  }

  override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    var y = try patchEmbed(x, context)
    for layer in layers { y = try layer(y, context) }
    return try head(try globalPool(try norm(y, context), context), context)
  }
}

extension Swin {
  struct Size {
    var width: Int
    var depths: [Int]
    var heads: [Int]
  }

  static let start = Start.normal(deviation: 0.02)

  static let declarations: [Declaration] = [
    declaration("tiny", Size(width: 96, depths: [2, 2, 6, 2], heads: [3, 6, 12, 24])),
    declaration("small", Size(width: 96, depths: [2, 2, 18, 2], heads: [3, 6, 12, 24])),
    declaration("base", Size(width: 128, depths: [2, 2, 18, 2], heads: [4, 8, 16, 32])),
  ]

  private static func declaration(_ base: String, _ size: Size) -> Declaration {
    let name = "swin_\(base)_patch4_window7_224"
    return family(
      name, aliases: ["swin_\(base)"],
      "Swin transformer, stages of \(size.depths) blocks, widths from \(size.width).",
      details: "timm's `\(name)`. Liu et al. 2021, https://arxiv.org/abs/2103.14030.",
      size: 224, defaultClasses: 1000,
      preprocessing: Preprocessing(crop: 0.9, interpolation: .bicubic),
      options: imageSize(224), patchSize(4), dropRate, dropPathRate,
      examples: ["\(name)(classes=10, img_size=32, patch_size=2)"]
    ) { try Swin(size, $0) }
  }
}

/// Neighbouring tokens joined, except in the first stage, then blocks.
final class SwinStage: Module {
  let downsample: PatchMerging?
  let blocks: [SwinBlock]

  /// - Parameter grid: Tokens along a side, after the joining.
  init(_ width: Int, heads: Int, grid: Int, isFirst: Bool, dropPaths: [Float]) {
    downsample = isFirst ? nil : PatchMerging(width / 2)
    blocks = dropPaths.enumerated().map { index, rate in
      SwinBlock(
        width, heads: heads, windows: Windows(grid: grid, side: 7, isShifted: index % 2 == 1),
        dropPath: rate)
    }
  }

  override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    let first = try downsample.map { try $0(x, context) } ?? x
    return try blocks.reduce(first) { try $1($0, context) }
  }
}

/// Joins 2×2 neighbours to a token of twice the width: keys `norm`, `reduction`.
final class PatchMerging: Module {
  let norm: LayerNorm
  let reduction: Linear

  init(_ width: Int) {
    norm = LayerNorm(4 * width, epsilon: 1e-5)
    reduction = Linear(4 * width, 2 * width, bias: false, start: Swin.start)
  }

  override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    let (height, width) = (x.shape[1], x.shape[2])
    let even = try x.padded(axis: 1, before: 0, after: height % 2)
      .padded(axis: 2, before: 0, after: width % 2)
    let (rows, columns, channels) = ((height + 1) / 2, (width + 1) / 2, x.shape[3])
    // timm's order of the four: down first, then to the right.
    let joined = try even.reshaped([x.shape[0], rows, 2, columns, 2, channels])
      .transposed([0, 1, 3, 4, 2, 5]).reshaped([x.shape[0], rows, columns, 4 * channels])
    return try reduction(try norm(joined, context), context)
  }
}

/// Attention within windows and an MLP, each behind a layer norm and beside a shortcut.
final class SwinBlock: Module {
  let norm1: LayerNorm
  let attn: WindowAttention
  let dropPath1: DropPath?
  let norm2: LayerNorm
  let mlp: Mlp
  let dropPath2: DropPath?

  init(_ width: Int, heads: Int, windows: Windows, dropPath: Float) {
    norm1 = LayerNorm(width, epsilon: 1e-5)
    attn = WindowAttention(width, heads: heads, windows: windows)
    dropPath1 = DropPath(dropPath)
    norm2 = LayerNorm(width, epsilon: 1e-5)
    mlp = Mlp(width, hidden: 4 * width, start: Swin.start)
    dropPath2 = DropPath(dropPath)
  }

  override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    let y = try x.adding(try attn(try norm1(x, context), context), dropPath1, context)
    return try y.adding(try mlp(try norm2(y, context), context), dropPath2, context)
  }
}

/// A dense layer on the pooled features: key `fc`.
final class SwinHead: Module {
  let drop: Dropout?
  let fc: Linear

  init(_ inputs: Int, _ shape: NetworkShape) {
    drop = Dropout(rate: shape.drop)
    fc = Linear(inputs, shape.classes, start: Swin.start)
  }

  override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    try fc(try x.dropped(drop, context), context)
  }
}
