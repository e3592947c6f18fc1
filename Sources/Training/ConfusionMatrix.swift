/// How often pixels (or samples) of each class were taken for each class, and what follows of it.
public struct ConfusionMatrix: Sendable, Equatable {
  public let classes: Int
  /// K·K counts: rows the true class, columns the predicted one.
  public private(set) var counts: [Int]

  public init(classes: Int) {
    precondition(classes > 0)
    self.classes = classes
    counts = Array(repeating: 0, count: classes * classes)
  }

  /// Counts labels; those outside of 0 ..< classes, such as 255, are left out with what was
  /// predicted for them.
  ///
  /// - Precondition: Both are of one length, predictions in 0 ..< classes.
  public mutating func add(
    truth: some Collection<Int32>, predicted: some Collection<Int32>
  ) {
    precondition(truth.count == predicted.count)
    for (label, found) in zip(truth, predicted) where label >= 0 && Int(label) < classes {
      counts[Int(label) * classes + Int(found)] += 1
    }
  }

  /// Pixels that were counted.
  public var total: Int { counts.reduce(0, +) }
  private func right(_ label: Int) -> Int { counts[label * classes + label] }
  /// Pixels of a class.
  public func truth(_ label: Int) -> Int {
    counts[label * classes..<(label + 1) * classes].reduce(0, +)
  }
  /// Pixels taken for a class.
  public func predicted(_ label: Int) -> Int {
    stride(from: label, to: counts.count, by: classes).reduce(0) { $0 + counts[$1] }
  }

  /// Intersection over union of a class, TP / (TP + FP + FN); nil for a class that neither is there
  /// nor was seen.
  public func iou(_ label: Int) -> Double? {
    let union = truth(label) + predicted(label) - right(label)
    return union == 0 ? nil : Double(right(label)) / Double(union)
  }

  public var ious: [Double?] { (0..<classes).map(iou) }

  /// The mean of the classes' intersections over unions.
  ///
  /// Classes that are neither in the truth nor in the prediction are left out. The published code of
  /// structured distillation counts them as 0 (TP / max(1, union)); the two agree where every class
  /// occurs.
  public var meanIoU: Double {
    let known = ious.compactMap { $0 }
    return known.isEmpty ? 0 : known.reduce(0, +) / Double(known.count)
  }

  /// Share of the pixels that were taken for their class.
  public var accuracy: Double {
    Double((0..<classes).reduce(0) { $0 + right($1) }) / Double(max(1, total))
  }
}
