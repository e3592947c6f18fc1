import Catalog
import Foundation

/// Online hard example mining (Shrivastava et al. 2016, https://arxiv.org/abs/1604.03540): samples or
/// pixels whose label has at most a probability count, and in any case so many of the hardest.
///
/// The published code of structured distillation finds the bound on a map of an eighth of the size;
/// here every pixel is looked at.
public struct HardMining: Equatable, Sendable {
  public var threshold: Float
  public var count: Int

  public init(threshold: Float = 0.7, least count: Int = 100_000) {
    self.threshold = threshold
    self.count = count
  }

  var script: String {
    "ohem=\(threshold.literal)" + (count == 100_000 ? "" : ", min_kept=\(count)")
  }

  /// The smallest of the losses −ln p that counts.
  func least(_ losses: [Float]) -> Float {
    guard count < losses.count else { return -.infinity }
    let bound = -log(threshold)
    if losses.count(where: { $0 >= bound }) >= count { return bound }
    return losses.sorted(by: >)[count - 1]
  }
}
