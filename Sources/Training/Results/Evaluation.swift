import Catalog
public import Datasets
import Layers
public import Models
import Tensors

/// How a model does on a split.
public struct Evaluation: Sendable, Equatable {
  public var samples = 0
  /// Share of samples, or of pixels of pictures with masks, whose largest logit is the label.
  public var accuracy = 0.0
  /// Share of samples whose label is among the five largest logits; nil for fewer than 6 classes.
  public var top5: Double?
  /// Mean negative log likelihood of the labels.
  public var loss = 0.0
  /// Expected calibration error in 15 bins of equal width, 0 … 1; not of pixels.
  public var calibrationError: Double?
  /// Mean of Σ_k (p_k − y_k)², 0 … 2 (Brier 1950); not of pixels.
  public var brier: Double?
  /// Mean entropy of the predictions, in nats; not of pixels.
  public var entropy: Double?
  /// Mean probability of the predicted classes; not of pixels.
  public var confidence: Double?
  /// How it does beside a teacher; nil without one.
  public var fidelity: Fidelity?
  public var seconds = 0.0
  /// The pixels of each class; nil where samples have no masks.
  public var segmentation: SegmentationScore?

  /// Share of samples where the teacher's and the student's largest logits agree.
  public var agreement: Double? { fidelity?.agreement }
  /// Mean KL(teacher ‖ student) at temperature 1.
  public var divergence: Double? { fidelity?.divergence }
}

/// How much of a teacher is in a student.
public struct Fidelity: Sendable, Equatable {
  /// Share of samples where the largest logits of both agree.
  public var agreement = 0.0
  /// Mean KL(teacher ‖ student) at temperature 1.
  public var divergence = 0.0
  /// Share of samples that the teacher classifies rightly.
  public var teacherAccuracy = 0.0
  /// Samples that the teacher gets wrong; what became of them is not told of pixels.
  public var teacherErrors: Int?
  /// Of the teacher's errors, the share where the student takes the sample for the same wrong class;
  /// nil where the teacher makes none.
  public var kept: Double?
  /// Of the teacher's errors, the share that the student gets right.
  public var corrected: Double?
  /// Of the teacher's right answers, the share that the student gets wrong; nil where there are none.
  public var lost: Double?
}

/// Runs a frozen model over a split.
///
/// - Parameters:
///   - teacher: Compared with the model.
///   - frozen: The teacher with its plans where there are any; it is planned anew otherwise.
///   - check: Looked at between batches; throws to stop.
///   - progress: Told how many samples are done.
public func evaluate(
  _ model: Model, on split: Split, of data: Dataset,
  teacher: Model? = nil, frozen: FrozenTeacher? = nil, batchSize: Int = 256,
  check: () throws -> Void = {}, progress: (Int) -> Void = { _ in }
) throws -> Evaluation {
  try Run.fits(model, "model", data)
  guard split.count > 0 else { throw Failure(.data, "the split of \(data.name) is empty") }
  let clock = ContinuousClock()
  let start = clock.now
  let teacher = frozen ?? teacher.map { FrozenTeacher($0) }
  if split.task == .segmentation {
    return try evaluatePixels(
      model, on: split, of: data, teacher: teacher, batchSize: batchSize, check: check,
      progress: progress)
  }
  var sums = EvaluationSums()
  try judge(
    on: split, batchSize: batchSize,
    model: { try model(try renormalised($0, for: model, from: data), .evaluation) },
    teacher: teacher.map { teacher in { try teacher.logits($0, from: data) } }, check: check,
    progress: progress, note: { sums.add($1) })
  var result = sums.evaluation(classes: model.classes)
  result.seconds = (clock.now - start).seconds
  return result
}

/// Sums over samples in double precision, in the order of the samples.
public struct EvaluationSums {
  private var samples = 0
  private var right = 0
  private var rightOfFive = 0
  private var loss = 0.0
  private var entropy = 0.0
  private var brier = 0.0
  private var calibration = Calibration()
  private var hasTeacher = false
  private var agreeing = 0
  private var divergence = 0.0
  private var teacherErrors = 0
  private var kept = 0
  private var corrected = 0
  private var lost = 0

  public init() {}

  public mutating func add(_ judgement: Judgement) {
    let own = judgement.model
    samples += 1
    right += own.isRight ? 1 : 0
    rightOfFive += own.rank < 5 ? 1 : 0
    loss += own.loss
    entropy += own.entropy
    brier += own.brier
    calibration.add(own)
    guard let teacher = judgement.teacher, let divergence = judgement.divergence else { return }
    hasTeacher = true
    let agrees = own.predicted == teacher.predicted
    agreeing += agrees ? 1 : 0
    self.divergence += divergence
    if teacher.isRight {
      lost += own.isRight ? 0 : 1
    } else {
      teacherErrors += 1
      kept += agrees ? 1 : 0
      corrected += own.isRight ? 1 : 0
    }
  }

  public func evaluation(classes: Int) -> Evaluation {
    let n = Double(max(1, samples))
    return Evaluation(
      samples: samples, accuracy: Double(right) / n,
      top5: classes > 5 ? Double(rightOfFive) / n : nil, loss: loss / n,
      calibrationError: calibration.error, brier: brier / n, entropy: entropy / n,
      confidence: calibration.meanConfidence, fidelity: hasTeacher ? fidelity : nil)
  }

  private var fidelity: Fidelity {
    func share(_ part: Int, of whole: Int) -> Double? {
      whole > 0 ? Double(part) / Double(whole) : nil
    }
    return Fidelity(
      agreement: share(agreeing, of: samples) ?? 0,
      divergence: divergence / Double(max(1, samples)),
      teacherAccuracy: share(samples - teacherErrors, of: samples) ?? 0,
      teacherErrors: teacherErrors, kept: share(kept, of: teacherErrors),
      corrected: share(corrected, of: teacherErrors),
      lost: share(lost, of: samples - teacherErrors))
  }
}
