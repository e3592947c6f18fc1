import Catalog
public import Tensors

/// Pair-wise distillation of Liu et al. (CVPR 2019): mean squared difference of the similarities of
/// all pairs of nodes, a_ij = ⟨f_i, f_j⟩/(‖f_i‖·‖f_j‖).
///
/// A node is the largest number of each channel in a patch of `scale` times the map's height and
/// width (the last ones may be cut off). As in the published code the norms are constants of the
/// gradient. Networks may have different channels; the number of nodes must agree.
public struct Pairwise: Loss {
  public var scale: Double
  public var place: FeatureSelection

  public init(scale: Double = 0.5, on place: FeatureSelection = Pairwise.usualPlace) {
    self.scale = scale
    self.place = place
  }

  /// The pyramid of PSPNet.
  public static let usualPlace = FeatureSelection("psp")

  public var name: String { "pairwise" }
  public var needsTeacher: Bool { true }
  public var sites: FeatureSites { place.sites }

  public func script(_ models: ModelNames) -> String {
    let parts =
      (scale == 0.5 ? [] : ["scale=\(scale.literal)"])
      + (place == Pairwise.usualPlace ? [] : ["on=\(place.literal)"])
    return "pairwise(\(parts.joined(separator: ", ")))"
  }

  public func value(_ input: LossInput) throws -> Tensor {
    try input.maps(place, for: name).map { pair in
      let (student, teacher) = try (similarities(pair.student), similarities(pair.teacher))
      guard student.shape == teacher.shape else {
        throw ShapeError(
          "'\(name)' needs as many nodes in both networks: \(student.shape[1]) of the student's map "
            + "\(shapeText(pair.student.shape)), \(teacher.shape[1]) of the teacher's "
            + shapeText(pair.teacher.shape))
      }
      return try (student - teacher).square().mean()
    }.summed()
  }

  /// N H W C to the similarities [N, nodes, nodes].
  private func similarities(_ map: Tensor) throws -> Tensor {
    func side(_ size: Int) -> Int { max(1, Int(Double(size) * scale)) }
    let pooled = try maxPool(
      map, patchHeight: side(map.shape[1]), patchWidth: side(map.shape[2]))
    let nodes = try pooled.reshaped(
      [map.shape[0], pooled.shape[1] * pooled.shape[2], map.shape[3]])
    let norms = try nodes.detached.square().sum(axes: [2], keepingAxes: true).squareRoot()
    let units = try nodes / (norms + 1e-8)
    return try matmul(units, units, transposeB: true)
  }

  static let declaration = Declaration(
    "pairwise", "Similarities of all pairs of regions, for segmentation.",
    details: """
      Nodes are the largest numbers of patches of `scale` times the map's size, 3×3 of them on a map \
      of 65×65 with scale 0.5; a_ij is the cosine of two nodes' channels, the norms constants of the \
      gradient; mean (a_ij of the teacher − a_ij of the student)². Channels may differ. Liu et al. \
      2019, https://arxiv.org/abs/1903.04197.
      """,
    Argument<Double>("scale", "A patch's share of the map's height and width.", default: 0.5) {
      $0 > 0 && $0 <= 1 ? nil : "must be in 0 … 1, above 0"
    },
    Argument<FeatureSelection>(
      "on", "Modules whose maps are compared; none: the networks' logits.",
      default: Pairwise.usualPlace),
    examples: ["goal = ce() + pairwise(scale=0.5, on=\"psp\")"],
    keywords: ["segmentation", "similarity", "affinity", "structured", "Liu", "distillation"]
  ) { Goal(Pairwise(scale: $0, on: $1)) }
}
