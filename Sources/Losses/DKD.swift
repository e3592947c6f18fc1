import Catalog
public import Tensors

/// Decoupled distillation of Zhao et al. (2022): the divergence over {class, rest} and the one among
/// the other classes, weighted apart.
public struct DKD: Loss {
  public var temperature: Float
  /// Weight of the class against the rest.
  public var alpha: Float
  /// Weight of the other classes among themselves.
  public var beta: Float
  public var rampUp: RampUp

  public var name: String { "dkd" }
  public func script(_ models: ModelNames) -> String {
    call(
      "dkd",
      [
        "T=\(temperature.literal)", "alpha=\(alpha.literal)", "beta=\(beta.literal)",
        rampUp == .scaled ? "" : "warmup=\(rampUp.literal)",
      ])
  }
  public var needsTeacher: Bool { true }

  public func value(_ input: LossInput) throws -> Tensor {
    let teacher = try TargetSplit(input.teacher(for: name), input.labels, for: name)
    let student = try TargetSplit(input.logits, input.labels, for: name)
    let target = try softenedDivergence(
      student: student.pair(temperature: temperature),
      teacher: teacher.pair(temperature: temperature)
    ).mean()
    let others = try softenedDivergence(
      student: student.others, teacher: teacher.others, temperature: temperature
    ).mean()
    let factor = temperature * temperature * rampUp.factor(at: input.moment)
    return try (target * alpha + others * beta) * factor
  }

  static let declaration = Declaration(
    "dkd", "Decoupled distillation: the class and the other classes weighted apart.",
    details: """
      T²·(α·KL over {p_t, 1 − p_t} + β·KL among the other classes, renormalised), of the teacher's \
      softened distribution from the student's, mean over the batch. Zhao et al. 2022, \
      https://arxiv.org/abs/2203.08679. Weight 1 beside ce(); β is 8 for resnet32x4 → resnet8x4, 2 \
      for resnet56 → resnet20, 6 for VGG and WRN, and 0.5 with T = 1 for ImageNet.

      The published term rises over the first 20 of 240 epochs. Of two classes only one is no \
      target, so the second part is then 0. Mixed labels: the class is that of the larger share.
      """,
    LossArguments.temperature(4),
    LossArguments.weight("alpha", "Weight of the class against the rest.", 1),
    LossArguments.weight("beta", "Weight of the other classes among themselves.", 8),
    Argument(
      "warmup", "Epochs over which it comes in; none: a twelfth of the plan.",
      default: RampUp.scaled),
    examples: ["goal = ce() + dkd()", "goal = ce() + dkd(T=4, alpha=1, beta=2, warmup=0)"],
    keywords: ["decoupled", "target class", "TCKD", "NCKD", "non-target"]
  ) { DKD(temperature: $0, alpha: $1, beta: $2, rampUp: $3).goal }
}
