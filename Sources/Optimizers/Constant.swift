import Catalog

/// One learning rate throughout, after an optional linear warm-up.
struct Constant: Pacing {
  var warmup: Warmup

  var script: String { "constant(\(warmup.script.joined(separator: ", ")))" }

  func pace(_ moment: Moment, base: Double) -> Pace {
    Pace(lr: warmup.lr(moment, base: base) ?? base)
  }

  func note(total: Int, stepsPerEpoch: Int) -> String? {
    warmup.note(total: total, stepsPerEpoch: stepsPerEpoch)
  }

  static let declaration = Declaration(
    "constant", "The optimizer's learning rate throughout.",
    Warmup.epochsArgument, Warmup.stepsArgument, Warmup.startArgument,
    examples: ["schedule = constant(warmup=0.5)"], keywords: ["learning rate"]
  ) { epochs, steps, start in
    Schedule(Constant(warmup: Warmup(epochs: epochs, steps: steps, start: start)))
  }
}
