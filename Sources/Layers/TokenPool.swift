public import Tensors

/// One vector a sample out of a token sequence N T D: that of one token, or the mean over all.
public final class TokenPool: Module {
  /// The token; nil for the mean.
  public let token: Int?

  public init(token: Int? = nil) { self.token = token }

  public override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    guard x.rank == 3 else {
      throw ShapeError("needs token sequences [N, T, D], got a tensor \(shapeText(x.shape))")
    }
    return try token.map { try x.entry($0, axis: 1) } ?? x.mean(axes: [1])
  }

  public override var details: String { token.map { "token \($0)" } ?? "mean" }
}
