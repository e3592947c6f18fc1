import Losses
import Tensors
import TestSupport

/// Eight samples of ten classes with logits by formula, labels i % 10.
struct SampleBatch {
  var student: Tensor
  var teacher: Tensor
  let labels = Labels((0..<8).map { Int32($0 % 10) })

  init() throws {
    student = try Formula.tensor("student.logits", [8, 10], scale: 3)
    teacher = try Formula.tensor("teacher.logits", [8, 10], scale: 3)
  }

  func input(student: Tensor? = nil) -> LossInput {
    LossInput(
      logits: student ?? self.student, targets: .hard(labels), teacherLogits: teacher)
  }

  /// The goal's value and its gradient with respect to the student's logits.
  func evaluate(_ goal: Goal) throws -> (value: Double, gradient: Tensor) {
    let variable = student.variable()
    let total = try goal.evaluate(input(student: variable)).total
    return (Double(total.scalar), try gradients(of: total, withRespectTo: [variable])[0])
  }
}
