import Catalog
public import Tensors

/// What the student is held against.
public enum Targets {
  /// One class a sample, N.
  case hard(Labels)
  /// A distribution a sample, N K (mixed or smoothed labels).
  case soft(Tensor)
}

/// What a loss sees of one batch.
public struct LossInput {
  /// The student's logits, N K, on the tape.
  public var logits: Tensor
  public var targets: Targets
  /// The teacher's logits, N K, constant; nil where the run has no teacher.
  public var teacherLogits: Tensor?

  public init(logits: Tensor, targets: Targets, teacherLogits: Tensor? = nil) {
    self.logits = logits
    self.targets = targets
    self.teacherLogits = teacherLogits
  }

  /// The teacher's logits, which must be of the student's shape.
  func teacher(for loss: String) throws -> Tensor {
    guard let teacherLogits else {
      throw Failure(
        .state, "'\(loss)' needs a teacher and this run has none",
        advice: "use distill(student, teacher, data, goal)")
    }
    guard teacherLogits.shape == logits.shape else {
      throw ShapeError(
        "'\(loss)' needs logits of one shape: student \(shapeText(logits.shape)), "
          + "teacher \(shapeText(teacherLogits.shape))")
    }
    return teacherLogits
  }
}

/// One loss of the literature: a pure function of a batch.
public protocol Loss {
  /// The name it is logged under: "kd".
  var name: String { get }
  /// The call that makes it again: `kd(T=2)`.
  var script: String { get }
  var needsTeacher: Bool { get }
  /// The loss as one number on the tape.
  func value(_ input: LossInput) throws -> Tensor
}
