import Catalog
import Models
import Tensors

/// One training of a sweep: what it was made of, and how it went.
public struct SweepMember: Codable, Sendable, Equatable {
  /// One value of each argument as it would be typed, in the order of the sweep's arguments.
  public var values: [String]
  public var seed: Int
  /// Whether it is the training without a teacher.
  public var isControl: Bool
  /// The session that makes the run, from data and first weights on.
  public var script: String
  /// Hash of the weights that student and teacher began with.
  public var weights: String
  /// Figures of the evaluations by name, `test_accuracy`; of a number that was given back, `value`.
  public var figures: [String: [Double]]
  /// Epochs that the figures belong to.
  public var epochs: [Double]
  public var seconds: Double
  /// Why it ended before its plan did: a loss that is no number. Nil where it did not.
  public var failure: String?

  public init(
    values: [String], seed: Int, isControl: Bool, script: String, weights: String,
    figures: [String: [Double]] = [:], epochs: [Double] = [], seconds: Double = 0
  ) {
    self.values = values
    self.seed = seed
    self.isControl = isControl
    self.script = script
    self.weights = weights
    self.figures = figures
    self.epochs = epochs
    self.seconds = seconds
  }

  /// Whether two are the same training: same script, same weights.
  public func isSameTraining(as other: SweepMember) -> Bool {
    script == other.script && weights == other.weights
  }

  /// Its place in the sweep, whatever it was made of.
  public func hasSamePlace(as other: SweepMember) -> Bool {
    values == other.values && seed == other.seed && isControl == other.isControl
  }

  /// The figure at the last evaluation.
  public func last(_ measure: String) -> Double? { figures[measure]?.last }

  /// The best figure of all evaluations (the least of a loss) and its epoch.
  public func best(_ measure: String) -> (value: Double, epoch: Double)? {
    guard let values = figures[measure], let first = values.indices.first else { return nil }
    let isLess = measure.hasSuffix("loss")
    let place = values.indices.reduce(first) {
      (isLess ? values[$1] < values[$0] : values[$1] > values[$0]) ? $1 : $0
    }
    return (values[place], place < epochs.count ? epochs[place] : Double(place + 1))
  }
}

extension Run {
  /// What a run is as a member of a sweep, before its first step.
  public func sweepMember(values: [String], seed: Int, isControl: Bool) -> SweepMember {
    var hash = ContentHash()
    for tensor in student.weights + (teacher?.weights ?? []) { hash.add(tensor) }
    return SweepMember(
      values: values, seed: seed, isControl: isControl, script: record.script, weights: hash.text)
  }

  /// The evaluations of the run so far as a member's figures.
  public func fill(_ member: inout SweepMember, seconds: Double) {
    let names = log.series.map(\.name).filter { $0.hasPrefix("test_") }
    member.figures = Dictionary(
      names.compactMap { name in log[name].map { (name, $0.values) } },
      uniquingKeysWith: { first, _ in first })
    member.epochs = (log["test_accuracy"]?.steps ?? []).map {
      Double($0) / Double(stepsPerEpoch)
    }
    member.seconds = seconds
  }

  /// Whether a run has trained the student before this one does.
  public func continues(_ records: [RunRecord]) -> Bool {
    student.past.contains { past in records.contains { $0 === past } }
  }
}

/// Mean and deviation of a few numbers.
public struct MeanDeviation: Sendable, Equatable {
  public var mean: Double
  /// √(Σ(x − mean)²/(n − 1)); nil of one number.
  public var deviation: Double?
  public var count: Int

  /// Nil of none.
  public init?(_ values: [Double]) {
    guard !values.isEmpty else { return nil }
    count = values.count
    let mean = values.reduce(0, +) / Double(values.count)
    self.mean = mean
    deviation =
      values.count > 1
      ? (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1))
        .squareRoot() : nil
  }
}
