import Catalog
public import Layers
public import Tensors

/// Overhaul of feature distillation (Heo et al. 2019): a partial square distance to the teacher's
/// features in front of their last activation, cut at a margin.
///
/// t = max(f_T, m_c), s = r(f_S): Σ (s − t)² over H, W and C without the numbers where s ≤ t ≤ 0,
/// mean over N; of n places the i-th counts 2^(i−n).
public struct FeatureOverhaul: Loss {
  public var on: FeatureSelection

  public init(on: FeatureSelection = .automatic) { self.on = on }

  public var name: String { "ofd" }
  public func script(_ models: ModelNames) -> String {
    call(name, [on.argument])
  }
  public var needsTeacher: Bool { true }
  public var sites: FeatureSites { .selected(on, otherwise: .preactivations) }

  public func parts(for shapes: LossShapes) throws -> Module? { try OverhaulParts(shapes) }

  public func value(_ input: LossInput) throws -> Tensor {
    let parts = try input.parts(OverhaulParts.self, for: name)
    let pairs = try parts.connectors.pairs(of: input, for: name)
    let samples = Float(max(1, input.logits.shape.first ?? 1))
    return try total(
      try weightedByDepth(
        try zip(parts.margins, pairs).map { margin, pair in
          let teacher = try margin(pair.teacher, input.context)
          let counts = try maximum(pair.student.isGreater(than: teacher), teacher.step())
          return try ((pair.student - teacher).square() * counts).sum() * (1 / samples)
        }))
  }

  static let declaration = Declaration(
    "ofd", "A comprehensive overhaul of feature distillation, Heo et al. (2019).",
    details: """
      On features in front of the last activation: t = max(f_T, m), s = r(f_S), Σ (s − t)² over H, W \
      and C without the numbers where s ≤ t ≤ 0, mean over N; of n places the i-th counts 2^(i−n). \
      r is a 1×1 convolution with batch norm, trained with the student. The margin m of a channel is \
      the mean of the teacher's negative numbers: the paper works it out from the norm in front, \
      taking the numbers for normal; here it is measured batch by batch, so that it holds for any \
      place. A sum over neurons is large: published weight 0.001. \
      Heo et al. 2019, https://arxiv.org/abs/1904.01866.
      """,
    FeatureSelection.argument("every stage in front of its last activation"),
    examples: ["goal = ce() + 0.001*ofd()"],
    keywords: ["overhaul", "margin ReLU", "partial L2", "features", "distillation"]
  ) { Goal(FeatureOverhaul(on: $0)) }
}

private final class OverhaulParts: Module {
  let connectors: FeatureAdapters
  let margins: [NegativeMargin]

  init(_ shapes: LossShapes) throws {
    connectors = try FeatureAdapters(shapes) { FeatureAdapter($0, isAlways: true, norm: true) }
    margins = try shapes.features.map { NegativeMargin(try FeatureFit($0).teacher[3]) }
  }
}

/// Numbers cut from below at the mean of the negative ones of their channel.
private final class NegativeMargin: Module {
  /// The mean of all batches so far; of about the last hundred once there are as many.
  let margin: Buffer
  let numBatchesTracked = Buffer(Tensor(0), isCounter: true)

  init(_ channels: Int) { margin = Buffer(Tensor(zeros: [channels])) }

  override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    let batches = numBatchesTracked.value.scalar
    var margin = margin.value
    if context.updatesState || batches == 0 {
      let below = -(-x).relu()
      let count = try (-x).step().sum(axes: [0, 1, 2])
      let mean = try below.sum(axes: [0, 1, 2]) / count.clamped(1, .infinity)
      // A channel without negative numbers in this batch keeps what it had.
      let rate = try count.step() * (1 / min(batches + 1, 100))
      margin = try margin + (mean - margin) * rate
    }
    if context.updatesState {
      self.margin.value = margin
      numBatchesTracked.value = Tensor(batches + 1)
    }
    return try maximum(x, margin)
  }
}
