import Catalog
import Images
import Layers
import Tensors

/// Multilayer perceptrons over tokens and over channels in turn: MLP-Mixer (Tolstikhin et al. 2021,
/// https://arxiv.org/abs/2105.01601) and ResMLP (Touvron et al. 2021,
/// https://arxiv.org/abs/2105.03404), as timm's `MlpMixer`: the logits start at zero.
final class MlpMixer: Module {
  let stem: PatchEmbed
  let blocks: [Module]
  let norm: Module
  let pool = TokenPool()
  let headDrop: Dropout?
  let head: Linear

  /// - Parameter scale: Where a ResMLP's branches start from; nil for a mixer.
  init(width: Int, depth: Int, scale: Float?, _ shape: NetworkShape) throws {
    try shape.checkPatches()
    stem = PatchEmbed(
      channels: shape.channels, width: width, size: shape.size, patch: shape.patch,
      start: MlpMixer.lecun(fanIn: shape.patch * shape.patch * shape.channels))
    let tokens = stem.grid * stem.grid
    blocks = (0..<depth).map { _ -> Module in
      guard let scale else { return MixerBlock(width, tokens: tokens, shape) }
      return ResMlpBlock(width, tokens: tokens, scale: scale, shape)
    }
    norm = scale == nil ? LayerNorm(width) : Affine(width)
    headDrop = Dropout(rate: shape.drop)
    head = Linear(width, shape.classes, start: .constant(0))
  }

  override var stages: [Stage] {
    Stage.thirds(of: blocks.count, stem: "stem") + [Stage("pool")]
  }

  override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    var y = try stem.sequence(x, context)
    for block in blocks { y = try block(y, context) }
    let pooled = try pool(try norm(y, context), context)
    return try head(try pooled.dropped(headDrop, context), context)
  }

  /// Normal, cut at two deviations, with variance 1/fanIn after the cut (LeCun et al. 1998).
  private static func lecun(fanIn: Int) -> Start {
    .truncatedNormal(deviation: 1 / Float(fanIn).squareRoot() / 0.879_625_66)
  }

  static let declarations: [Declaration] =
    [("s", 512, 8), ("b", 768, 12)].flatMap { letter, width, depth in
      [16, 32].map { patch in
        declaration(
          "mixer_\(letter)\(patch)", "MLP-Mixer of width \(width), patches of \(patch) pixels.",
          width: width, depth: depth, patch: patch, scale: nil)
      }
    }
    + [(12, Float(1e-4)), (24, 1e-5), (36, 1e-6)].map { depth, scale in
      declaration(
        "resmlp_\(depth)", "Residual multilayer perceptrons, \(depth) blocks of width 384.",
        width: 384, depth: depth, patch: 16, scale: scale)
    }

  private static func declaration(
    _ base: String, _ summary: String, width: Int, depth: Int, patch: Int, scale: Float?
  ) -> Declaration {
    family(
      "\(base)_224", aliases: [base], summary,
      details: "timm's `\(base)_224`. "
        + (scale == nil
          ? "Tolstikhin et al. 2021, https://arxiv.org/abs/2105.01601."
          : "Touvron et al. 2021, https://arxiv.org/abs/2105.03404."),
      size: 224, defaultClasses: 1000,
      preprocessing: Preprocessing(
        crop: 0.875, interpolation: .bicubic,
        normalisation: scale == nil ? .inception : .imagenet),
      options: imageSize(224), patchSize(patch), dropRate, dropPathRate,
      examples: ["\(base)_224(classes=10, img_size=32, patch_size=8)"]
    ) { try MlpMixer(width: width, depth: depth, scale: scale, $0) }
  }
}

/// Layer norm and an MLP over the tokens of each channel, layer norm and an MLP over the channels of
/// each token.
final class MixerBlock: Module {
  let norm1: LayerNorm
  let mlpTokens: Mlp
  let norm2: LayerNorm
  let mlpChannels: Mlp
  let dropPath1: DropPath?
  let dropPath2: DropPath?

  init(_ width: Int, tokens: Int, _ shape: NetworkShape) {
    func mlp(_ inputs: Int, hidden: Int) -> Mlp {
      Mlp(
        inputs, hidden: hidden, start: .glorot(inputs, hidden),
        biasStart: .normal(deviation: 1e-6))
    }
    norm1 = LayerNorm(width)
    mlpTokens = mlp(tokens, hidden: width / 2)
    norm2 = LayerNorm(width)
    mlpChannels = mlp(width, hidden: 4 * width)
    dropPath1 = DropPath(shape.dropPath)
    dropPath2 = DropPath(shape.dropPath)
  }

  override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    let mixed = try mlpTokens(try norm1(x, context).transposed(), context).transposed()
    let y = try x.adding(mixed, dropPath1, context)
    return try y.adding(try mlpChannels(try norm2(y, context), context), dropPath2, context)
  }
}

/// A dense layer over the tokens of each channel and an MLP over the channels of each token, each
/// behind a fixed scale and shift instead of a norm and times a learned factor per channel.
final class ResMlpBlock: Module {
  let ls1: Parameter
  let ls2: Parameter
  let norm1: Affine
  let linearTokens: Linear
  let norm2: Affine
  let mlpChannels: Mlp
  let dropPath1: DropPath?
  let dropPath2: DropPath?

  init(_ width: Int, tokens: Int, scale: Float, _ shape: NetworkShape) {
    ls1 = Parameter([width], start: .constant(scale))
    ls2 = Parameter([width], start: .constant(scale))
    norm1 = Affine(width)
    linearTokens = Linear(tokens, tokens, start: .glorot(tokens, tokens))
    norm2 = Affine(width)
    mlpChannels = Mlp(
      width, hidden: 4 * width, start: .glorot(width, 4 * width),
      biasStart: .normal(deviation: 1e-6))
    dropPath1 = DropPath(shape.dropPath)
    dropPath2 = DropPath(shape.dropPath)
  }

  override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    let mixed = try linearTokens(try norm1(x, context).transposed(), context).transposed()
    let y = try x.adding(try mixed * context(ls1), dropPath1, context)
    let branch = try mlpChannels(try norm2(y, context), context)
    return try y.adding(try branch * context(ls2), dropPath2, context)
  }
}

/// y = α·x + β per channel, learned: what ResMLP has in place of a norm.
final class Affine: Module {
  let alpha: Parameter
  let beta: Parameter

  init(_ channels: Int) {
    alpha = Parameter([1, 1, channels], start: .constant(1))
    beta = Parameter([1, 1, channels], start: .constant(0))
  }

  override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    try x * context(alpha) + context(beta)
  }
}

extension Start {
  /// Uniform in ±√(6/(inputs + outputs)) (Glorot and Bengio 2010).
  static func glorot(_ inputs: Int, _ outputs: Int) -> Start {
    .uniform(bound: (6 / Float(inputs + outputs)).squareRoot())
  }
}
