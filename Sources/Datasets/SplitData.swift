import Catalog

/// Holding out a part of the training data, so that nothing is chosen by the test part.
enum SplitData {
  static let declaration = Declaration(
    "split", "Holds a share of the training part out as a validation part.",
    details: "Each class gives its share; which samples it is, is a function of the seed.",
    Argument<Dataset>("data", "The data set."),
    Argument("val", "Share of the training samples that is held out.", default: 0.1) {
      $0 > 0 && $0 < 1 ? nil : "must be between 0 and 1"
    },
    Argument("seed", "Chooses the samples.", default: 0),
    examples: ["data = split(digits(), val=0.1)", "digits().split(val=0.2, seed=1).val"],
    keywords: ["validation", "holdout"]
  ) { data, share, seed in
    guard data.validation == nil else {
      throw Failure(.state, "'\(data.name)' has a validation part already")
    }
    let count = Int((Double(data.train.count) * share).rounded())
    guard count > 0, count < data.train.count else {
      throw Failure(
        .value, "split: val=\(numberText(share)) of \(data.train.count) samples leaves a part empty"
      )
    }
    let parts = stratified(
      data.train.labels, classes: data.classes, holding: count,
      seed: UInt64(truncatingIfNeeded: seed))
    return Dataset(
      name: data.name,
      script: "split(\(data.script), val=\(numberText(share)), seed=\(seed))",
      train: data.train.selecting(parts.kept),
      validation: data.train.selecting(parts.held, name: "\(data.name).val"), test: data.test,
      skipped: data.skipped)
  }
}
