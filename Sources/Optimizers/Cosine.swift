import Catalog
import Foundation

/// Half a cosine from the optimizer's learning rate down to `minimum`, after a linear warm-up.
struct Cosine: Pacing {
  var warmupEpochs: Double
  var warmupStart: Double
  var minimum: Double

  var script: String {
    var parts: [String] = []
    if warmupEpochs != 0 { parts.append("warmup=\(numberText(warmupEpochs))") }
    if warmupStart != 0 { parts.append("warmup_lr=\(numberText(warmupStart))") }
    if minimum != 0 { parts.append("min_lr=\(numberText(minimum))") }
    return "cosine(\(parts.joined(separator: ", ")))"
  }

  func pace(_ moment: Moment, base: Double) -> Pace {
    if let lr = warmup(moment, epochs: warmupEpochs, from: warmupStart, to: base) {
      return Pace(lr: lr)
    }
    let start = warmupEpochs * Double(moment.stepsPerEpoch)
    let length = max(1, Double(moment.total) - start)
    let share = min(1, (Double(moment.step) - start) / length)
    return Pace(lr: minimum + (base - minimum) * (1 + cos(.pi * share)) / 2)
  }

  static let declaration = Declaration(
    "cosine", "Half a cosine from the optimizer's learning rate to its minimum.",
    details: """
      lr = min + (base − min)·(1 + cos(π·s))/2 with s the share of the plan after the warm-up. \
      Loshchilov and Hutter 2017, https://arxiv.org/abs/1608.03983.
      """,
    Argument("warmup", "Epochs of linear growth at the start.", default: 0.0, check: notNegative),
    Argument(
      "warmup_lr", "Learning rate that the warm-up starts from.", default: 0.0,
      check: notNegative),
    Argument("min_lr", "Learning rate at the end.", default: 0.0, check: notNegative),
    examples: ["schedule = cosine(warmup=1)"], keywords: ["learning rate", "annealing", "warm-up"]
  ) { (warmup: Double, start: Double, minimum: Double) in
    Schedule(Cosine(warmupEpochs: warmup, warmupStart: start, minimum: minimum))
  }
}
