public import Catalog
import Foundation
public import Layers
public import Tensors

/// How correlation congruence sees two samples.
public enum CorrelationKernel: String, Choice, Sendable {
  /// Peng et al.: a Gaussian kernel by its Taylor series.
  case gaussian
  /// The variant of the CIFAR-100 tables: differences between the networks, sample by neighbour.
  case difference
}

/// Correlation congruence of Peng et al. (2019): how samples of a batch correlate.
public struct CC: Loss {
  public var kernel: CorrelationKernel
  /// Sharpness γ of the Gaussian kernel.
  public var gamma: Float
  /// Last power of its Taylor series.
  public var order: Int
  public var selection: FeatureSelection

  /// Width of the embeddings that the variant compares in.
  static let width = 128

  public var name: String { "cc" }
  public func script(_ models: ModelNames) -> String {
    let own =
      kernel == .gaussian
      ? ["gamma=\(gamma.literal)", "order=\(order)"] : ["kernel=\(kernel.literal)"]
    return call("cc", own + [selection.argument])
  }
  public var needsTeacher: Bool { true }
  public var sites: FeatureSites { .selected(selection, otherwise: .pooled) }

  public func parts(for shapes: LossShapes) throws -> Module? {
    guard kernel == .difference else { return nil }
    return PairedEmbeddings(
      shapes.features.map { ($0.student.last ?? 0, $0.teacher.last ?? 0) }, width: CC.width)
  }

  public func value(_ input: LossInput) throws -> Tensor {
    var total = Tensor(0)
    for (index, (a, b)) in try input.features(for: name).enumerated() {
      try checkSamples(a, b, for: name)
      let (student, teacher) = (try a.pooledRows(), try b.detached.pooledRows())
      let part =
        kernel == .gaussian
        ? try (correlations(student) - correlations(teacher)).square().mean()
        : try neighbours(index, student, teacher, input)
      total = try total + part
    }
    return total
  }

  /// Σ_p e^(−2γ)·(2γ)^p/p!·(x_i·x_j)^p of rows of length 1, N N.
  private func correlations(_ features: Tensor) throws -> Tensor {
    let rows = try features.unitRows()
    let cosines = try matmul(rows, rows, transposeB: true)
    var power = Tensor(repeating: 1, cosines.shape)
    var factor: Float = 1
    var sum = power
    for exponent in stride(from: 1, through: order, by: 1) {
      power = try power * cosines
      factor *= 2 * gamma / Float(exponent)
      sum = try sum + power * factor
    }
    return try sum * Float(exp(-2 * Double(gamma)))
  }

  private func neighbours(
    _ index: Int, _ student: Tensor, _ teacher: Tensor, _ input: LossInput
  ) throws -> Tensor {
    let parts = try input.parts(as: PairedEmbeddings.self, for: name)
    let (a, b) = try parts(index, student, teacher, input.context)
    let distances = try (a - b).abs()
    let samples = distances.shape[0]
    guard samples > 1 else { return try distances.sum() * 0 }
    return try (distances.slice(0..<samples - 1) * distances.slice(1..<samples))
      .sum(axes: [1]).mean()
  }

  static let declaration = Declaration(
    "cc", "Correlation between the samples of a batch is the teacher's.",
    details: """
      mean over pairs of (c_S − c_T)², c_ij = Σ_{p=0..P} e^(−2γ)·(2γ)^p/p!·(x_i·x_j)^p, the Taylor \
      series of the Gaussian kernel e^(−γ‖x_i − x_j‖²) of features x of length 1, with γ = 0.4 and \
      P = 2. Peng et al. 2019, https://arxiv.org/abs/1904.01802.

      `kernel="difference"` is what the tables for CIFAR-100 call CC, with weight 0.02: \
      mean over neighbours in the batch of Σ |d_i|·|d_{i+1}|, d the difference of both networks' \
      features after a linear embedding of 128 each, trained with the student. Features: the pooled \
      vector; maps are averaged over their positions. Labels are not looked at.
      """,
    Argument(
      "kernel", "How two samples are compared.", default: CorrelationKernel.gaussian),
    Argument("gamma", "Sharpness γ of the Gaussian kernel.", default: Float(0.4)) {
      LossArguments.isPositive($0)
    },
    Argument("order", "Last power P of its series.", default: 2) {
      (1...16).contains($0) ? nil : "must be in 1...16"
    },
    LossArguments.on,
    examples: ["goal = ce() + 100*cc()", "goal = ce() + 0.02*cc(kernel=\"difference\")"],
    keywords: ["correlation congruence", "CCKD", "kernel", "relation"]
  ) { CC(kernel: $0, gamma: $1, order: $2, selection: $3).goal }
}
