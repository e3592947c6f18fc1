public import Tensors

/// How far a critic is from slope 1 (Gulrajani et al. 2017, https://arxiv.org/abs/1704.00028): mean
/// over the samples of (‖∇_x D(x)‖₂ − 1)², with its own gradient through the critic's weights.
///
/// - Parameters:
///   - point: Where the slopes are taken, a sample an entry of the first axis.
///   - critic: Numbers of the point, on the tape.
/// - Returns: The penalty on the tape, and the mean norm of the slopes.
public func gradientPenalty(
  at point: Tensor, _ critic: (Tensor) throws -> Tensor
) throws -> (penalty: Tensor, norm: Double) {
  let x = point.detached.variable()
  let slope = try gradients(
    of: critic(x).sum(), withRespectTo: [x], tape: .differentiate)[0]
  // Not the root of zero, whose slope is infinite: 1e-12 is nothing beside 1.
  let norms = try (slope.square().sum(axes: Array(1..<point.rank)) + 1e-12).squareRoot()
  return (try (norms - 1).square().mean(), Double(try norms.detached.mean().scalar))
}
