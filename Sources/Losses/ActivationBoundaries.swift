import Catalog
public import Layers
public import Tensors

/// Transfer of activation boundaries (Heo et al. 2018): which neurons are active, not by how much.
///
/// On features in front of the last activation, with s = r(f_S): Σ max(0, m + s)² where the teacher's
/// neuron is off (f_T ≤ 0) and Σ max(0, m − s)² where it is on, over H, W and C, mean over N; stage i
/// of n counts 2^(i−n).
public struct ActivationBoundaries: Loss {
  public var margin: Float
  public var on: FeatureSelection

  public init(margin: Float = 1, on: FeatureSelection = .automatic) {
    self.margin = margin
    self.on = on
  }

  public var name: String { "ab" }
  public func script(_ models: ModelNames) -> String {
    call(name, [margin == 1 ? "" : "margin=\(margin.literal)", on.argument])
  }
  public var needsTeacher: Bool { true }
  public var sites: FeatureSites { .selected(on, otherwise: .preactivations) }

  public func parts(for shapes: LossShapes) throws -> Module? {
    try FeatureAdapters(shapes) { FeatureAdapter($0, norm: true) }
  }

  public func value(_ input: LossInput) throws -> Tensor {
    let pairs = try input.parts(FeatureAdapters.self, for: name).pairs(of: input, for: name)
    let samples = Float(max(1, input.logits.shape.first ?? 1))
    return try total(
      try weightedByDepth(
        try pairs.map { student, teacher in
          // +1 where the teacher's neuron is on, −1 where it is off.
          let side = try teacher.step() * 2 - 1
          return try (margin - student * side).relu().square().sum() * (1 / samples)
        }))
  }

  static let declaration = Declaration(
    "ab", "Transfer of activation boundaries of Heo et al. (2018).",
    details: """
      On features in front of the last activation: with s = r(f_S), Σ max(0, m + s)² where \
      f_T ≤ 0 and Σ max(0, m − s)² where f_T > 0, summed over H, W and C, mean over N; of n places \
      the i-th counts 2^(i−n). r is a 1×1 convolution with batch norm where channels differ, trained \
      with the student. A sum over neurons is large: published weight 0.003, in a stage of its own \
      before the training on labels. Heo et al. 2018, https://arxiv.org/abs/1811.03233.
      """,
    Argument("margin", "Margin m of the boundary.", default: Float(1)) {
      $0 >= 0 && $0.isFinite ? nil : "must be at least 0"
    },
    FeatureSelection.argument("every stage in front of its last activation"),
    examples: ["goal = ce() + 0.003*ab()"],
    keywords: ["activation boundaries", "hinge", "features", "preactivation", "distillation"]
  ) { Goal(ActivationBoundaries(margin: $0, on: $1)) }
}

/// Of n values the i-th times 2^(i−n): the last counts whole, each earlier one half of the next.
func weightedByDepth(_ values: [Tensor]) throws -> [Tensor] {
  var weight: Float = 1
  var result: [Tensor] = []
  for value in values.reversed() {
    result.append(try value * weight)
    weight /= 2
  }
  return result.reversed()
}
