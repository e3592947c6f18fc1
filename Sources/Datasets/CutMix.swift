import Catalog

enum CutMix {
  static let declaration = Declaration(
    "cutmix", "Pastes a rectangle of another picture into each one of a batch, and mixes labels.",
    details: """
      The rectangle has about the share 1 − λ of the area, λ from Beta(α, α), around a random \
      place; labels are mixed by the area that was really covered. Yun et al. 2019, \
      https://arxiv.org/abs/1905.04899.
      """,
    Mixing.alpha(1, "alpha"), Mixing.probabilityArgument, Mixing.modeArgument,
    examples: ["augment = flip() + cutmix(1)"], keywords: ["mix", "soft labels", "paste"]
  ) { (alpha: Double, probability: Float, mode: Mixing.Mode) -> Augmentation in
    Augmentation(
      [], mixing: Mixing(mixup: 0, cutmix: alpha, probability: probability, mode: mode))
  }
}
