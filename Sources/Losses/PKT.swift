import Catalog
public import Tensors

/// Probabilistic knowledge transfer of Passalis and Tefas (2018): who is near whom in the batch.
public struct PKT: Loss {
  public var selection: FeatureSelection

  public var name: String { "pkt" }
  public func script(_ models: ModelNames) -> String { call("pkt", [selection.argument]) }
  public var needsTeacher: Bool { true }
  public var sites: FeatureSites { .selected(selection, otherwise: .pooled) }

  public func value(_ input: LossInput) throws -> Tensor {
    var total = Tensor(0)
    for (a, b) in try input.features(for: name) {
      try checkSamples(a, b, for: name)
      let (student, teacher) = (try neighbours(a), try neighbours(b.detached))
      let ratio = try (teacher + 1e-7) / (student + 1e-7)
      total = try total + (teacher * ratio.log()).mean()
    }
    return total
  }

  /// Cosine similarities brought to 0 … 1, every row made to sum to 1.
  private func neighbours(_ features: Tensor) throws -> Tensor {
    let rows = try features.sampleRows().unitRows()
    let near = try matmul(rows, rows, transposeB: true) * 0.5 + 0.5
    return try near / near.sum(axes: [1], keepingAxes: true)
  }

  static let declaration = Declaration(
    "pkt", "Probabilities of neighbourhood between the samples of a batch.",
    details: """
      mean over pairs of p_T·ln(p_T/p_S), p_ij = (1 + cos(f_i, f_j))/2 divided by the row's sum. \
      Passalis and Tefas 2018, https://arxiv.org/abs/1803.10837. The mean over N² pairs is small: \
      the published weight is 30000 beside ce(). Features: the pooled vector. Labels are not looked \
      at.
      """,
    LossArguments.on,
    examples: ["goal = ce() + 30000*pkt()"],
    keywords: ["probabilistic", "similarity", "cosine", "relation"]
  ) { PKT(selection: $0).goal }
}
