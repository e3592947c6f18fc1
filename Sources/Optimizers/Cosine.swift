import Catalog
import Foundation

/// Half a cosine from the optimizer's learning rate down to `minimum`, after a linear warm-up.
struct Cosine: Pacing {
  var warmup: Warmup
  var minimum: Double

  var script: String {
    let parts = warmup.script + (minimum == 0 ? [] : ["min_lr=\(numberText(minimum))"])
    return "cosine(\(parts.joined(separator: ", ")))"
  }

  func pace(_ moment: Moment, base: Double) -> Pace {
    if let lr = warmup.lr(moment, base: base) { return Pace(lr: lr) }
    let share = warmup.progress(moment)
    return Pace(lr: minimum + (base - minimum) * (1 + cos(.pi * share)) / 2)
  }

  func note(total: Int, stepsPerEpoch: Int) -> String? {
    warmup.note(total: total, stepsPerEpoch: stepsPerEpoch)
  }

  static let declaration = Declaration(
    "cosine", "Half a cosine from the optimizer's learning rate to its minimum.",
    details: """
      lr = min + (base − min)·(1 + cos(π·s))/2 with s the share of the plan after the warm-up. \
      Loshchilov and Hutter 2017, https://arxiv.org/abs/1608.03983.
      """,
    Warmup.epochsArgument, Warmup.stepsArgument, Warmup.startArgument,
    Argument("min_lr", "Learning rate at the end.", default: 0.0, check: notNegative),
    examples: ["schedule = cosine(warmup=1)"], keywords: ["learning rate", "annealing", "warm-up"]
  ) { epochs, steps, start, minimum in
    Schedule(
      Cosine(warmup: Warmup(epochs: epochs, steps: steps, start: start), minimum: minimum))
  }
}
