import Catalog
public import Layers
public import Tensors

/// Distillation through a projector, Miles and Mikolajczyk (2024): a logarithm of a sum of powers
/// of standardised differences.
public struct SRD: Loss {
  public var exponent: Float
  public var selection: FeatureSelection

  public var name: String { "srd" }
  public func script(_ models: ModelNames) -> String {
    call("srd", ["p=\(exponent.literal)", selection.argument])
  }
  public var needsTeacher: Bool { true }
  public var sites: FeatureSites { .selected(selection, otherwise: .pooled) }

  public func parts(for shapes: LossShapes) throws -> Module? {
    Projectors(shapes.features.map { ($0.student.last ?? 0, $0.teacher.last ?? 0) })
  }

  public func value(_ input: LossInput) throws -> Tensor {
    let projectors = try input.parts(as: Projectors.self, for: name)
    var total = Tensor(0)
    for (index, (a, b)) in try input.features(for: name).enumerated() {
      try checkSamples(a, b, for: name)
      let student = try projectors(index, a.pooledRows(), input.context).standardisedColumns()
      let teacher = try b.detached.pooledRows().standardisedColumns()
      let powers = try (student - teacher).abs().power(exponent)
      // A batch of one sample has no differences after standardising.
      total = try total + (powers.sum() + 1e-8).log()
    }
    return total
  }

  static let declaration = Declaration(
    "srd", "Projected features against the teacher's: log of a sum of powered differences.",
    details: """
      ln Σ |BN(W·f_S + b) − BN(f_T)|^p over samples and channels, BN the standardisation by the \
      batch's mean and deviation without scale and shift, W, b a projector trained with the student. \
      Miles and Mikolajczyk 2024, https://arxiv.org/abs/2303.11098; p = 4 and weight 2, beside ce() \
      and kd(). The logarithm goes below 0. Features: the pooled vector; maps are averaged over \
      their positions. Labels are not looked at.
      """,
    Argument("p", "Power of the differences.", default: Float(4)) {
      $0 >= 1 && $0 <= 16 ? nil : "must be in 1...16"
    },
    LossArguments.on,
    examples: ["goal = ce() + kd(T=4) + 2*srd()"],
    keywords: ["projector", "LogSum", "batch norm", "simple recipe"]
  ) { SRD(exponent: $0, selection: $1).goal }
}

/// A linear layer for each pair, from the student's width to the teacher's.
private final class Projectors: Module {
  let embed: [Linear]

  init(_ pairs: [(student: Int, teacher: Int)]) {
    embed = pairs.map { Linear($0.student, $0.teacher) }
  }

  func callAsFunction(_ index: Int, _ x: Tensor, _ context: Context) throws -> Tensor {
    try embed[index](x, context)
  }
}

extension Tensor {
  /// (x − mean)/√(variance + 1e-5) of every column of N D over the batch.
  fileprivate func standardisedColumns() throws -> Tensor {
    let centred = try self - mean(axes: [0], keepingAxes: true)
    return try centred
      * (centred.square().mean(axes: [0], keepingAxes: true) + 1e-5).reciprocalSquareRoot()
  }
}
