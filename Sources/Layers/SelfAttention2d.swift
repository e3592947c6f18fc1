public import Tensors

/// Self-attention over the pixels of images N H W C (Zhang et al. 2019,
/// https://arxiv.org/abs/1805.08318): x + γ·softmax(Q·Kᵀ)·V, queries and keys of C/8 channels by 1×1
/// convolutions, γ trained from 0.
///
/// Keys `query_conv`, `key_conv`, `value_conv`, `gamma`.
public final class SelfAttention2d: Module {
  let queryConv: Conv2d
  let keyConv: Conv2d
  let valueConv: Conv2d
  let gamma: Parameter
  public let channels: Int

  public init(_ channels: Int) {
    self.channels = channels
    let narrow = max(1, channels / 8)
    queryConv = Conv2d(channels, narrow, kernel: 1)
    keyConv = Conv2d(channels, narrow, kernel: 1)
    valueConv = Conv2d(channels, channels, kernel: 1)
    gamma = Parameter([1], start: .constant(0))
  }

  public override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    func tokens(_ map: Tensor) throws -> Tensor {
      try map.reshaped([map.shape[0], map.shape[1] * map.shape[2], map.shape[3]])
    }
    let mixed = try attention(
      query: tokens(queryConv(x, context)), key: tokens(keyConv(x, context)),
      value: tokens(valueConv(x, context)), heads: 1, scale: 1)
    return try x + mixed.reshaped(x.shape) * context(gamma)
  }

  public override var details: String { "\(channels)" }
}
