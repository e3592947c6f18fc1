import Catalog
public import Tensors

/// Similarity preservation of Tung and Mori (2019): which samples excite the same units.
public struct SP: Loss {
  public var selection: FeatureSelection

  public var name: String { "sp" }
  public func script(_ models: ModelNames) -> String { call("sp", [selection.argument]) }
  public var needsTeacher: Bool { true }
  public var sites: FeatureSites { .selected(selection, otherwise: .lastMap) }

  public func value(_ input: LossInput) throws -> Tensor {
    var total = Tensor(0)
    for (a, b) in try input.features(for: name) {
      try checkSamples(a, b, for: name)
      let difference = try similarities(a) - similarities(b.detached)
      total = try total + difference.square().mean()
    }
    return total
  }

  /// Products of the samples' features, N N, every row of length 1.
  private func similarities(_ features: Tensor) throws -> Tensor {
    let rows = try features.sampleRows()
    return try matmul(rows, rows, transposeB: true).unitRows()
  }

  static let declaration = Declaration(
    "sp", "Similarities between the samples of a batch are preserved.",
    details: """
      ‖G_S − G_T‖²/N², G = F·Fᵀ with rows of length 1, F [N, H·W·C] the features; summed over the \
      places. Tung and Mori 2019, https://arxiv.org/abs/1907.09682; weight 3000 beside ce(). \
      Features: the last stage's map. Labels are not looked at.
      """,
    LossArguments.on,
    examples: ["goal = ce() + 3000*sp()"],
    keywords: ["similarity-preserving", "Gram matrix", "relation", "batch"]
  ) { SP(selection: $0).goal }
}
