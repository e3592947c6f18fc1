import Catalog
import Images
import Layers
import Tensors

/// Transformer in transformer (Han et al. 2021, https://arxiv.org/abs/2103.00112): inside of every
/// patch a small transformer over its pixels, whose result is added to the patch's token.
///
/// timm's keys and starting weights: dense layers and embeddings normal with deviation 0.02. The
/// `legacy` networks embed the pixels of the whole image before it is cut, and join them to tokens in
/// another order of norms.
final class TNT: Module {
  let clsToken: Parameter
  let patchPos: Parameter
  let pixelPos: Parameter
  let pixelEmbed: PixelEmbed
  let norm1Proj: LayerNorm
  let proj: Linear
  let norm2Proj: LayerNorm
  let blocks: [TNTBlock]
  let norm: LayerNorm
  let pool = TokenPool(token: 0)
  let headDrop: Dropout?
  let head: Linear

  init(_ size: Size, isLegacy: Bool, _ shape: NetworkShape) throws {
    try shape.checkPatches()
    pixelEmbed = PixelEmbed(
      channels: shape.channels, width: size.inner, size: shape.size, patch: shape.patch,
      isLegacy: isLegacy)
    let (side, pixels) = (pixelEmbed.side, pixelEmbed.side * pixelEmbed.side)
    let tokens = pixelEmbed.grid * pixelEmbed.grid + 1
    clsToken = Parameter([1, 1, size.outer], start: TNT.start, decays: false)
    patchPos = Parameter([1, tokens, size.outer], start: TNT.start, decays: false)
    // timm's [1, D, h, w] read as a convolution's weight is [h, w, D, 1] here: tokens by width.
    pixelPos = Parameter(
      [side, side, size.inner, 1], layout: .convolution, start: TNT.start, decays: false)
    norm1Proj = LayerNorm(pixels * size.inner, epsilon: 1e-5)
    proj = Linear(pixels * size.inner, size.outer, start: TNT.start)
    norm2Proj = LayerNorm(size.outer, epsilon: 1e-5)
    blocks = DropPath.rates(shape.dropPath, depth: 12).map {
      TNTBlock(size, pixels: pixels, isLegacy: isLegacy, dropPath: $0)
    }
    norm = LayerNorm(size.outer, epsilon: 1e-5)
    headDrop = Dropout(rate: shape.drop)
    head = Linear(size.outer, shape.classes, start: TNT.start)
  }

  override var stages: [Stage] {
    Stage.thirds(of: blocks.count, stem: "pixel_embed") + [Stage("pool")]
  }

  override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    var pixels = try pixelEmbed(x, context)
    let position = context(pixelPos)
    pixels = try pixels + position.reshaped([position.shape[0] * position.shape[1], -1])
    let count = pixelEmbed.grid * pixelEmbed.grid
    var patches = try pixels.reshaped([pixels.shape[0] / count, count, -1])
    patches = try norm2Proj(try proj(try norm1Proj(patches, context), context), context)
    let first = try context(clsToken).expanded(to: [patches.shape[0], 1, patches.shape[2]])
    patches = try Tensor.concatenated([first, patches], along: 1) + context(patchPos)
    for block in blocks { (pixels, patches) = try block(pixels, patches, context) }
    let pooled = try pool(try norm(patches, context), context)
    return try head(try pooled.dropped(headDrop, context), context)
  }
}

extension TNT {
  struct Size {
    /// Width of a patch's token, and its heads.
    var outer: Int
    var heads: Int
    /// Width of a pixel's token; always four heads.
    var inner: Int
  }

  static let start = Start.normal(deviation: 0.02)

  static let declarations: [Declaration] = [
    declaration("tnt_s", Size(outer: 384, heads: 6, inner: 24)),
    declaration("tnt_s_legacy", Size(outer: 384, heads: 6, inner: 24)),
    declaration("tnt_b", Size(outer: 640, heads: 10, inner: 40)),
  ]

  private static func declaration(_ base: String, _ size: Size) -> Declaration {
    let name = "\(base)_patch16_224"
    let isLegacy = base.hasSuffix("legacy")
    return family(
      name, aliases: [base],
      "Transformer in transformer of width \(size.outer)\(isLegacy ? ", the first weights'" : "").",
      details: "timm's `\(name)`. Han et al. 2021, https://arxiv.org/abs/2103.00112.",
      size: 224, defaultClasses: 1000,
      preprocessing: Preprocessing(
        crop: 0.9, interpolation: .bicubic, normalisation: .inception),
      options: imageSize(224), patchSize(16), dropRate, dropPathRate,
      examples: ["\(name)(classes=10, img_size=32, patch_size=8)"]
    ) { try TNT(size, isLegacy: isLegacy, $0) }
  }
}

/// Pixels of all patches as short sequences: N H W C → N·patches pixels D. A "pixel" is what a 7×7
/// convolution of stride 4 makes of its neighbourhood. Key `proj`.
final class PixelEmbed: Module {
  let proj: Conv2d
  private let size: Int
  private let patch: Int
  private let isLegacy: Bool

  init(channels: Int, width: Int, size: Int, patch: Int, isLegacy: Bool) {
    self.size = size
    self.patch = patch
    self.isLegacy = isLegacy
    proj = Conv2d(channels, width, kernel: 7, stride: 4, padding: 3)
  }

  /// Patches along a side of the image.
  var grid: Int { size / patch }
  /// Pixels along a side of a patch.
  var side: Int { (patch + 3) / 4 }

  override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    guard x.rank == 4, x.shape[1] == size, x.shape[2] == size else {
      throw ShapeError(
        "needs images [N, \(size), \(size), \(proj.inputs)], got a tensor \(shapeText(x.shape))")
    }
    // The older networks let the convolution see over a patch's edge.
    let cut =
      isLegacy
      ? try patches(try proj(x, context), of: side)
      : try proj(try patches(x, of: patch), context)
    return try cut.reshaped([-1, side * side, proj.outputs])
  }

  /// N H W C → N·patches p p C; what is left over at the edges is dropped.
  private func patches(_ x: Tensor, of patch: Int) throws -> Tensor {
    let used = grid * patch
    return try x.slice(0..<used, axis: 1).slice(0..<used, axis: 2)
      .reshaped([x.shape[0], grid, patch, grid, patch, x.shape[3]])
      .transposed([0, 1, 3, 2, 4, 5])
      .reshaped([-1, patch, patch, x.shape[3]])
  }
}
