import Catalog
import Losses

extension LossCase {
  /// Losses of which something must be said; every other one is tested with its defaults on
  /// pictures, with features of different widths, and is zero where the student is the teacher.
  static let particular: [LossCase] = [
    LossCase(name: "ce", minimum: .labels)
  ]
}
