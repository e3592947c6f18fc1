import Catalog
import Images
import Layers
import Tensors

/// Vision transformer (Dosovitskiy et al. 2020, https://arxiv.org/abs/2010.11929), and with a second
/// token and head the distilled one of DeiT (Touvron et al. 2020, https://arxiv.org/abs/2012.12877):
/// its logits are the mean of the two heads'.
///
/// timm's keys and starting weights: dense layers normal with deviation 0.02.
final class VisionTransformer: Module {
  let clsToken: Parameter
  let posEmbed: Parameter
  let distToken: Parameter?
  let patchEmbed: PatchEmbed
  let blocks: [TransformerBlock]
  let norm: LayerNorm
  let pool = TokenPool(token: 0)
  let headDrop: Dropout?
  let headDistDrop: Dropout?
  let head: Linear
  let headDist: Linear?

  init(_ size: Size, isDistilled: Bool, _ shape: NetworkShape) throws {
    try shape.checkPatches()
    let start = Start.normal(deviation: 0.02)
    patchEmbed = PatchEmbed(
      channels: shape.channels, width: size.width, size: shape.size, patch: shape.patch)
    let tokens = patchEmbed.grid * patchEmbed.grid + (isDistilled ? 2 : 1)
    clsToken = Parameter([1, 1, size.width], start: .normal(deviation: 1e-6), decays: false)
    posEmbed = Parameter([1, tokens, size.width], start: start, decays: false)
    distToken = isDistilled ? Parameter([1, 1, size.width], start: start, decays: false) : nil
    blocks = DropPath.rates(shape.dropPath, depth: size.depth).map {
      TransformerBlock(size.width, heads: size.heads, dropPath: $0, start: start)
    }
    norm = LayerNorm(size.width)
    headDrop = Dropout(rate: shape.drop)
    headDistDrop = isDistilled ? Dropout(rate: shape.drop) : nil
    head = Linear(size.width, shape.classes, start: start)
    headDist = isDistilled ? Linear(size.width, shape.classes, start: start) : nil
  }

  override var stages: [Stage] {
    Stage.thirds(of: blocks.count, stem: "patch_embed") + [Stage("pool")]
  }

  override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    var y = try patchEmbed.sequence(x, context)
    let first = [clsToken, distToken].compactMap { $0 }
    let tokens = try first.map {
      try context($0).expanded(to: [y.shape[0], 1, y.shape[2]])
    }
    y = try Tensor.concatenated(tokens + [y], along: 1) + context(posEmbed)
    for block in blocks { y = try block(y, context) }
    y = try norm(y, context)
    let logits = try head(try pool(y, context).dropped(headDrop, context), context)
    guard let headDist else { return logits }
    let second = try y.entry(1, axis: 1).dropped(headDistDrop, context)
    return try (logits + headDist(second, context)) * 0.5
  }
}

extension VisionTransformer {
  struct Size {
    var width: Int
    var heads: Int
    var depth = 12
  }

  private static let sizes: [(name: String, size: Size)] = [
    ("tiny", Size(width: 192, heads: 3)), ("small", Size(width: 384, heads: 6)),
    ("base", Size(width: 768, heads: 12)),
  ]

  static let declarations: [Declaration] =
    sizes.map { declaration("vit_\($0.name)", $0.size, patch: 16) }
    + sizes.dropFirst().map { declaration("vit_\($0.name)", $0.size, patch: 32) }
    + sizes.map { declaration("deit_\($0.name)", $0.size, patch: 16) }
    + sizes.map { declaration("deit_\($0.name)_distilled", $0.size, patch: 16) }

  private static func declaration(_ base: String, _ size: Size, patch: Int) -> Declaration {
    let name = "\(base)_patch\(patch)_224"
    let isDeit = base.hasPrefix("deit")
    let isDistilled = base.hasSuffix("distilled")
    let what =
      isDistilled
      ? "Data-efficient image transformer with a token for the teacher"
      : isDeit ? "Data-efficient image transformer" : "Vision transformer"
    return family(
      name, aliases: [patch == 16 ? base : "\(base)_patch\(patch)"],
      "\(what), \(size.depth) blocks of width \(size.width).",
      details: "timm's `\(name)`. "
        + (isDeit
          ? "Touvron et al. 2020, https://arxiv.org/abs/2012.12877."
          : "Dosovitskiy et al. 2020, https://arxiv.org/abs/2010.11929."),
      size: 224, defaultClasses: 1000,
      preprocessing: Preprocessing(
        crop: 0.9, interpolation: .bicubic, normalisation: isDeit ? .imagenet : .inception),
      options: imageSize(224), patchSize(patch), dropRate, dropPathRate,
      examples: ["\(name)(classes=10, img_size=32, patch_size=8)"]
    ) { try VisionTransformer(size, isDistilled: isDistilled, $0) }
  }
}

extension NetworkShape {
  /// At least one patch must fit into the image.
  func checkPatches() throws {
    guard patch <= size else {
      throw Failure(
        .value, "a patch of \(patch) pixels does not fit into images of \(size)",
        advice: "a smaller patch_size, or a larger img_size")
    }
  }
}

extension Stage {
  /// The stem and the ends of the three thirds of a row of equal blocks.
  static func thirds(of depth: Int, stem: String) -> [Stage] {
    [Stage(stem)] + (1...3).map { Stage("blocks.\($0 * depth / 3 - 1)") }
  }
}
