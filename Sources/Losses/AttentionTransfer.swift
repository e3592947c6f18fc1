import Catalog
public import Tensors

/// Attention transfer (Zagoruyko and Komodakis 2016): where in the picture the features are large.
///
/// A = v/‖v‖₂ with v = mean over channels of |f|^p, one number a pixel. mean (A_S − A_T)² over N and
/// pixels, summed over the pairs; the paper's own form is ‖A_S − A_T‖₂, mean over N.
public struct AttentionTransfer: Loss {
  public var power: Float
  public var isPaper: Bool
  public var on: FeatureSelection

  public init(power: Float = 2, isPaper: Bool = false, on: FeatureSelection = .automatic) {
    self.power = power
    self.isPaper = isPaper
    self.on = on
  }

  public var name: String { "at" }
  public func script(_ models: ModelNames) -> String {
    call(name, ["p=\(power.literal)", isPaper ? "paper=true" : "", on.argument])
  }
  public var needsTeacher: Bool { true }
  public var sites: FeatureSites { .selected(on, otherwise: .stages) }

  public func value(_ input: LossInput) throws -> Tensor {
    try total(
      try input.patterns(for: name).map { pair in
        let difference = try attention(pair.student) - attention(pair.teacher)
        return isPaper
          ? try difference.length(axes: [1]).mean() : try difference.square().mean()
      })
  }

  /// N H W C → N H·W, of length 1.
  private func attention(_ map: Tensor) throws -> Tensor {
    let energy = try map.abs().power(power).mean(axes: [3])
    return try energy.sampleRows().unitRows()
  }

  static let declaration = Declaration(
    "at", "Attention transfer of Zagoruyko and Komodakis (2016).",
    details: """
      A = v/‖v‖₂ with v = mean over C of |f|^p, a number a pixel; mean((A_S − A_T)²) over N and \
      pixels, summed over the pairs: what comparisons call AT, published weight 1000. paper=true is \
      the paper's own ‖A_S − A_T‖₂, not squared, summed over the pairs, mean over N. The larger map \
      is averaged down to the smaller; channels need not agree. \
      Zagoruyko and Komodakis 2016, https://arxiv.org/abs/1612.03928.
      """,
    Argument("p", "Power of the features' magnitude.", default: Float(2)) {
      $0 >= 1 && $0.isFinite ? nil : "must be at least 1"
    },
    Argument("paper", "The paper's form: lengths instead of mean squares.", default: false),
    FeatureSelection.argument("the map of every stage"),
    examples: ["goal = ce() + 1000*at()", "goal = ce() + at(p=2, paper=true)"],
    keywords: ["attention transfer", "features", "spatial", "distillation"]
  ) { Goal(AttentionTransfer(power: $0, isPaper: $1, on: $2)) }
}
