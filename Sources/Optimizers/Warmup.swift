import Catalog

/// Linear growth of the learning rate at the start of a plan.
///
/// A warm-up that is longer than half of the plan is cut to that: constants of long recipes must not
/// eat up a short run. `note` says so.
struct Warmup {
  var epochs = 0.0
  /// Counts instead of `epochs` where it is not 0.
  var steps = 0
  /// The learning rate that it starts from.
  var start = 0.0

  static let longestShare = 0.5

  private func wanted(stepsPerEpoch: Int) -> Double {
    steps > 0 ? Double(steps) : epochs * Double(stepsPerEpoch)
  }

  /// In steps.
  func length(_ moment: Moment) -> Double {
    min(
      wanted(stepsPerEpoch: moment.stepsPerEpoch), Warmup.longestShare * Double(moment.total))
  }

  /// The learning rate while it grows; nil after that.
  func lr(_ moment: Moment, base: Double) -> Double? {
    let length = length(moment)
    guard Double(moment.step) < length else { return nil }
    return start + (base - start) * Double(moment.step) / length
  }

  /// The share of what comes after the warm-up that is done, 0 … 1.
  func progress(_ moment: Moment) -> Double {
    let start = length(moment)
    return min(1, (Double(moment.step) - start) / max(1, Double(moment.total) - start))
  }

  func note(total: Int, stepsPerEpoch: Int) -> String? {
    let wanted = wanted(stepsPerEpoch: stepsPerEpoch)
    let longest = Warmup.longestShare * Double(total)
    guard wanted > longest else { return nil }
    return "the warm-up of \(numberText(wanted.rounded())) steps is cut to "
      + "\(numberText(longest.rounded())), half of the \(total) steps planned"
  }

  /// As arguments: `warmup=5`.
  var script: [String] {
    (epochs == 0 ? [] : ["warmup=\(numberText(epochs))"])
      + (steps == 0 ? [] : ["warmup_steps=\(steps)"])
      + (start == 0 ? [] : ["warmup_lr=\(numberText(start))"])
  }

  static let epochsArgument = Argument(
    "warmup", "Epochs of linear growth at the start, at most half of the plan.", default: 0.0,
    check: notNegative)
  static let stepsArgument = Argument(
    "warmup_steps", "The same in steps; counts where it is not 0.", default: 0
  ) { (0...1_000_000_000).contains($0) ? nil : "must be in 0..1000000000" }
  static let startArgument = Argument(
    "warmup_lr", "Learning rate that the warm-up starts from.", default: 0.0, check: notNegative)
}
