public import Tensors

/// Cuts images N H W C into square patches and makes a token of each: a convolution whose stride is
/// its kernel, then, where there is one, a normalisation.
///
/// Keys `proj`, `norm`, as timm's `PatchEmbed`. What is left over at the right and the bottom edge is
/// dropped, as there.
public final class PatchEmbed: Module {
  let proj: Conv2d
  let norm: LayerNorm?
  /// Height and width of the images.
  public let size: Int
  public let patch: Int

  /// - Parameters:
  ///   - width: Length of a token.
  ///   - start: Of the convolution's weight.
  public init(
    channels: Int, width: Int, size: Int, patch: Int, norm: LayerNorm? = nil, start: Start? = nil
  ) {
    self.size = size
    self.patch = patch
    self.norm = norm
    proj = Conv2d(channels, width, kernel: patch, stride: patch, start: start)
  }

  /// Patches along a side.
  public var grid: Int { size / patch }

  /// Tokens in a grid: N H/p W/p D.
  public override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    guard x.rank == 4, x.shape[1] == size, x.shape[2] == size else {
      throw ShapeError(
        "needs images [N, \(size), \(size), \(proj.inputs)], got a tensor \(shapeText(x.shape))")
    }
    let tokens = try proj(x, context)
    return try norm.map { try $0(tokens, context) } ?? tokens
  }

  /// Tokens in a row: N T D.
  public func sequence(_ x: Tensor, _ context: Context) throws -> Tensor {
    try self(x, context).reshaped([x.shape.first ?? 0, grid * grid, proj.outputs])
  }

  public override var details: String { "\(patch)×\(patch) of \(size)×\(size)" }
}
