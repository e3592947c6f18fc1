import Catalog
public import Tensors

/// Neuron selectivity transfer (Huang and Wang 2017): maximum mean discrepancy between the channels'
/// spatial patterns with the kernel k(a, b) = ⟨a, b⟩².
public struct NST: Loss {
  public var on: FeatureSelection

  public init(on: FeatureSelection = .automatic) { self.on = on }

  public var name: String { "nst" }
  public func script(_ models: ModelNames) -> String {
    call(name, [on.argument])
  }
  public var needsTeacher: Bool { true }
  public var sites: FeatureSites { .selected(on, otherwise: .stages) }

  public func value(_ input: LossInput) throws -> Tensor {
    try total(
      try input.patterns(for: name).map { pair in
        let (student, teacher) = (try patterns(pair.student), try patterns(pair.teacher))
        let (own, other) = (try kernel(student, student), try kernel(teacher, teacher))
        return try own + other - kernel(student, teacher) * 2
      })
  }

  /// N H W C → N H·W C, every channel of length 1.
  private func patterns(_ map: Tensor) throws -> Tensor {
    try map.reshaped([map.shape[0], map.shape[1] * map.shape[2], map.shape[3]])
      .normalised(axes: [1])
  }

  /// mean ⟨a_i, b_j⟩² over N and the channels i, j.
  private func kernel(_ a: Tensor, _ b: Tensor) throws -> Tensor {
    try matmul(a, b, transposeA: true).square().mean()
  }

  static let declaration = Declaration(
    "nst", "Neuron selectivity transfer of Huang and Wang (2017).",
    details: """
      Squared maximum mean discrepancy between the channels' patterns over the pixels, each of \
      length 1, with k(a, b) = ⟨a, b⟩²: mean k(s, s′) + mean k(t, t′) − 2 mean k(s, t), mean over N, \
      summed over the pairs. The larger map is averaged down to the smaller; channels need not \
      agree. Published weight 50. Huang and Wang 2017, https://arxiv.org/abs/1707.01219.
      """,
    FeatureSelection.argument("the map of every stage"),
    examples: ["goal = ce() + 50*nst()"],
    keywords: ["neuron selectivity transfer", "MMD", "features", "kernel", "distillation"]
  ) { Goal(NST(on: $0)) }
}
