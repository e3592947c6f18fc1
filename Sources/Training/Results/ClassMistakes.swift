/// Two classes, one of which is taken for the other.
public struct ClassMistake: Sendable, Equatable {
  public var label: Int
  public var predicted: Int
  /// Samples, or pixels, of the one taken for the other.
  public var count: Int
}

/// How well single classes are found, and which are taken for each other.
extension ConfusionMatrix {
  /// Samples of a class that were taken for a class.
  public func count(label: Int, predicted: Int) -> Int { counts[label * classes + predicted] }

  /// The share of a class's samples that are found; nil where there are none.
  public func recall(_ label: Int) -> Double? {
    ratio(count(label: label, predicted: label), truth(label))
  }

  /// The share of a class's predictions that are right; nil where there are none.
  public func precision(_ label: Int) -> Double? {
    ratio(count(label: label, predicted: label), predicted(label))
  }

  /// Harmonic mean of precision and recall; nil where the class neither is there nor was predicted.
  public func f1(_ label: Int) -> Double? {
    ratio(2 * count(label: label, predicted: label), truth(label) + predicted(label))
  }

  private func ratio(_ part: Int, _ whole: Int) -> Double? {
    whole > 0 ? Double(part) / Double(whole) : nil
  }

  /// What a class is taken for by mistake, the most frequent first.
  public func mistakes(_ label: Int) -> [ClassMistake] {
    (0..<classes).compactMap { predicted in
      let count = count(label: label, predicted: predicted)
      return predicted != label && count > 0
        ? ClassMistake(label: label, predicted: predicted, count: count) : nil
    }.sorted { $0.count != $1.count ? $0.count > $1.count : $0.predicted < $1.predicted }
  }

  /// Pairs of different classes, the most confused first.
  public var mostConfused: [ClassMistake] {
    (0..<classes).flatMap(mistakes).sorted {
      $0.count != $1.count
        ? $0.count > $1.count : ($0.label, $0.predicted) < ($1.label, $1.predicted)
    }
  }

  /// Counts of the first classes as shares of each class's samples, for a map; rows of classes
  /// without samples are zero.
  public func shares(of shown: Int) -> [[Double]] {
    (0..<min(shown, classes)).map { label in
      let total = Double(max(1, truth(label)))
      return (0..<min(shown, classes)).map { Double(count(label: label, predicted: $0)) / total }
    }
  }
}
