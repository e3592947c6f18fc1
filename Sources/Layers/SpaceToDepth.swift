public import Tensors

/// Blocks of pixels as channels: N H W C → N H/b W/b b²·C, channel (row·b + column)·C + c.
///
/// The order of channels is that of timm's module of this name.
public final class SpaceToDepth: Module {
  public let block: Int

  public init(block: Int = 4) { self.block = block }

  public override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    guard x.rank == 4, x.shape[1].isMultiple(of: block), x.shape[2].isMultiple(of: block) else {
      throw ShapeError(
        "needs images whose height and width are multiples of \(block), got a tensor "
          + shapeText(x.shape))
    }
    let (n, h, w, c) = (x.shape[0], x.shape[1] / block, x.shape[2] / block, x.shape[3])
    // The b·C numbers of a block's row lie side by side: rows of blocks only change places.
    let rows = try x.reshaped([n * h, block, w, block * c])
    return try rows.transposed([0, 2, 1, 3]).reshaped([n, h, w, block * block * c])
  }

  public override var details: String { "\(block)×\(block)" }
}
