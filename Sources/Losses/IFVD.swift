import Catalog
public import Tensors

/// Intra-class feature variation distillation of Wang et al. (ECCV 2020): mean squared difference of
/// the networks' cosines between a pixel's feature and the mean feature of its class in its image.
///
/// The mask is taken to the map's size by nearest pixels. Pixels whose label does not count have no
/// class and add nothing; the mean is over all pixels, as in the published code.
public struct IFVD: Loss {
  public var place: FeatureSelection

  public init(on place: FeatureSelection = Pairwise.usualPlace) { self.place = place }

  public var name: String { "ifvd" }
  public var needsTeacher: Bool { true }
  public var sites: FeatureSites { place.sites }

  public func script(_ models: ModelNames) -> String {
    "ifvd(\(place == Pairwise.usualPlace ? "" : "on=\(place.literal)"))"
  }

  public func value(_ input: LossInput) throws -> Tensor {
    let labels = input.labels
    guard labels.shape.count == 3 else {
      throw ShapeError(
        "'\(name)' needs a mask N H W, not labels \(shapeText(labels.shape))")
    }
    let classes = input.logits.shape.last ?? 1
    return try input.maps(place, for: name).map { pair in
      let (mask, other) = (
        try ClassMask(labels, classes, like: pair.student),
        try ClassMask(labels, classes, like: pair.teacher)
      )
      guard pair.student.shape.dropLast() == pair.teacher.shape.dropLast() else {
        throw ShapeError.unlike(name, pair.student, pair.teacher)
      }
      let difference =
        try mask.similarities(pair.student) - other.similarities(pair.teacher)
      return try (difference * mask.counted).square().mean()
    }.summed()
  }

  static let declaration = Declaration(
    "ifvd", "Variation within classes of Wang et al. (2020), for segmentation.",
    details: """
      The cosine of each pixel's feature and the mean feature of its class in its image; mean \
      squared difference of the teacher's and the student's. Channels may differ. The published \
      weight is 200. Wang et al. 2020, https://doi.org/10.1007/978-3-030-58571-6_21; \
      masks are taken to the map's size by nearest pixels.
      """,
    Argument<FeatureSelection>(
      "on", "Modules whose maps are compared; none: the networks' logits.",
      default: Pairwise.usualPlace),
    examples: ["goal = ce() + 200*ifvd()"],
    keywords: ["segmentation", "prototype", "class", "Wang", "distillation"]
  ) { Goal(IFVD(on: $0)) }
}
