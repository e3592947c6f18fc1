import Catalog
public import Layers
public import Tensors

/// Flow of solution procedure (Yim et al. 2017): how the channels of one stage go with those of the
/// next.
///
/// G = (1/HW)·Σ over pixels of a·bᵀ between neighbouring places a, b of a network; mean (G_S − G_T)²
/// over N and both channels, summed over the neighbours.
public struct FSP: Loss {
  public var on: FeatureSelection

  public init(on: FeatureSelection = .automatic) { self.on = on }

  public var name: String { "fsp" }
  public func script(_ models: ModelNames) -> String {
    call(name, [on.argument])
  }
  public var needsTeacher: Bool { true }
  public var sites: FeatureSites { .selected(on, otherwise: .stemAndStages) }

  public func parts(for shapes: LossShapes) throws -> Module? {
    try FeatureAdapters(shapes) { FeatureAdapter($0, resizes: false) }
  }

  public func value(_ input: LossInput) throws -> Tensor {
    let pairs = try input.parts(FeatureAdapters.self, for: name).pairs(of: input, for: name)
    guard pairs.count > 1 else {
      throw Failure(
        .argument, "'fsp' compares neighbouring places and has \(pairs.count) of them",
        advice: "name at least two: on=[\"layer1\", \"layer2\"]")
    }
    return try total(
      try zip(pairs, pairs.dropFirst()).map { low, high in
        let student = try flow(low.student, high.student)
        return try (student - flow(low.teacher, high.teacher)).square().mean()
      })
  }

  /// N C C′ of maps N H W C and N H′ W′ C′, the larger one averaged down.
  private func flow(_ low: Tensor, _ high: Tensor) throws -> Tensor {
    let a = try shrunk(low, height: high.shape[1], width: high.shape[2])
    let b = try shrunk(high, height: low.shape[1], width: low.shape[2])
    let pixels = a.shape[1] * a.shape[2]
    return try matmul(
      try a.reshaped([a.shape[0], pixels, a.shape[3]]),
      try b.reshaped([b.shape[0], pixels, b.shape[3]]), transposeA: true)
      * (1 / Float(max(1, pixels)))
  }

  static let declaration = Declaration(
    "fsp", "Flow of solution procedure of Yim et al. (2017).",
    details: """
      G = (1/HW)·Σ over pixels of a·bᵀ for neighbouring places a, b of one network (the larger map \
      averaged down to the smaller); mean((G_S − G_T)²) over N and both channels, summed over the \
      neighbours. Student and teacher may differ in size but not in channels; where they do, a 1×1 \
      convolution of the student's features, trained with it, stands between (not in the paper). \
      Published weight 50, in a stage of its own before the training on labels. Yim et al. 2017, \
      https://openaccess.thecvf.com/content_cvpr_2017/papers/Yim_A_Gift_From_CVPR_2017_paper.pdf.
      """,
    FeatureSelection.argument("the stem and the map of every stage"),
    examples: ["goal = ce() + 50*fsp()", "goal = ce() + 50*fsp(on=[\"layer1\", \"layer3\"])"],
    keywords: ["flow of solution procedure", "Gram matrix", "features", "distillation"]
  ) { Goal(FSP(on: $0)) }
}
