import Catalog
public import Layers
public import Tensors

/// Channel-wise distillation of Shu et al. (2021): each channel's map is a distribution over the
/// positions; T²·KL(softmax(z_T/T) ‖ softmax(z_S/T)) over H·W, mean over images and channels.
///
/// Features of other channels than the teacher's go through a trained 1×1 convolution first.
public struct CWD: Loss {
  public var temperature: Float
  public var place: FeatureSelection

  public init(temperature: Float = 4, on place: FeatureSelection = .automatic) {
    self.temperature = temperature
    self.place = place
  }

  public var name: String { "cwd" }
  public var needsTeacher: Bool { true }
  public var sites: FeatureSites { place.sites }

  public func script(_ models: ModelNames) -> String {
    "cwd(T=\(temperature.literal)\(place == .automatic ? "" : ", on=\(place.literal)"))"
  }

  public func parts(for shapes: LossShapes) throws -> Module? {
    let adapters = shapes.features.map { pair -> Module in
      guard let student = pair.student.last, let teacher = pair.teacher.last,
        student != teacher
      else { return Activate(.none) }
      return Conv2d(student, teacher, kernel: 1)
    }
    return adapters.contains { $0 is Conv2d } ? Sequential(adapters) : nil
  }

  public func value(_ input: LossInput) throws -> Tensor {
    let adapters = (input.parts as? Sequential)?.parts
    let pairs = try input.maps(place, for: name)
    return try pairs.enumerated().map { index, pair in
      var student = pair.student
      if let adapters, adapters.indices.contains(index) {
        student = try adapters[index](student, input.context)
      }
      guard student.shape == pair.teacher.shape else {
        throw ShapeError.unlike(name, student, pair.teacher)
      }
      let divergence = try softenedDivergence(
        student: rows(student), teacher: rows(pair.teacher), temperature: temperature)
      return try divergence.mean() * (temperature * temperature)
    }.summed()
  }

  /// N H W C to a row a channel, [N, C, H·W].
  private func rows(_ map: Tensor) throws -> Tensor {
    try map.reshaped([map.shape[0], map.shape[1] * map.shape[2], map.shape[3]])
      .transposed([0, 2, 1])
  }

  static let declaration = Declaration(
    "cwd", "Channel-wise distillation of Shu et al. (2021), for segmentation.",
    details: """
      Each channel's map divided by T is a distribution over its positions; \
      T²·KL(teacher ‖ student), mean over images and channels. Features whose channels differ go \
      through a trained 1×1 convolution. Shu et al. 2021, https://arxiv.org/abs/2011.13256.
      """,
    Argument<Float>("T", "Softening temperature of both distributions.", default: 4) {
      $0 > 0 && $0.isFinite ? nil : "must be positive"
    },
    Argument<FeatureSelection>(
      "on", "Modules whose maps are compared; none: the networks' logits.",
      default: FeatureSelection.automatic),
    examples: ["goal = ce() + 3*cwd(T=4)"],
    keywords: ["segmentation", "dense", "channel", "Shu", "distillation"]
  ) { Goal(CWD(temperature: $0, on: $1)) }
}
