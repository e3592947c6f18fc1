public import Tensors

/// Batch normalisation over N, H, W (Ioffe and Szegedy, 2015, https://arxiv.org/abs/1502.03167).
///
/// Training: y = (x − μ_B)/√(σ²_B + ε)·γ + β with the batch's biased variance; running statistics
/// move by `momentum` towards the batch's mean and unbiased variance, as PyTorch's do.
/// Evaluation: the running statistics in place of the batch's.
public final class BatchNorm2d: Module {
  let weight: Parameter
  let bias: Parameter
  let runningMean: Buffer
  let runningVar: Buffer
  let numBatchesTracked: Buffer
  public let channels: Int
  public let epsilon: Float
  public let momentum: Float

  public init(
    _ channels: Int, epsilon: Float = 1e-5, momentum: Float = 0.1, start: Float = 1
  ) {
    self.channels = channels
    self.epsilon = epsilon
    self.momentum = momentum
    weight = Parameter([channels], start: .constant(start))
    bias = Parameter([channels], start: .constant(0))
    runningMean = Buffer(Tensor(zeros: [channels]))
    runningVar = Buffer(Tensor(repeating: 1, [channels]))
    numBatchesTracked = Buffer(Tensor(0), isCounter: true)
  }

  public override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    try normalise(x, context, residual: nil, activation: .none)
  }

  /// Normalisation, sum with a residual and activation in one pass over memory.
  ///
  /// Where the bare output of this module, or what goes into the activation, is asked for, the steps
  /// are taken one by one.
  public func callAsFunction(
    _ x: Tensor, _ context: Context, residual: Tensor? = nil, preact: Preactivation? = nil,
    activation: Activation
  ) throws -> Tensor {
    if context.wants(path) || preact.map({ context.wants($0.path) }) == true {
      var y = try self(x, context)
      if let residual { y = try y + residual }
      if let preact { y = try preact(y, context) }
      return try activation(y)
    }
    // Its own run, so that a shape error carries the path; the fused output is not this module's.
    do {
      return try normalise(x, context, residual: residual, activation: activation)
    } catch var error as ShapeError {
      if error.path.isEmpty { error.path = path }
      throw error
    }
  }

  private func normalise(
    _ x: Tensor, _ context: Context, residual: Tensor?, activation: Activation
  ) throws -> Tensor {
    guard x.rank >= 2, x.shape.last == channels else {
      throw ShapeError("needs \(channels) channels, got a tensor \(shapeText(x.shape))")
    }
    let (gamma, beta) = (context(weight), context(bias))
    guard context.isTraining else {
      return try batchNormEvaluated(
        x, weight: gamma, bias: beta, mean: runningMean.value, variance: runningVar.value,
        epsilon: epsilon, residual: residual, activation: activation)
    }
    let result = try batchNormTrained(
      x, weight: gamma, bias: beta, epsilon: epsilon, residual: residual, activation: activation)
    if context.updatesState {
      let samples = Float(x.count / channels)
      let unbiased = samples > 1 ? samples / (samples - 1) : 1
      runningMean.value.move(towards: result.mean, by: momentum)
      runningVar.value.move(towards: result.variance, by: momentum, scale: unbiased)
      numBatchesTracked.value = Tensor(numBatchesTracked.value.scalar + 1)
    }
    return result.output
  }

  public override var details: String { "\(channels)" }
}
