import Layers
import Tensors

/// Attention and a multilayer perceptron, each behind a layer norm and beside a shortcut.
///
/// Keys `norm1`, `attn`, `norm2`, `mlp`, as timm's `Block`.
final class TransformerBlock: Module {
  let norm1: LayerNorm
  let attn: Attention
  let dropPath1: DropPath?
  let norm2: LayerNorm
  let mlp: Mlp
  let dropPath2: DropPath?

  init(_ width: Int, heads: Int, dropPath: Float, start: Start) {
    norm1 = LayerNorm(width)
    attn = Attention(width, heads: heads, start: start)
    dropPath1 = DropPath(dropPath)
    norm2 = LayerNorm(width)
    mlp = Mlp(width, hidden: 4 * width, start: start)
    dropPath2 = DropPath(dropPath)
  }

  override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    let y = try x.adding(try attn(try norm1(x, context), context), dropPath1, context)
    return try y.adding(try mlp(try norm2(y, context), context), dropPath2, context)
  }
}
