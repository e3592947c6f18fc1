public import Tensors

/// Channels dealt out anew, so that the next grouped convolution sees all groups: channel
/// i·(C/g) + j goes to j·g + i (Zhang et al. 2018, https://arxiv.org/abs/1707.01083).
public final class ChannelShuffle: Module {
  public let groups: Int

  public init(groups: Int) { self.groups = groups }

  public override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    guard groups > 1 else { return x }
    guard x.rank == 4, x.shape[3].isMultiple(of: groups) else {
      throw ShapeError("needs channels in \(groups) groups, got a tensor \(shapeText(x.shape))")
    }
    let (n, h, w, c) = (x.shape[0], x.shape[1], x.shape[2], x.shape[3])
    let parted = try x.reshaped([n * h * w, groups, c / groups])
    return try parted.transposed([0, 2, 1]).reshaped([n, h, w, c])
  }

  public override var details: String { "groups \(groups)" }
}
