import Catalog
public import Layers
public import Tensors

/// Contrastive representation distillation (Tian et al. 2020): a student's embedding is told from
/// those of other samples by the teacher's, and the other way round.
///
/// With unit embeddings v and a memory w of the other network's, P(i) = exp(v·w_i/τ)/Z and
/// c = K/n: −log P/(P + c) of the same sample − Σ log c/(P + c) over K others, mean over N, for both
/// networks.
public struct CRD: Loss {
  public var temperature: Float
  /// The most negatives a sample; there are never more than other samples.
  public var negatives: Int
  public var width: Int
  public var momentum: Float
  public var on: FeatureSelection

  public var name: String { "crd" }
  public func script(_ models: ModelNames) -> String {
    call(
      name,
      [
        "T=\(temperature.literal)", "K=\(negatives)", width == 128 ? "" : "dim=\(width)",
        momentum == 0.5 ? "" : "momentum=\(momentum.literal)", on.argument,
      ])
  }
  public var needsTeacher: Bool { true }
  public var sites: FeatureSites { .selected(on, otherwise: .pooled) }

  public func parts(for shapes: LossShapes) throws -> Module? {
    guard let pair = shapes.features.first, shapes.features.count == 1 else {
      throw Failure(
        .argument, "'crd' looks at one pair of features, got \(shapes.features.count)",
        advice: "on=\"path\" or on=[[\"student's\", \"teacher's\"]]")
    }
    guard shapes.samples > 1 else {
      throw Failure(.argument, "'crd' needs at least 2 training samples to tell apart")
    }
    return ContrastParts(
      student: pair.student[pair.student.count - 1], teacher: pair.teacher[pair.teacher.count - 1],
      width: width, samples: shapes.samples, seed: shapes.seed)
  }

  public func value(_ input: LossInput) throws -> Tensor {
    guard let pair = try input.features(for: name).first else {
      throw Failure(.state, "'crd' has been given no features")
    }
    let parts = try input.parts(ContrastParts.self, for: name)
    let student = try parts.embed(pair.student, by: parts.studentHead, input.context)
    let teacher = try parts.embed(pair.teacher, by: parts.teacherHead, input.context)
    guard student.shape == teacher.shape, student.shape[0] == input.samples.count else {
      throw ShapeError(
        "'crd' has embeddings \(shapeText(student.shape)) of the student, "
          + "\(shapeText(teacher.shape)) of the teacher and \(input.samples.count) samples")
    }
    let count = min(negatives, parts.samples - 1)
    let drawn = try parts.contrasts(input, count: count)
    let value =
      try contrast(student, parts.teacherBank.value, drawn)
      + contrast(teacher, parts.studentBank.value, drawn)
    if input.context.updatesState {
      try parts.remember(student, teacher, of: input, momentum: momentum)
    }
    return value
  }

  /// Of one network's embeddings N D against the memory n D of the other's.
  ///
  /// - Parameter drawn: N K+1 samples, the own one first.
  private func contrast(_ embedding: Tensor, _ bank: Tensor, _ drawn: Labels) throws -> Tensor {
    let (samples, all) = (embedding.shape[0], bank.shape[0])
    let chosen = drawn.shape[1]
    // Z is what random unit vectors of this width give: n times the mean of exp(v·w/τ). The paper
    // takes that mean from the first batch, whose memory is random too.
    let perSample = 1 / (2 * Double(width) * Double(temperature * temperature))
    let share = Double(chosen - 1) / Double(all)
    let offset = Float(perSample + logarithm(Double(all)) + logarithm(share))
    // A product with the whole memory is cheaper than gathering K rows for each of the batch; a
    // quarter of a gigabyte of products at a time.
    let rows = max(1, (1 << 26) / all)
    var sums: [Tensor] = []
    for low in stride(from: 0, to: samples, by: rows) {
      let range = low..<min(samples, low + rows)
      let part = drawn.values[(range.lowerBound * chosen)..<(range.upperBound * chosen)]
      let flat = part.enumerated().map { Int32($0.offset / chosen * all) + $0.element }
      let places = try Labels(flat, [range.count, chosen])
      // log P − log c
      let odds = try matmul(embedding.slice(range), bank, transposeB: true)
        .affine(scale: 1 / temperature, offset: -offset)
        .reshaped([range.count * all]).gathered(places)
      sums.append(try (-odds.slice(0..<1, axis: 1)).softplus().sum())
      sums.append(try odds.slice(1..<chosen, axis: 1).softplus().sum())
    }
    return try total(sums) * (1 / Float(max(1, samples)))
  }

  private static func temperatureProblem(_ number: Float) -> String? {
    number >= 0.01 && number.isFinite ? nil : "must be at least 0.01"
  }

  private static func countProblem(_ number: Int) -> String? {
    (1...1_000_000).contains(number) ? nil : "must be in 1..1000000"
  }

  private static func widthProblem(_ number: Int) -> String? {
    (1...65_536).contains(number) ? nil : "must be in 1..65536"
  }

  private static func momentumProblem(_ number: Float) -> String? {
    number >= 0 && number < 1 ? nil : "must be in 0 ..< 1"
  }

  static let declaration = Declaration(
    "crd", "Contrastive representation distillation of Tian et al. (2020).",
    details: """
      Both networks' features go through a dense layer each to unit embeddings v; a memory keeps the \
      embedding w of every training sample, moved by w ← m·w + (1 − m)·v. With \
      P(i) = exp(v·w_i/τ)/Z and c = K/n: −log P/(P + c) of the same sample − Σ log c/(P + c) over K \
      others, mean over N, the student's against the teacher's memory and the other way round. \
      Others are drawn by (seed, step) from all n samples but those known to be of the same class; \
      K is at most n − 1. Z is fixed at n·exp(1/(2·dim·τ²)), its mean over random memories, instead \
      of being taken from the first batch. Published weight 0.8. \
      Tian, Krishnan, Isola 2020, https://arxiv.org/abs/1910.10699.
      """,
    Argument("T", "Temperature τ.", default: Float(0.07), check: CRD.temperatureProblem),
    Argument("K", "Negatives of each sample.", default: 16384, check: CRD.countProblem),
    Argument("dim", "Width of the embeddings.", default: 128, check: CRD.widthProblem),
    Argument(
      "momentum", "Share m of the old in the memory.", default: Float(0.5),
      check: CRD.momentumProblem),
    FeatureSelection.argument("the pooled vectors"),
    examples: ["goal = ce() + 0.8*crd()", "goal = ce() + 0.8*crd(K=4096)"],
    keywords: ["contrastive", "memory bank", "NCE", "representation", "distillation"]
  ) { Goal(CRD(temperature: $0, negatives: $1, width: $2, momentum: $3, on: $4)) }
}
