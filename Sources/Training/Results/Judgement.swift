import Catalog
public import Datasets
public import Tensors

/// What a model said of one sample, held against its label.
public struct Verdict: Sendable, Equatable {
  /// The class of the largest logit, the lower one of equals.
  public var predicted: Int
  /// Its probability.
  public var confidence: Double
  /// How many classes stand before the label, ties in favour of the lower class.
  public var rank: Int
  /// −ln of the label's probability.
  public var loss: Double
  /// −Σ p ln p, in nats.
  public var entropy: Double
  /// Σ_k (p_k − y_k)², y one at the label (Brier 1950).
  public var brier: Double

  public init(
    predicted: Int, confidence: Double, rank: Int, loss: Double, entropy: Double, brier: Double
  ) {
    self.predicted = predicted
    self.confidence = confidence
    self.rank = rank
    self.loss = loss
    self.entropy = entropy
    self.brier = brier
  }

  public var isRight: Bool { rank == 0 }
  /// The label's probability.
  public var labelShare: Double { exponential(-loss) }
}

/// What a model, and its teacher where there is one, said of one sample.
public struct Judgement: Sendable, Equatable {
  public var label: Int
  public var model: Verdict
  public var teacher: Verdict?
  /// KL(teacher ‖ model) at temperature 1.
  public var divergence: Double?

  /// Whether both took it for the same class; nil without a teacher.
  public var agrees: Bool? { teacher.map { $0.predicted == model.predicted } }
}

/// Runs frozen models over a split, a batch at a time, and judges every sample; no more than one
/// batch is held.
///
/// - Parameters:
///   - model: Images normalised for the data set, N H W C, to logits N K.
///   - teacher: The same for a teacher.
///   - check: Looked at between batches; throws to stop.
///   - progress: Told how many samples are done.
///   - note: Gets every sample's index and judgement, in order.
public func judge(
  on split: Split, batchSize: Int = 256, model: (Tensor) throws -> Tensor,
  teacher: ((Tensor) throws -> Tensor)? = nil, check: () throws -> Void = {},
  progress: (Int) -> Void = { _ in }, note: (Int, Judgement) -> Void
) throws {
  guard split.count > 0 else { throw Failure(.data, "the split '\(split.name)' is empty") }
  guard split.task != .segmentation else {
    throw Failure(
      .data, "'\(split.name)' has masks, and this looks at one class a picture",
      advice: "eval, confusion and perclass count pixels")
  }
  for low in stride(from: 0, to: split.count, by: max(1, batchSize)) {
    try check()
    let high = min(low + max(1, batchSize), split.count)
    let batch = try split.batch(Array(low..<high))
    let labels = batch.labels.values
    let logits = try model(batch.images)
    try require(logits, "model", samples: high - low, classes: split.classes)
    let other = try teacher?(batch.images)
    if let other {
      try require(other, "teacher", samples: high - low, classes: split.classes)
      guard other.shape == logits.shape else {
        throw Failure(
          .shape, "the teacher has \(other.shape[1]) classes, the model \(logits.shape[1])")
      }
    }
    withRows(logits, other) { index, row, teacherRow in
      note(low + index, Judgement(label: Int(labels[index]), row, teacherRow))
    }
    progress(high)
  }
}

private func require(_ logits: Tensor, _ role: String, samples: Int, classes: Int) throws {
  guard logits.rank == 2, logits.shape[0] == samples, logits.shape[1] >= classes else {
    throw Failure(
      .shape,
      "the \(role) gives \(shapeText(logits.shape)) for \(samples) samples, "
        + "not logits of \(classes) classes")
  }
}

private typealias Row = UnsafeBufferPointer<Float>

/// Goes through two sets of logits row by row.
private func withRows(_ a: Tensor, _ b: Tensor?, _ body: (Int, Row, Row?) -> Void) {
  let (count, classes) = (a.shape[0], a.shape[1])
  func row(_ start: UnsafePointer<Float>, _ index: Int) -> Row {
    Row(start: start + index * classes, count: classes)
  }
  a.read { first in
    guard let b else {
      for index in 0..<count { body(index, row(first, index), nil) }
      return
    }
    b.read { second in
      for index in 0..<count { body(index, row(first, index), row(second, index)) }
    }
  }
}

extension Judgement {
  fileprivate init(label: Int, _ row: Row, _ teacher: Row?) {
    let own = LogProbabilities(row)
    self.init(label: label, model: own.verdict(label), teacher: nil, divergence: nil)
    guard let teacher else { return }
    let other = LogProbabilities(teacher)
    self.teacher = other.verdict(label)
    divergence = other.divergence(from: own)
  }
}

/// ln softmax of one row, in double precision.
private struct LogProbabilities {
  let logs: [Double]
  let shares: [Double]

  init(_ row: Row) {
    let top = Double(row.max() ?? 0)
    let powers = row.map { exponential(Double($0) - top) }
    let total = powers.reduce(0, +)
    let norm = top + logarithm(total)
    logs = row.map { Double($0) - norm }
    shares = powers.map { $0 / total }
  }

  func verdict(_ label: Int) -> Verdict {
    let own = logs[label]
    var (best, before, entropy, squares) = (0, 0, 0.0, 0.0)
    for (k, value) in logs.enumerated() {
      if value > logs[best] { best = k }
      if value > own || (value == own && k < label) { before += 1 }
      if shares[k] > 0 { entropy -= shares[k] * value }
      squares += shares[k] * shares[k]
    }
    // Σ(p − y)² = Σp² − 2·p_label + 1.
    return Verdict(
      predicted: best, confidence: shares[best], rank: before, loss: -own, entropy: entropy,
      brier: max(0, squares - 2 * shares[label] + 1))
  }

  /// KL(self ‖ other).
  func divergence(from other: LogProbabilities) -> Double {
    var sum = 0.0
    for (k, share) in shares.enumerated() where share > 0 {
      sum += share * (logs[k] - other.logs[k])
    }
    return sum
  }
}
