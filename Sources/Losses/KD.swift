import Catalog
public import Models
public import Tensors

/// Soft targets of Hinton et al. (2015): T²·KL(softmax(z_T/T) ‖ softmax(z_S/T)).
///
/// Summed over the classes, mean over the batch.
public struct KD: Loss {
  public var temperature: Float
  /// Whether logits are standardised first: Sun et al. (2024).
  public var isStandardised: Bool
  /// Teachers in place of the run's own.
  public var teachers: OwnTeachers

  public init(
    temperature: Float = 1, isStandardised: Bool = false, teachers: OwnTeachers = OwnTeachers()
  ) {
    self.temperature = temperature
    self.isStandardised = isStandardised
    self.teachers = teachers
  }

  public var name: String { "kd" }
  public func script(_ models: ModelNames) -> String {
    call(
      "kd",
      [
        "T=\(temperature.literal)", isStandardised ? "standardise=true" : "",
        teachers.argument(models),
      ])
  }
  public var needsTeacher: Bool { teachers.models.isEmpty }
  public var models: [Model] { teachers.models }

  public func value(_ input: LossInput) throws -> Tensor {
    let given =
      needsTeacher ? [try input.teacher(for: name)] : try input.ownTeachers(for: name)
    let logits = isStandardised ? try given.map { try $0.standardisedRows() } : given
    let student = isStandardised ? try input.logits.standardisedRows() : input.logits
    return try divergence(student, logits) * (temperature * temperature)
  }

  private func divergence(_ student: Tensor, _ teachers: [Tensor]) throws -> Tensor {
    if teachers.count == 1 {
      return try softenedDivergence(
        student: student, teacher: teachers[0], temperature: temperature
      ).mean()
    }
    let scale = 1 / temperature
    var sum = Tensor(zeros: student.shape)
    for teacher in teachers { sum = try sum + (teacher * scale).softmax() }
    let mean = try sum * (1 / Float(teachers.count))
    return try klDivergence(student: (student * scale).logSoftmax(), teacher: mean.log())
  }

  static let declaration = Declaration(
    "kd", "Soft-target distillation of Hinton et al. (2015).",
    details: """
      T²·KL(softmax(z_T/T) ‖ softmax(z_S/T)), summed over the classes, mean over the batch. \
      Hinton, Vinyals, Dean 2015, https://arxiv.org/abs/1503.02531. The usual recipe for CIFAR \
      takes T = 4 and 0.1*ce() + 0.9*kd(T=4), USI (2022) T = 1 and weight 5.

      `standardise=true`: each row of logits becomes (z − mean)/(1e-7 + deviation) first, so that \
      the student copies the order of the classes and not the size of the logits (Sun et al. 2024, \
      https://arxiv.org/abs/2403.01427; T = 2 and weight 9).

      `teacher=` names a model of the term's own, or a list: the target is then the arithmetic mean \
      of their softened probabilities (Hinton et al. 2015; You et al. 2017, \
      https://doi.org/10.1145/3097983.3098135). For one term a teacher, add terms: \
      `kd(teacher=a) + kd(teacher=b)`. A control run leaves such terms out.
      """,
    LossArguments.temperature(1),
    Argument("standardise", "Whether each row of logits is standardised first.", default: false),
    Argument(
      "teacher", "Models to learn from in place of the run's teacher.", default: OwnTeachers()),
    examples: [
      "goal = ce() + 5*kd(T=1)", "goal = 0.1*ce() + 9*kd(T=2, standardise=true)",
      "goal = ce() + kd(T=4, teacher=[teacher, clone(teacher, seed=1)])",
    ],
    keywords: [
      "temperature", "soft targets", "Hinton", "KL divergence", "distillation", "LSKD", "lskd",
      "logit standardization", "ensemble", "several teachers", "multi-teacher",
    ]
  ) { KD(temperature: $0, isStandardised: $1, teachers: $2).goal }
}

extension Tensor {
  /// Each row along the last axis less its mean, over its deviation (n − 1) and 1e-7.
  ///
  /// Rows of equal numbers become zeros; PyTorch's gradient of their deviation is not a number.
  fileprivate func standardisedRows() throws -> Tensor {
    guard let columns = shape.last, columns > 1 else { return try self * 0 }
    let centred = try self - mean(axes: [-1], keepingAxes: true)
    let sum = try centred.square().sum(axes: [-1], keepingAxes: true)
    let deviation = try (sum * (1 / Float(columns - 1)) + 1e-14).squareRoot()
    return try centred / (deviation + 1e-7)
  }
}
