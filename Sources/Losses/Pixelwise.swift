import Catalog
public import Tensors

/// Pixel-wise distillation of Liu et al. (CVPR 2019): T²·KL(softmax(z_T/T) ‖ softmax(z_S/T)) of every
/// pixel, mean over all pixels of the batch.
///
/// The published code takes the cross entropy in place of the divergence, which has a floor of the
/// teacher's entropy, and divides the sum over the batch by the pixels of one image, so that it grows
/// with the batch. `isPublished` does that.
public struct Pixelwise: Loss {
  public var temperature: Float
  public var place: FeatureSelection
  public var isPublished: Bool

  public init(
    temperature: Float = 1, on place: FeatureSelection = .automatic, isPublished: Bool = false
  ) {
    self.temperature = temperature
    self.place = place
    self.isPublished = isPublished
  }

  public var name: String { "pixelwise" }
  public var needsTeacher: Bool { true }
  public var sites: FeatureSites { place.sites }

  public func script(_ models: ModelNames) -> String {
    var parts = temperature == 1 ? [] : ["T=\(temperature.literal)"]
    if place != .automatic { parts.append("on=\(place.literal)") }
    if isPublished { parts.append("reference=true") }
    return "pixelwise(\(parts.joined(separator: ", ")))"
  }

  public func value(_ input: LossInput) throws -> Tensor {
    try input.equalMaps(place, for: name).map { pair in
      let divergence = try softenedDivergence(
        student: pair.student, teacher: pair.teacher, temperature: temperature)
      guard isPublished else { return try divergence.mean() * (temperature * temperature) }
      let pixels = Float(pair.student.shape[1] * pair.student.shape[2])
      return try divergence.sum() * (1 / pixels) + entropy(pair.teacher) / pixels
    }.summed()
  }

  /// −Σ p·ln p over all pixels.
  private func entropy(_ logits: Tensor) throws -> Float {
    let logarithms = try logits.detached.logSoftmax().clamped(-200, 0)
    return try -(logarithms * logarithms.exp()).sum().scalar
  }

  static let declaration = Declaration(
    "pixelwise", "Soft targets of every pixel, for segmentation.",
    details: """
      T²·KL(softmax(z_T/T) ‖ softmax(z_S/T)) of every pixel of logits N H W K, mean over the pixels \
      of the batch. Liu et al. 2019, https://arxiv.org/abs/1903.04197. `reference=true` is the \
      published code's: cross entropy in place of the divergence (with the teacher's entropy as its \
      floor), summed over the batch and divided by the pixels of one image, so that it grows with \
      the batch. That code compares logits at the map's size: `on="head"` of PSPNet.
      """,
    Argument<Float>("T", "Softening temperature of both distributions.", default: 1) {
      $0 > 0 && $0.isFinite ? nil : "must be positive"
    },
    Argument<FeatureSelection>(
      "on", "Modules whose outputs are logits; none: the networks'.",
      default: FeatureSelection.automatic),
    Argument<Bool>("reference", "The published scaling, at T = 1.", default: false),
    examples: ["goal = ce() + 10*pixelwise()"],
    keywords: ["segmentation", "dense", "structured", "Liu", "distillation"]
  ) { (temperature: Float, place: FeatureSelection, isPublished: Bool) in
    guard !isPublished || temperature == 1 else {
      throw Failure(
        .value,
        "pixelwise: 'reference' is the published loss at T = 1, got T=\(temperature.literal)")
    }
    return Goal(Pixelwise(temperature: temperature, on: place, isPublished: isPublished))
  }
}

extension [Tensor] {
  /// The sum of numbers.
  func summed() throws -> Tensor {
    guard let first else { return Tensor(0) }
    return try dropFirst().reduce(first) { try $0 + $1 }
  }
}
