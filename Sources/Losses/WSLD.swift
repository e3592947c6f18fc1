import Catalog
public import Tensors

/// Weighted soft labels of Zhou et al. (2021): samples the student has already learned count less.
public struct WSLD: Loss {
  public var temperature: Float

  public init(temperature: Float = 2) { self.temperature = temperature }

  public var name: String { "wsld" }
  public func script(_ models: ModelNames) -> String { "wsld(T=\(temperature.literal))" }
  public var needsTeacher: Bool { true }

  public func value(_ input: LossInput) throws -> Tensor {
    let teacher = try input.teacher(for: name)
    let scale = 1 / temperature
    let soft = try ((teacher * scale).softmax() * (input.logits * scale).logSoftmax())
      .sum(axes: [-1])
    return try (soft * weights(input)).mean() * -(temperature * temperature)
  }

  /// Each sample's weight 1 − e^(−CE_S/CE_T): a constant of the tape.
  public func weights(_ input: LossInput) throws -> Tensor {
    let labels = try input.distribution()
    func errors(_ logits: Tensor) throws -> Tensor {
      -(try (logits.detached.logSoftmax() * labels).sum(axes: [-1]))
    }
    let ratio = try errors(input.logits) / (errors(input.teacher(for: name)) + 1e-7)
    return try 1 - (-ratio).exp()
  }

  static let declaration = Declaration(
    "wsld", "Soft labels that count less where the student is as sure as the teacher.",
    details: """
      T²·w·(−Σ softmax(z_T/T)·ln softmax(z_S/T)), mean over the batch, with w = \
      1 − exp(−CE_S/CE_T) a constant of the gradient, CE the cross entropies of student and teacher \
      with the labels at T = 1. A cross entropy, so it does not end at 0. Zhou et al. 2021, \
      https://arxiv.org/abs/2102.00650; T = 2, weight 2.5 beside ce() for ImageNet. Mixed labels: \
      the cross entropies are with the mixture.
      """,
    LossArguments.temperature(2),
    examples: ["goal = ce() + 2.5*wsld(T=2)"],
    keywords: ["weighted soft labels", "bias-variance", "sample weights"]
  ) { WSLD(temperature: $0).goal }
}
