import Catalog
public import Layers
public import Tensors

/// Variational information distillation (Ahn et al. 2019): a Gaussian with the mean μ(f_S) and a
/// variance of its own for each channel says how likely the teacher's features are.
///
/// ½·((μ(f_S) − f_T)²/σ² + log σ²), mean over all numbers, summed over the pairs; σ² = softplus(a) +
/// 10⁻⁵.
public struct VID: Loss {
  public var variance: Float
  public var on: FeatureSelection

  public init(variance: Float = 5, on: FeatureSelection = .automatic) {
    self.variance = variance
    self.on = on
  }

  public var name: String { "vid" }
  public func script(_ models: ModelNames) -> String {
    call(name, [variance == 5 ? "" : "variance=\(variance.literal)", on.argument])
  }
  public var needsTeacher: Bool { true }
  public var sites: FeatureSites { .selected(on, otherwise: .stages) }

  public func parts(for shapes: LossShapes) throws -> Module? {
    VariationalParts(
      try shapes.features.map { VariationalRegressor(try FeatureFit($0), variance: variance) })
  }

  public func value(_ input: LossInput) throws -> Tensor {
    let parts = try input.parts(VariationalParts.self, for: name).regressors
    let features = try input.features(for: name)
    return try total(
      try zip(parts, features).map { part, pair in
        let mean = try part(pair.student, input.context)
        let teacher = try featureMap(pair.teacher)
        guard mean.shape == teacher.shape else { throw featuresDisagree(name, mean, teacher) }
        let variance = try input.context(part.logScale).softplus() + VariationalRegressor.least
        return try ((mean - teacher).square() / variance + variance.log()).mean() * 0.5
      })
  }

  static let declaration = Declaration(
    "vid", "Variational information distillation of Ahn et al. (2019).",
    details: """
      −log N(f_T; μ(f_S), σ²) without its constant: ½·((μ(f_S) − f_T)²/σ² + log σ²), mean over all \
      numbers, summed over the pairs. μ is three 1×1 convolutions with ReLU between; \
      σ² = softplus(a) + 10⁻⁵ with a trained number a for each of the teacher's channels (common \
      code leaves a out of the optimizer, so that it never moves; here it is trained as in the \
      paper). Published weight 1. Ahn et al. 2019, https://arxiv.org/abs/1904.05835.
      """,
    Argument("variance", "Variance σ² at the start.", default: Float(5)) {
      $0 > 2e-5 && $0.isFinite ? nil : "must be above 0.00002"
    },
    FeatureSelection.argument("the map of every stage"),
    examples: ["goal = ce() + vid()"],
    keywords: ["variational", "mutual information", "features", "Gaussian", "distillation"]
  ) { Goal(VID(variance: $0, on: $1)) }
}

/// The regressors of all pairs.
private final class VariationalParts: Module {
  let regressors: [VariationalRegressor]

  init(_ regressors: [VariationalRegressor]) { self.regressors = regressors }
}

/// The mean of the teacher's features given the student's, and the logits of its variances.
private final class VariationalRegressor: Module {
  let layers: Sequential
  /// The a of σ² = softplus(a) + `least`.
  let logScale: Parameter
  let size: (height: Int, width: Int)

  static let least: Float = 1e-5

  init(_ fit: FeatureFit, variance: Float) {
    let channels = fit.teacher[3]
    layers = Sequential(
      Conv2d(fit.student[3], channels, kernel: 1, bias: false), Activate(.relu),
      Conv2d(channels, channels, kernel: 1, bias: false), Activate(.relu),
      Conv2d(channels, channels, kernel: 1, bias: false))
    let start = Double(variance - VariationalRegressor.least)
    logScale = Parameter([channels], start: .constant(Float(inverseSoftplus(start))))
    size = (fit.teacher[1], fit.teacher[2])
  }

  override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    let map = try shrunk(try featureMap(x), height: size.height, width: size.width)
    return try layers(map, context).resized(height: size.height, width: size.width)
  }
}
