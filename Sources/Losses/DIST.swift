import Catalog
public import Tensors

/// Distillation from a stronger teacher, Huang et al. (2022): correlations in place of divergences.
public struct DIST: Loss {
  public var temperature: Float
  /// Weight of the correlation over the classes, sample by sample.
  public var beta: Float
  /// Weight of the correlation over the samples, class by class.
  public var gamma: Float

  public var name: String { "dist" }
  public func script(_ models: ModelNames) -> String {
    call(
      "dist",
      ["T=\(temperature.literal)", "beta=\(beta.literal)", "gamma=\(gamma.literal)"])
  }
  public var needsTeacher: Bool { true }

  public func value(_ input: LossInput) throws -> Tensor {
    let scale = 1 / temperature
    let classes = input.logits.shape.last ?? 1
    let teacher = try (input.teacher(for: name) * scale).softmax().reshaped([-1, classes])
    let student = try (input.logits * scale).softmax().reshaped([-1, classes])
    let between = try 1 - correlation(student, teacher, along: 1).mean()
    let within = try 1 - correlation(student, teacher, along: 0).mean()
    return try (between * beta + within * gamma) * (temperature * temperature)
  }

  /// Pearson's correlation along an axis of two tensors R K.
  private func correlation(_ a: Tensor, _ b: Tensor, along axis: Int) throws -> Tensor {
    let x = try a - a.mean(axes: [axis], keepingAxes: true)
    let y = try b - b.mean(axes: [axis], keepingAxes: true)
    // The square of 1e-8, PyTorch's bound of a norm from below.
    let size = try (x.square().sum(axes: [axis]) + 1e-16).squareRoot()
    let other = try (y.square().sum(axes: [axis]) + 1e-16).squareRoot()
    return try (x * y).sum(axes: [axis]) / (size * other)
  }

  static let declaration = Declaration(
    "dist", "Correlation with a stronger teacher, over classes and over samples.",
    details: """
      T²·(β·(1 − mean over samples of ρ over the classes) + γ·(1 − mean over classes of ρ over the \
      samples)), ρ Pearson's correlation of softmax(z_S/T) with softmax(z_T/T). Huang et al. 2022, \
      https://arxiv.org/abs/2205.10536. β = γ = 1 and T = 1 for ImageNet, β = γ = 2 and T = 4 for \
      CIFAR; weight 1 beside ce(). A batch of one sample has no correlation over samples. Labels \
      are not looked at.
      """,
    LossArguments.temperature(1),
    LossArguments.weight("beta", "Weight of the correlation over classes.", 1),
    LossArguments.weight("gamma", "Weight of the correlation over samples.", 1),
    examples: ["goal = ce() + dist()", "goal = ce() + dist(T=4, beta=2, gamma=2)"],
    keywords: ["Pearson", "correlation", "stronger teacher", "relation"]
  ) { DIST(temperature: $0, beta: $1, gamma: $2).goal }
}
