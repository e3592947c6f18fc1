import Catalog
public import Tensors

/// Multi-level logit distillation of Jin et al. (2023): samples, batch and classes at several
/// temperatures.
public struct MLKD: Loss {
  public var temperatures: [Float]

  public var name: String { "mlkd" }
  public func script(_ models: ModelNames) -> String { "mlkd(T=\(temperatures.literal))" }
  public var needsTeacher: Bool { true }

  public func value(_ input: LossInput) throws -> Tensor {
    let teacher = try input.teacher(for: name)
    guard input.logits.rank == 2 else {
      throw ShapeError(
        "'mlkd' compares every sample with every other: it needs logits N K, got "
          + shapeText(input.logits.shape))
    }
    var total: Tensor?
    for temperature in temperatures {
      let part = try levels(input.logits, teacher, temperature)
      total = try total.map { try $0 + part } ?? part
    }
    return total ?? Tensor(0)
  }

  private func levels(_ a: Tensor, _ b: Tensor, _ temperature: Float) throws -> Tensor {
    let divergence = try softenedDivergence(student: a, teacher: b, temperature: temperature).mean()
    let student = try (a * (1 / temperature)).softmax()
    let teacher = try (b * (1 / temperature)).softmax()
    let samples =
      try matmul(student, student, transposeB: true)
      - matmul(teacher, teacher, transposeB: true)
    let classes =
      try matmul(student, student, transposeA: true)
      - matmul(teacher, teacher, transposeA: true)
    let batch = Float(max(1, a.shape[0]))
    return try divergence * (temperature * temperature)
      + samples.square().sum() * (1 / batch)
      + classes.square().sum() * (1 / Float(max(1, a.shape[1])))
  }

  static let declaration = Declaration(
    "mlkd", "Logits distilled at three levels: samples, batch and classes.",
    details: """
      Σ over temperatures of T²·KL(p_T ‖ p_S) + ‖P_S·P_Sᵀ − P_T·P_Tᵀ‖²/N + ‖P_Sᵀ·P_S − P_Tᵀ·P_T‖²/K, \
      p = softmax(z/T), P [N, K]. Jin, Wang, Lin 2023, \
      https://openaccess.thecvf.com/content/CVPR2023/html/Jin_Multi-Level_Logit_Distillation_CVPR_2023_paper.html. \
      Weight 1 beside ce(). The published code adds the same terms for a second, strongly augmented \
      view of each picture and leaves the more confident half of the samples and classes out of \
      the first view's; here the one view that the run has counts whole. Labels are not looked at.
      """,
    Argument(
      "T", "Softening temperatures, each with terms of its own.",
      default: [2, 3, 4, 5, 6] as [Float]
    ) { list in
      list.isEmpty
        ? "must name at least one temperature"
        : list.compactMap { LossArguments.isPositive($0) }.first
    },
    examples: ["goal = ce() + mlkd()", "goal = ce() + mlkd(T=[2, 4])"],
    keywords: ["multi-level", "batch", "class correlation", "Gram matrix"]
  ) { MLKD(temperatures: $0).goal }
}
