import Catalog

/// One learning rate throughout, after an optional linear warm-up.
struct Constant: Pacing {
  var warmupEpochs: Double

  var script: String {
    warmupEpochs == 0 ? "constant()" : "constant(warmup=\(numberText(warmupEpochs)))"
  }

  func pace(_ moment: Moment, base: Double) -> Pace {
    Pace(lr: warmup(moment, epochs: warmupEpochs, from: 0, to: base) ?? base)
  }

  static let declaration = Declaration(
    "constant", "The optimizer's learning rate throughout.",
    Argument(
      "warmup", "Epochs of linear growth from 0 at the start.", default: 0.0, check: notNegative),
    examples: ["schedule = constant(warmup=0.5)"], keywords: ["learning rate"]
  ) { Schedule(Constant(warmupEpochs: $0)) }
}
