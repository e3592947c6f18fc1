public import Tensors

/// Leaves a residual branch out for whole samples with probability p in training and scales the
/// others by 1/(1 − p) (stochastic depth, Huang et al. 2016, https://arxiv.org/abs/1603.09382).
///
/// The choice is a function of (seed, module path, step, sample).
public final class DropPath: Module {
  public let probability: Float

  /// nil where the probability is 0, so that a branch that always stays costs nothing.
  public init?(_ probability: Float) {
    guard probability > 0 else { return nil }
    self.probability = probability
  }

  public override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    guard context.isTraining, let samples = x.shape.first else { return x }
    guard probability < 1 else { return try x * Float(0) }
    let mask = Random.mask(
      [samples] + Array(repeating: 1, count: x.rank - 1), keeping: 1 - probability,
      seed: context.seed, stream: Random.stream("drop path", path, context.step))
    return try x * mask
  }

  public override var details: String { "p \(probability)" }

  /// Probabilities that grow evenly from 0 at the first of `depth` blocks to `last` at the last.
  public static func rates(_ last: Float, depth: Int) -> [Float] {
    (0..<depth).map { depth > 1 ? last * Float($0) / Float(depth - 1) : 0 }
  }
}

extension Tensor {
  /// The sum with a residual branch that training may leave out.
  public func adding(
    _ branch: Tensor, _ dropPath: DropPath?, _ context: Context
  ) throws -> Tensor {
    try self + (dropPath.map { try $0(branch, context) } ?? branch)
  }
}
