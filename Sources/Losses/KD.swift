import Catalog
public import Tensors

/// Soft targets of Hinton et al. (2015): T²·KL(softmax(z_T/T) ‖ softmax(z_S/T)).
///
/// Summed over the classes, mean over the batch.
public struct KD: Loss {
  public var temperature: Float

  public init(temperature: Float = 1) { self.temperature = temperature }

  public var name: String { "kd" }
  public func script(_ models: ModelNames) -> String { "kd(T=\(temperature.literal))" }
  public var needsTeacher: Bool { true }

  public func value(_ input: LossInput) throws -> Tensor {
    let teacher = try input.teacher(for: name)
    let divergence = try softenedDivergence(
      student: input.logits, teacher: teacher, temperature: temperature)
    return try divergence.mean() * (temperature * temperature)
  }

  static let declaration = Declaration(
    "kd", "Soft-target distillation of Hinton et al. (2015).",
    details: """
      T²·KL(softmax(z_T/T) ‖ softmax(z_S/T)), summed over the classes, mean over the batch. \
      Hinton, Vinyals, Dean 2015, https://arxiv.org/abs/1503.02531.
      """,
    Argument("T", "Softening temperature of both distributions.", default: Float(1)) {
      $0 > 0 && $0.isFinite ? nil : "must be positive"
    },
    examples: ["goal = ce() + 5*kd(T=1)"],
    keywords: ["temperature", "soft targets", "Hinton", "KL divergence", "distillation"]
  ) { Goal(KD(temperature: $0)) }
}
