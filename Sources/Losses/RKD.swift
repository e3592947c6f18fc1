import Catalog
public import Tensors

/// Relations of Park et al. (2019): distances of pairs and angles of triplets of samples.
public struct RKD: Loss {
  /// Weight of the distances.
  public var distance: Float
  /// Weight of the angles.
  public var angle: Float
  public var selection: FeatureSelection

  public var name: String { "rkd" }
  public func script(_ models: ModelNames) -> String {
    call(
      "rkd", ["distance=\(distance.literal)", "angle=\(angle.literal)", selection.argument])
  }
  public var needsTeacher: Bool { true }
  public var sites: FeatureSites { .selected(selection, otherwise: .pooled) }

  /// Angles of more samples would not fit into memory: they are as many as N³.
  static let most = 512

  public func value(_ input: LossInput) throws -> Tensor {
    var total = Tensor(0)
    for (a, b) in try input.features(for: name) {
      try checkSamples(a, b, for: name)
      guard angle == 0 || a.shape[0] <= RKD.most else {
        throw ShapeError(
          "'rkd' looks at all triplets of at most \(RKD.most) samples, got \(a.shape[0]); "
            + "angle=0 looks at pairs alone")
      }
      let (student, teacher) = (try Relations(a), try Relations(b.detached))
      if distance > 0 {
        let difference = try student.relativeDistances() - teacher.relativeDistances()
        total = try total + smoothL1(difference).mean() * distance
      }
      if angle > 0 {
        let difference = try student.angles() - teacher.angles()
        total = try total + smoothL1(difference).mean() * angle
      }
    }
    return total
  }

  static let declaration = Declaration(
    "rkd", "Relations between samples: distances of pairs, angles of triplets.",
    details: """
      d·mean over pairs of h(ψ_S − ψ_T) + a·mean over triplets of h(cos_S − cos_T), h Huber's loss \
      with bound 1, ψ the distance of two samples over the mean distance of the batch, cos the \
      cosine of the angle that two samples make at a third. All N² pairs and N³ triplets count, \
      those of a sample with itself as 0. Park et al. 2019, https://arxiv.org/abs/1904.05068, \
      weights 25 and 50 as in the tables for CIFAR-100. Features: the pooled vector. Labels are not \
      looked at.
      """,
    LossArguments.weight("distance", "Weight of the distances.", 25),
    LossArguments.weight("angle", "Weight of the angles.", 50),
    LossArguments.on,
    examples: ["goal = ce() + rkd()", "goal = ce() + rkd(distance=25, angle=0)"],
    keywords: ["relational", "distance", "angle", "triplet", "metric"]
  ) { RKD(distance: $0, angle: $1, selection: $2).goal }
}

/// Distances and angles between the samples of a batch.
private struct Relations {
  let count: Int
  /// Products of the samples' rows less their mean, N N; distances and angles do not know the mean.
  let products: Tensor
  /// 1 for two different samples.
  let apart: Tensor
  /// Their distances, 0 of a sample from itself.
  let distances: Tensor

  init(_ features: Tensor) throws {
    let rows = try features.sampleRows()
    count = rows.shape[0]
    let centred = try rows - rows.mean(axes: [0], keepingAxes: true)
    products = try matmul(centred, centred, transposeB: true)
    let one = try Labels((0..<count).map { Int32($0) }).oneHot(count)
    apart = try 1 - one
    let own = try (products * one).sum(axes: [1])
    let squares = try own.reshaped([count, 1]) + own.reshaped([1, count]) - products * 2
    // PyTorch's bound 1e-12 from below; the diagonal is kept away from the root's steep end.
    distances = try (squares.clamped(1e-12, .infinity) * apart + one).squareRoot() * apart
  }

  func relativeDistances() throws -> Tensor {
    let pairs = Float(max(1, count * (count - 1)))
    return try distances / (distances.sum() * (1 / pairs) + 1e-12)
  }

  /// The cosine at j between i and k, N N N over (j, i, k): with G the products,
  /// (G_ik − G_ji − G_jk + G_jj)/(d_ji·d_jk), so that no difference of rows is ever laid out.
  func angles() throws -> Tensor {
    let inverse = try (distances + (1 - apart)).reciprocal() * apart
    let diagonal = try (products * (1 - apart)).sum(axes: [1])
    let corner =
      try products.reshaped([1, count, count]) - products.reshaped([count, count, 1])
      - products.reshaped([count, 1, count]) + diagonal.reshaped([count, 1, 1])
    return try corner * inverse.reshaped([count, count, 1]) * inverse.reshaped([count, 1, count])
  }
}
