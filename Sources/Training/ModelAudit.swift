import Catalog
public import Datasets
import Graphs
import Layers
public import Models
import Tensors

/// What a model does with a split, and what folding does to it: the figures by which a teacher is
/// judged before it teaches.
public struct ModelAudit: Sendable {
  public var samples = 0
  /// Share of samples whose largest logit is the label; nil where the classes are others.
  public var accuracy: Double?
  /// Mean negative log likelihood of the labels; nil where the classes are others.
  public var loss: Double?
  /// Mean entropy of the softened predictions by temperature, in nats.
  public var entropies: [(temperature: Double, value: Double)] = []
  /// Images a second as the network is written, and planned with folded batch norms; medians over
  /// the full batches. Reading the data is not counted.
  public var plainRate: Double?
  public var foldedRate: Double?
  /// The largest difference that folding made to a logit, and the largest logit.
  public var largestDifference = 0.0
  public var largestLogit = 0.0
  /// Why the network runs as it is written; nil where it is planned.
  public var obstacle: String?

  public static let temperatures = [1.0, 2, 4, 8]
}

extension ModelAudit {
  /// Runs a model over a split, plainly and folded.
  ///
  /// - Parameters:
  ///   - samples: How many are looked at, from the first on; nil for all.
  ///   - check: Looked at between batches; throws to stop.
  public init(
    _ model: Model, on split: Split, of data: Dataset, samples: Int? = nil, batchSize: Int = 64,
    check: () throws -> Void = {}, progress: (Int) -> Void = { _ in }
  ) throws {
    let count = min(split.count, samples ?? split.count)
    guard count > 0 else { throw Failure(.data, "the split of \(data.name) is empty") }
    let frozen = FrozenNetwork(model.network)
    var sums = AuditSums(hasLabels: model.classes == data.classes)
    for low in stride(from: 0, to: count, by: batchSize) {
      try check()
      let high = min(count, low + batchSize)
      let batch = try split.batch(Array(low..<high))
      let images = try renormalised(batch.images, for: model, from: data)
      // Whoever comes first pays for plans and memory.
      if low == 0 { _ = (try model(images, .evaluation), try frozen(images)) }
      let (plain, plainTime) = try timed { try model(images, .evaluation) }
      try check()
      let (folded, foldedTime) = try timed { try frozen(images) }
      guard plain.shape == [high - low, model.classes], folded.shape == plain.shape else {
        throw Failure(.shape, "\(model.name) gave \(shapeText(plain.shape)), not logits")
      }
      sums.add(plain, folded, batch.labels.values)
      if high - low == min(batchSize, count) {
        sums.plainTimes.append(plainTime / Double(high - low))
        sums.foldedTimes.append(foldedTime / Double(high - low))
      }
      progress(high)
    }
    self = sums.audit
    obstacle = frozen.obstacle?.message
  }
}

private func timed<Result>(_ body: () throws -> Result) rethrows -> (Result, Double) {
  let clock = ContinuousClock()
  let start = clock.now
  let result = try body()
  return (result, (clock.now - start).seconds)
}

/// Sums over samples in double precision, in the order of the samples.
private struct AuditSums {
  let hasLabels: Bool
  var samples = 0
  var right = 0
  var likelihood = 0.0
  var entropies = ModelAudit.temperatures.map { _ in 0.0 }
  var difference = 0.0
  var largest = 0.0
  var plainTimes: [Double] = []
  var foldedTimes: [Double] = []

  init(hasLabels: Bool) { self.hasLabels = hasLabels }

  mutating func add(_ plain: Tensor, _ folded: Tensor, _ labels: [Int32]) {
    let classes = plain.shape[1]
    let (a, b) = (plain.values, folded.values)
    for (x, y) in zip(a, b) {
      let own = abs(Double(x) - Double(y))
      // What is no number differs from everything.
      difference = own.isNaN ? .infinity : max(difference, own)
      largest = max(largest, abs(Double(x)))
    }
    for (index, label) in labels.enumerated() {
      let row = a[index * classes..<(index + 1) * classes].map { Double($0) }
      for (place, temperature) in ModelAudit.temperatures.enumerated() {
        entropies[place] += entropy(row, temperature)
      }
      samples += 1
      guard hasLabels else { continue }
      let target = row[Int(label)]
      let isRight =
        row.enumerated().allSatisfy { $1 < target || ($1 == target && $0 >= Int(label)) }
      right += isRight ? 1 : 0
      let top = row.max() ?? 0
      likelihood += top + logarithm(row.reduce(0) { $0 + exponential($1 - top) }) - target
    }
  }

  /// −Σ p ln p of softmax(row / temperature).
  private func entropy(_ row: [Double], _ temperature: Double) -> Double {
    let top = row.max() ?? 0
    let scaled = row.map { ($0 - top) / temperature }
    let total = scaled.reduce(0) { $0 + exponential($1) }
    return logarithm(total) - scaled.reduce(0) { $0 + exponential($1) * $1 } / total
  }

  var audit: ModelAudit {
    var result = ModelAudit()
    let n = Double(max(1, samples))
    result.samples = samples
    if hasLabels { (result.accuracy, result.loss) = (Double(right) / n, likelihood / n) }
    result.entropies = zip(ModelAudit.temperatures, entropies).map { ($0, $1 / n) }
    result.plainRate = rate(plainTimes)
    result.foldedRate = rate(foldedTimes)
    result.largestDifference = difference
    result.largestLogit = largest
    return result
  }

  private func rate(_ times: [Double]) -> Double? {
    let sorted = times.sorted()
    guard !sorted.isEmpty, sorted[sorted.count / 2] > 0 else { return nil }
    return 1 / sorted[sorted.count / 2]
  }
}
