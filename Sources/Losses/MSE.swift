import Catalog
public import Tensors

/// Mean squared difference of the student's and the teacher's logits: mean over N and K.
public struct MSE: Loss {
  public init() {}

  public var name: String { "mse" }
  public func script(_ models: ModelNames) -> String { "mse()" }
  public var needsTeacher: Bool { true }

  public func value(_ input: LossInput) throws -> Tensor {
    let difference = try input.logits - input.teacher(for: name)
    return try (difference * difference).mean()
  }

  static let declaration = Declaration(
    "mse", "Mean squared difference of the student's and the teacher's logits.",
    details: """
      mean((z_S − z_T)²) over batch and classes. Ba and Caruana 2014, \
      https://arxiv.org/abs/1312.6184.
      """,
    examples: ["goal = ce() + 0.5*mse()"],
    keywords: ["logits", "regression", "L2", "distillation"]
  ) { Goal(MSE()) }
}
