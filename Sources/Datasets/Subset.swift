import Catalog

/// Fewer samples of a data set, for quick trials.
enum Subset {
  static let declaration = Declaration(
    "subset", "Keeps some samples of a data set, each class with its share.",
    Argument<Dataset>("data", "The data set."),
    Argument("train", "Training samples to keep; none for all.", default: Int?.none) {
      $0.map { $0 > 0 } ?? true ? nil : "must be positive"
    },
    Argument("test", "Test samples to keep; none for all.", default: Int?.none) {
      $0.map { $0 > 0 } ?? true ? nil : "must be positive"
    },
    Argument("seed", "Chooses the samples.", default: 0),
    examples: ["data = subset(digits(), train=200)", "digits().subset(train=100, test=50)"],
    keywords: ["fewer", "small", "sample", "take"]
  ) { data, train, test, seed in
    var given: [String] = []
    for (name, count) in [("train", train), ("test", test)] {
      if let count { given.append("\(name)=\(count)") }
    }
    return Dataset(
      name: data.name,
      script: "subset(\(([data.script] + given).joined(separator: ", ")), seed=\(seed))",
      train: try fewer(data.train, train, seed), validation: data.validation,
      test: try fewer(data.test, test, seed), skipped: data.skipped)
  }

  private static func fewer(_ split: Split, _ count: Int?, _ seed: Int) throws -> Split {
    guard let count else { return split }
    guard count <= split.count else {
      throw Failure(
        .value, "subset: '\(split.name)' has \(split.count) samples, \(count) are wanted")
    }
    let chosen = stratified(
      split.labels, classes: split.classes, holding: count, seed: UInt64(truncatingIfNeeded: seed))
    return split.selecting(chosen.held)
  }
}
