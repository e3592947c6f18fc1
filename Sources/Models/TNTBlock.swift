import Layers
import Tensors

/// Attention and MLP over the pixels of each patch, the pixels' sum into the patch's token, attention
/// and MLP over the patches.
final class TNTBlock: Module {
  let normIn: LayerNorm
  let attnIn: TNTAttention
  let normMlpIn: LayerNorm
  let mlpIn: Mlp
  let norm1Proj: LayerNorm
  let proj: Linear
  let norm2Proj: LayerNorm?
  let normOut: LayerNorm
  let attnOut: TNTAttention
  let normMlp: LayerNorm
  let mlp: Mlp
  let dropPath1: DropPath?
  let dropPath2: DropPath?
  let dropPath3: DropPath?
  let dropPath4: DropPath?

  /// - Parameter pixels: In a patch.
  init(_ size: TNT.Size, pixels: Int, isLegacy: Bool, dropPath: Float) {
    func norm(_ width: Int) -> LayerNorm { LayerNorm(width, epsilon: 1e-5) }
    normIn = norm(size.inner)
    attnIn = TNTAttention(size.inner, heads: 4)
    normMlpIn = norm(size.inner)
    mlpIn = Mlp(size.inner, hidden: 4 * size.inner, start: TNT.start)
    norm1Proj = norm(isLegacy ? size.inner : pixels * size.inner)
    proj = Linear(pixels * size.inner, size.outer, bias: isLegacy, start: TNT.start)
    norm2Proj = isLegacy ? nil : norm(size.outer)
    normOut = norm(size.outer)
    attnOut = TNTAttention(size.outer, heads: size.heads)
    normMlp = norm(size.outer)
    mlp = Mlp(size.outer, hidden: 4 * size.outer, start: TNT.start)
    dropPath1 = DropPath(dropPath)
    dropPath2 = DropPath(dropPath)
    dropPath3 = DropPath(dropPath)
    dropPath4 = DropPath(dropPath)
  }

  /// Pixels N·patches pixels D and tokens N T D, the first of which stands for no patch. The tokens
  /// are what counts as the output.
  func callAsFunction(
    _ pixels: Tensor, _ patches: Tensor, _ context: Context
  ) throws -> (pixels: Tensor, patches: Tensor) {
    var inner = pixels
    let outer = try run([pixels, patches], context) {
      inner = try inner.adding(
        try attnIn(try normIn(inner, context), context), dropPath1, context)
      inner = try inner.adding(
        try mlpIn(try normMlpIn(inner, context), context), dropPath2, context)
      var outer = try joined(inner, patches, context)
      outer = try outer.adding(
        try attnOut(try normOut(outer, context), context), dropPath3, context)
      return try outer.adding(try mlp(try normMlp(outer, context), context), dropPath4, context)
    }
    return (inner, outer)
  }

  /// Adds to each patch's token what its pixels say.
  private func joined(
    _ pixels: Tensor, _ patches: Tensor, _ context: Context
  ) throws -> Tensor {
    let count = patches.shape[1] - 1
    let flat = [patches.shape[0], count, proj.inputs]
    var said: Tensor
    if let norm2Proj {
      said = try proj(try norm1Proj(try pixels.reshaped(flat), context), context)
      said = try norm2Proj(said, context)
    } else {
      said = try proj(try norm1Proj(pixels, context).reshaped(flat), context)
    }
    // Nothing is added to the first token.
    return try patches + said.padded(axis: 1, before: 1, after: 0)
  }
}

/// Multi-head self-attention with one projection to queries and keys and one to values, both without
/// biases: keys `qk`, `v`, `proj`.
final class TNTAttention: Module {
  let qk: Linear
  let v: Linear
  let proj: Linear
  private let packing: AttentionPacking

  init(_ width: Int, heads: Int) {
    packing = .queryKeyThenValue(
      heads: heads, keyWidth: width / heads, valueWidth: width / heads)
    qk = Linear(width, 2 * width, bias: false, start: TNT.start)
    v = Linear(width, width, bias: false, start: TNT.start)
    proj = Linear(width, width, start: TNT.start)
  }

  override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    let mixed = try attention(
      [qk(x, context), v(x, context)], packing, scale: packing.usualScale)
    return try proj(mixed, context)
  }

  override var details: String { "\(proj.inputs), \(packing.heads) heads" }
}
