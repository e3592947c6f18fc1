import Catalog
public import Models
public import Tensors

/// Distillation without a stronger teacher, Yuan et al. (2020): from a teacher made up of the label,
/// or from the student as it was after a training by itself.
public struct TfKD: Loss {
  /// The made-up teacher's probability of the right class.
  public var correct: Float
  public var temperature: Float
  /// The student of an earlier training.
  public var former: OwnTeachers

  public var name: String { "tfkd" }
  public func script(_ models: ModelNames) -> String {
    call(
      "tfkd",
      [
        former.models.isEmpty ? "correct_prob=\(correct.literal)" : "",
        "T=\(temperature.literal)", former.argument(models),
      ])
  }
  public var needsTeacher: Bool { false }
  public var models: [Model] { former.models }

  public func value(_ input: LossInput) throws -> Tensor {
    guard former.models.isEmpty else {
      return try KD(temperature: temperature, teachers: former).value(input)
    }
    let teacher = try virtualTeacher(input) * (1 / temperature)
    return try softenedDivergence(student: input.logits, teacher: teacher).mean()
  }

  /// a at the class, (1 − a)/(K − 1) elsewhere; mixed as the labels are.
  private func virtualTeacher(_ input: LossInput) throws -> Tensor {
    let classes = input.logits.shape.last ?? 1
    let rest = (1 - correct) / Float(max(1, classes - 1))
    return try input.distribution() * (correct - rest) + rest
  }

  static let declaration = Declaration(
    "tfkd", "Distillation without a stronger teacher: from the label, or from itself.",
    details: """
      KL(softmax(u/T) ‖ softmax(z_S)), mean over the batch, where u has probability a at the class \
      and (1 − a)/(K − 1) elsewhere; the softening is that of the probabilities u, as published. \
      With `teacher=` a student of the same kind that was trained before: \
      T²·KL(softmax(z_T/T) ‖ softmax(z_S/T)). Yuan et al. 2020, https://arxiv.org/abs/1909.11723: \
      (1 − α)*ce() + α*tfkd(). Their code's `multiplier` undoes a mean over the classes and is not \
      needed here. Mixed labels: u is mixed alike.
      """,
    Argument("correct_prob", "Probability a of the class in the made-up teacher.", default: 0.99) {
      $0 > 0 && $0 <= 1 ? nil : "must be in 0 < a <= 1"
    } as Argument<Float>,
    LossArguments.temperature(20),
    Argument(
      "teacher", "The student after a training by itself; none: the made-up teacher.",
      default: OwnTeachers()),
    examples: ["goal = 0.9*ce() + 0.1*tfkd()", "goal = 0.1*ce() + 0.9*tfkd(teacher=teacher)"],
    keywords: ["teacher-free", "virtual teacher", "label smoothing", "self-distillation"]
  ) { TfKD(correct: $0, temperature: $1, former: $2).goal }
}
