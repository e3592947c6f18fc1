public import Tensors

/// Multi-head self-attention of token sequences N T D (Vaswani et al. 2017,
/// https://arxiv.org/abs/1706.03762): one projection to queries, keys and values, one back.
///
/// Keys `qkv`, `proj`, as timm's `Attention`.
public final class Attention: Module {
  let qkv: Linear
  let proj: Linear
  public let heads: Int
  public let scale: Float

  /// - Parameter start: Of both weights.
  public init(_ width: Int, heads: Int, start: Start? = nil) {
    self.heads = heads
    scale = 1 / Float(width / heads).squareRoot()
    qkv = Linear(width, 3 * width, start: start)
    proj = Linear(width, width, start: start)
  }

  public override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    try proj(attention(qkv: qkv(x, context), heads: heads, scale: scale), context)
  }

  public override var details: String { "\(qkv.inputs), \(heads) heads" }

  /// Of the two products with the scores; the projections count their own.
  public override func multiplications(input: [Int], output: [Int]) -> Int {
    input.count == 3 ? 2 * input[0] * input[1] * input[1] * input[2] : 0
  }
}
