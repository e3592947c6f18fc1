public import Tensors

/// Sets whole channels of images N H W C to zero with probability p in training and scales the rest
/// by 1/(1 − p) (Tompson et al. 2015, https://arxiv.org/abs/1411.4280). The mask is a function of
/// (seed, module path, step, image, channel).
public final class Dropout2d: Module {
  public let probability: Float

  public init(_ probability: Float) { self.probability = probability }

  public override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    guard x.rank == 4 else {
      throw ShapeError("needs images [N, H, W, C], got a tensor \(shapeText(x.shape))")
    }
    guard context.isTraining, probability > 0 else { return x }
    guard probability < 1 else { return try x * Float(0) }
    let mask = Random.mask(
      [x.shape[0], 1, 1, x.shape[3]], keeping: 1 - probability, seed: context.seed,
      stream: Random.stream("dropout2d", path, context.step))
    return try x * mask
  }

  public override var details: String { "p \(probability)" }
}
