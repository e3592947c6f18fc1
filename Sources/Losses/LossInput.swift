import Catalog
public import Layers
public import Optimizers
public import Tensors

/// What the student is held against.
public enum Targets {
  /// One class a sample, N, or a pixel, N H W.
  case hard(Labels)
  /// A distribution a sample, N K (mixed or smoothed labels).
  case soft(Tensor)
}

/// The features of one place: the student's on the tape, the teacher's constant.
public struct FeaturePair {
  public var student: Tensor
  /// Nil where the loss looks at the student alone.
  public var teacher: Tensor?

  public init(student: Tensor, teacher: Tensor? = nil) {
    self.student = student
    self.teacher = teacher
  }
}

/// What a loss sees of one batch.
public struct LossInput {
  /// The student's logits, N K (or N H W K), on the tape.
  public var logits: Tensor
  public var targets: Targets
  /// The teacher's logits, constant; nil where the run has no teacher.
  public var teacherLogits: Tensor?
  /// Logits of the models that the loss brings itself, in the order of `models`.
  public var modelLogits: [Tensor] = []
  /// Features at the loss's sites, pair by pair.
  public var features: [FeaturePair] = []
  /// The class of each sample (of the larger share where pictures are mixed) or pixel.
  public var labels = Labels([])
  /// The student's images, N H W C, normalised.
  public var images: Tensor?
  /// Which samples of the training data these are.
  public var samples: [Int] = []
  /// The loss's own parts, as `parts` made them.
  public var parts: Module?
  /// The network trained beside the student, for a loss with a companion.
  public var companion: Module?
  /// How parts and companion are to be run.
  public var context = Context.evaluation
  /// Where the run stands; a loss that warms up is a function of it.
  public var moment = Moment(step: 0, total: 1, stepsPerEpoch: 1)

  public init(logits: Tensor, targets: Targets, teacherLogits: Tensor? = nil) {
    self.logits = logits
    self.targets = targets
    self.teacherLogits = teacherLogits
    if case .hard(let labels) = targets { self.labels = labels }
  }

  /// The features of every pair, the student's with the teacher's.
  func features(for loss: String) throws -> [(student: Tensor, teacher: Tensor)] {
    try features.map { pair in
      guard let teacher = pair.teacher else { throw noTeacher(for: loss) }
      return (pair.student, teacher)
    }
  }

  private func noTeacher(for loss: String) -> Failure {
    Failure(
      .state, "'\(loss)' needs a teacher and this run has none",
      advice: "use distill(student, teacher, data, goal)")
  }

  /// The teacher's logits, which must be of the student's shape.
  func teacher(for loss: String) throws -> Tensor {
    guard let teacherLogits else { throw noTeacher(for: loss) }
    return try fitting(teacherLogits, for: loss)
  }

  /// The logits of the models that the loss brings, each of the student's shape.
  func ownTeachers(for loss: String) throws -> [Tensor] {
    try modelLogits.map { try fitting($0, for: loss) }
  }

  private func fitting(_ teacher: Tensor, for loss: String) throws -> Tensor {
    guard teacher.shape == logits.shape else {
      throw ShapeError(
        "'\(loss)' needs logits of one shape: student \(shapeText(logits.shape)), "
          + "teacher \(shapeText(teacher.shape))")
    }
    return teacher
  }

  /// The loss's own parts as it made them.
  func parts<Parts: Module>(as _: Parts.Type, for loss: String) throws -> Parts {
    guard let parts = parts as? Parts else {
      throw Failure(.state, "'\(loss)' was not given the parts that it made")
    }
    return parts
  }

  /// The labels as a distribution over the student's classes: mixed ones as they are mixed.
  func distribution() throws -> Tensor {
    switch targets {
    case .soft(let targets): return targets
    case .hard(let labels):
      guard labels.shape == Array(logits.shape.dropLast()) else {
        throw ShapeError(
          "labels \(shapeText(labels.shape)) do not fit logits \(shapeText(logits.shape))")
      }
      return try labels.oneHot(logits.shape.last ?? 0)
    }
  }
}
