public import Catalog
public import Optimizers

/// How long a term takes to come in: its factor rises from step to step in a straight line to 1.
///
/// Published recipes give epochs of their own long plan; none scales them to this run's.
public enum RampUp: ArgumentType, Equatable, Sendable {
  /// A twelfth of the plan: 20 epochs of the 240 that the CIFAR recipes take.
  case scaled
  case epochs(Double)

  public static let expected = "a number of epochs or none"
  public static var valueKind: String? { "number" }

  public static func read(_ value: Value) throws -> RampUp {
    switch value {
    case .none: return .scaled
    case .number(let epochs):
      guard epochs >= 0, epochs.isFinite else { throw Mismatch("epochs must be at least 0") }
      return .epochs(epochs)
    default: throw Mismatch()
    }
  }

  public var literal: String {
    switch self {
    case .scaled: "none"
    case .epochs(let epochs): numberText(epochs)
    }
  }

  /// What a term is multiplied with at a moment: min(1, (step + 1)/steps of the rise).
  ///
  /// The published code rises once an epoch; here it rises with every step, so that it means the
  /// same under a plan of few epochs.
  public func factor(at moment: Moment) -> Float {
    let rise =
      switch self {
      case .scaled: Double(moment.total) / 12
      case .epochs(let epochs): epochs * Double(moment.stepsPerEpoch)
      }
    let done = Double(moment.step) + 1
    return rise > done ? Float(done / rise) : 1
  }
}
