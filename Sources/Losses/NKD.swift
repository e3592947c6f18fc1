import Catalog
public import Tensors

/// Normalised distillation of Yang et al. (2023): the class's own soft label, and the others
/// renormalised.
public struct NKD: Loss {
  public var temperature: Float
  public var gamma: Float

  public var name: String { "nkd" }
  public func script(_ models: ModelNames) -> String {
    call("nkd", ["gamma=\(gamma.literal)", "T=\(temperature.literal)"])
  }
  public var needsTeacher: Bool { true }

  public func value(_ input: LossInput) throws -> Tensor {
    let logits = try input.teacher(for: name)
    let teacher = try TargetSplit(logits, input.labels, for: name)
    let student = try TargetSplit(input.logits, input.labels, for: name)
    let likely = try logits.softmax().picked(input.labels)
    let target = try (likely * input.logits.logSoftmax().picked(input.labels)).mean()
    let scale = 1 / temperature
    let others = try ((teacher.others * scale).softmax() * (student.others * scale).logSoftmax())
      .sum(axes: [-1]).mean()
    return try -(target + others * (gamma * temperature * temperature))
  }

  static let declaration = Declaration(
    "nkd", "Normalised distillation: soft label of the class, the others renormalised.",
    details: """
      −p_T(t)·ln p_S(t) − γ·T²·Σ_{i≠t} q_T(i)·ln q_S(i), q the distribution of the other classes \
      softened by T and made to sum to 1; mean over the batch. Cross entropies, so it does not end \
      at 0. Yang et al. 2023, https://arxiv.org/abs/2303.13005; γ = 1.5, T = 1, weight 1 beside \
      ce(). Mixed labels: the class t is that of the larger share.
      """,
    LossArguments.weight("gamma", "Weight γ of the other classes.", 1.5),
    LossArguments.temperature(1),
    examples: ["goal = ce() + nkd(gamma=1.5, T=1)"],
    keywords: ["normalized", "non-target", "USKD"]
  ) { NKD(temperature: $1, gamma: $0).goal }
}
