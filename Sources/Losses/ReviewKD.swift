import Catalog
public import Layers
public import Tensors

/// Knowledge review (Chen et al. 2021): deep features of the student are fused into the shallower
/// ones step by step, and each fused map is held against the teacher's on several scales.
public struct ReviewKD: Loss {
  public var warmup: RampUp
  public var on: FeatureSelection

  public init(warmup: RampUp = .scaled, on: FeatureSelection = .automatic) {
    self.warmup = warmup
    self.on = on
  }

  public var name: String { "reviewkd" }
  public func script(_ models: ModelNames) -> String {
    call(name, [warmup == .scaled ? "" : "warmup=\(warmup.literal)", on.argument])
  }
  public var needsTeacher: Bool { true }
  public var sites: FeatureSites { .selected(on, otherwise: .reviewed) }

  public func parts(for shapes: LossShapes) throws -> Module? {
    ReviewParts(try shapes.features.map { try FeatureFit($0) })
  }

  public func value(_ input: LossInput) throws -> Tensor {
    let features = try input.features(for: name)
    let fused = try input.parts(ReviewParts.self, for: name)
      .fuse(try features.map { try featureMap($0.student) }, input.context)
    let parts = try zip(fused, features).map { student, pair in
      let teacher = try featureMap(pair.teacher)
      guard student.shape == teacher.shape else { throw featuresDisagree(name, student, teacher) }
      return try hierarchical(student, teacher)
    }
    return try total(parts) * warmup.factor(at: input.moment)
  }

  /// Mean squares of the maps as they are, and averaged down to 4×4, 2×2 and 1×1 pixels where those
  /// are smaller, with weights 1, ½, ¼, … over their sum.
  private func hierarchical(_ a: Tensor, _ b: Tensor) throws -> Tensor {
    var (weight, weights): (Float, Float) = (1, 1)
    var sum = try (a - b).square().mean()
    for side in [4, 2, 1] where side < a.shape[1] {
      weight /= 2
      weights += weight
      // Averaging is linear: the difference is averaged once instead of both maps.
      let pooled = try adaptiveAveragePool(try a - b, height: side, width: side)
      sum = try sum + pooled.square().mean() * weight
    }
    return try sum * (1 / weights)
  }

  static let declaration = Declaration(
    "reviewkd", "Knowledge review of Chen et al. (2021).",
    details: """
      From the deepest place to the shallowest, attention-based fusion adds what deeper features of \
      the student became to its shallower ones (1×1 convolutions with batch norm to a common width \
      of at most 512, two sigmoid masks, a 3×3 convolution with batch norm to the teacher's \
      channels, sizes by nearest pixels; all trained with the student). Each fused map is compared \
      by the mean square of the difference, as it is and averaged down to 4×4, 2×2 and 1×1, weights \
      1, ½, ¼, ⅛ over their sum; summed over the places. Published weight 5 (CIFAR). \
      Chen et al. 2021, https://arxiv.org/abs/2104.09044.
      """,
    Argument(
      "warmup",
      "Epochs over which the weight rises from 0; none: a twelfth of the plan (20 of 240).",
      default: RampUp.scaled),
    FeatureSelection.argument(
      "the student's map of every stage, the teacher's in front of its last activation, and the "
        + "pooled vectors"),
    examples: ["goal = ce() + 5*reviewkd()", "goal = ce() + 5*reviewkd(warmup=1)"],
    keywords: ["knowledge review", "attention-based fusion", "hierarchical", "distillation"]
  ) { Goal(ReviewKD(warmup: $0, on: $1)) }
}

/// One fusion for each place, shallow to deep.
private final class ReviewParts: Module {
  let abfs: [AttentionFusion]

  init(_ fits: [FeatureFit]) {
    let width = min(512, fits.last?.student[3] ?? 1)
    abfs = fits.enumerated().map { index, fit in
      AttentionFusion(fit, width: width, isLast: index == fits.count - 1)
    }
  }

  /// The student's maps, shallow to deep, as what is held against the teacher's.
  func fuse(_ maps: [Tensor], _ context: Context) throws -> [Tensor] {
    var deeper: Tensor?
    var results: [Tensor] = []
    for (abf, map) in zip(abfs, maps).reversed() {
      let (output, residual) = try abf(map, deeper: deeper, context)
      results.append(output)
      deeper = residual
    }
    return results.reversed()
  }
}

/// Attention-based fusion of a map with what the deeper ones became.
private final class AttentionFusion: Module {
  let conv1: Sequential
  let conv2: Sequential
  let attConv: Sequential?
  let size: (height: Int, width: Int)

  init(_ fit: FeatureFit, width: Int, isLast: Bool) {
    func block(_ inputs: Int, _ outputs: Int, kernel: Int) -> Sequential {
      let bound = (3 / Float(kernel * kernel * inputs)).squareRoot()
      return Sequential(
        Conv2d(
          inputs, outputs, kernel: kernel, padding: kernel / 2, bias: false,
          start: .uniform(bound: bound)),
        BatchNorm2d(outputs))
    }
    conv1 = block(fit.student[3], width, kernel: 1)
    conv2 = block(width, fit.teacher[3], kernel: 3)
    attConv = isLast ? nil : Sequential(Conv2d(2 * width, 2, kernel: 1), Activate(.sigmoid))
    size = (fit.teacher[1], fit.teacher[2])
  }

  /// What is held against the teacher, and what goes on to the next shallower place.
  func callAsFunction(
    _ map: Tensor, deeper: Tensor?, _ context: Context
  ) throws -> (output: Tensor, residual: Tensor) {
    var x = try conv1(map, context)
    if let attConv, let deeper {
      let y = try deeper.resized(height: x.shape[1], width: x.shape[2], mode: .nearest)
      let masks = try attConv(try Tensor.concatenated([x, y], along: 3), context)
      x = try x * masks.slice(0..<1, axis: 3) + y * masks.slice(1..<2, axis: 3)
    }
    x = try x.resized(height: size.height, width: size.width, mode: .nearest)
    return (try conv2(x, context), x)
  }
}
