public import Tensors

/// Sets numbers to zero with probability p in training and scales the rest by 1/(1 − p)
/// (Srivastava et al. 2014). The mask is a function of (seed, module path, step, element).
public final class Dropout: Module {
  public let probability: Float

  public init(_ probability: Float) { self.probability = probability }

  /// nil where the probability is 0, so that features that always stay cost nothing.
  public convenience init?(rate: Float) {
    guard rate > 0 else { return nil }
    self.init(rate)
  }

  public override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    guard context.isTraining, probability > 0 else { return x }
    guard probability < 1 else { return try x * Float(0) }
    let mask = Random.mask(
      x.shape, keeping: 1 - probability, seed: context.seed,
      stream: Random.stream("dropout", path, context.step))
    return try x * mask
  }

  public override var details: String { "p \(probability)" }
}

extension Tensor {
  /// The numbers, some of which training may set to zero.
  public func dropped(_ dropout: Dropout?, _ context: Context) throws -> Tensor {
    try dropout.map { try $0(self, context) } ?? self
  }
}
