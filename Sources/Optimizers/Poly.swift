import Catalog
import Foundation

/// A power of the share of the plan that is left, after a linear warm-up.
struct Poly: Pacing {
  var power: Double
  var warmup: Warmup
  var minimum: Double

  var script: String {
    let parts =
      ["power=\(numberText(power))"] + warmup.script
      + (minimum == 0 ? [] : ["min_lr=\(numberText(minimum))"])
    return "poly(\(parts.joined(separator: ", ")))"
  }

  func pace(_ moment: Moment, base: Double) -> Pace {
    if let lr = warmup.lr(moment, base: base) { return Pace(lr: lr) }
    let left = 1 - warmup.progress(moment)
    return Pace(lr: minimum + (base - minimum) * pow(left, power))
  }

  func note(total: Int, stepsPerEpoch: Int) -> String? {
    warmup.note(total: total, stepsPerEpoch: stepsPerEpoch)
  }

  static let declaration = Declaration(
    "poly", "The learning rate falls as a power of the share that is left.",
    details: """
      lr = min + (base − min)·(1 − s)^power with s the share of the plan after the warm-up; \
      power 0.9 is that of segmentation recipes (Chen et al. 2017, \
      https://arxiv.org/abs/1606.00915).
      """,
    Argument("power", "1 falls along a line.", default: 0.9) {
      $0 > 0 && $0.isFinite ? nil : "must be positive"
    },
    Warmup.epochsArgument, Warmup.stepsArgument, Warmup.startArgument,
    Argument("min_lr", "Learning rate at the end.", default: 0.0, check: notNegative),
    examples: ["schedule = poly(power=0.9)"],
    keywords: ["learning rate", "polynomial", "segmentation"]
  ) { power, epochs, steps, start, minimum in
    Schedule(
      Poly(
        power: power, warmup: Warmup(epochs: epochs, steps: steps, start: start),
        minimum: minimum))
  }
}
