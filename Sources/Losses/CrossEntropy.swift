import Catalog
public import Tensors

/// Cross entropy of the student's prediction with the labels, mean over the batch:
/// −Σ_k t_k log softmax(z)_k, t smoothed to (1 − s)·t + s/K.
public struct CrossEntropy: Loss {
  public var smoothing: Float

  public init(smoothing: Float = 0) { self.smoothing = smoothing }

  public var name: String { "ce" }
  public func script(_ models: ModelNames) -> String {
    smoothing == 0 ? "ce()" : "ce(smoothing=\(smoothing.literal))"
  }
  public var needsTeacher: Bool { false }

  public func value(_ input: LossInput) throws -> Tensor {
    switch input.targets {
    case .hard(let labels):
      return try crossEntropy(input.logits, labels, smoothing: smoothing)
    case .soft(let targets):
      let classes = Float(targets.shape.last ?? 1)
      let smooth =
        smoothing > 0 ? try targets * (1 - smoothing) + smoothing / classes : targets
      let samples = Float(max(1, input.logits.shape.first ?? 1))
      return try (input.logits.logSoftmax() * smooth).sum() * (-1 / samples)
    }
  }

  static let declaration = Declaration(
    "ce", "Cross entropy with the labels.",
    details: """
      −Σ_k t_k log softmax(z)_k, mean over the batch, with targets t smoothed to \
      (1 − s)·t + s/K (Szegedy et al. 2016, https://arxiv.org/abs/1512.00567).
      """,
    Argument("smoothing", "Share s of the target spread over all classes.", default: Float(0)) {
      $0 >= 0 && $0 < 1 ? nil : "must be in 0 ..< 1"
    },
    examples: ["goal = ce()", "goal = ce(smoothing=0.1)"],
    keywords: ["label smoothing", "classification", "likelihood"]
  ) { Goal(CrossEntropy(smoothing: $0)) }
}
