import Catalog

enum MixupCutMix {
  static let declaration = Declaration(
    "mixup_cutmix", "Mixes each batch by mixup or by cutmix, drawn at random.",
    details: """
      USI's mixing is the default: mixup 0.8, cutmix 1.0, each half of the time, always. See \
      `mixup` and `cutmix`.
      """,
    Mixing.alpha(0.8, "mixup"), Mixing.alpha(1, "cutmix"),
    Argument<Float>("switch", "Probability of cutmix.", default: 0.5, check: isShare),
    Mixing.probabilityArgument, Mixing.modeArgument,
    examples: ["augment = random_crop() + flip() + mixup_cutmix()"],
    keywords: ["mix", "soft labels", "USI"]
  ) {
    (
      mixup: Double, cutmix: Double, switching: Float, probability: Float, mode: Mixing.Mode
    ) -> Augmentation in
    Augmentation(
      [],
      mixing: Mixing(
        mixup: mixup, cutmix: cutmix, probability: probability, switching: switching, mode: mode))
  }
}
