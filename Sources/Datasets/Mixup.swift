import Catalog

enum Mixup {
  static let declaration = Declaration(
    "mixup", "Blends each picture of a batch with another one, and their labels.",
    details: """
      x = λx + (1 − λ)x′, y = λy + (1 − λ)y′ with λ from Beta(α, α); the other picture is the \
      batch's in reverse order, as in timm. Zhang et al. 2018, https://arxiv.org/abs/1710.09412.
      """,
    Mixing.alpha(0.8, "alpha"), Mixing.probabilityArgument, Mixing.modeArgument,
    examples: ["augment = flip() + mixup(0.8)"], keywords: ["mix", "soft labels", "blend"]
  ) { (alpha: Double, probability: Float, mode: Mixing.Mode) -> Augmentation in
    Augmentation(
      [], mixing: Mixing(mixup: alpha, cutmix: 0, probability: probability, mode: mode))
  }
}
