import Catalog
import Training

/// When `fit` keeps the whole run with the records: the language's `checkpoint=`.
enum CheckpointPlan: ArgumentType {
  case none, epochs
  case every(Int)

  static let expected = "true (after each epoch), a number of steps or false"
  static let choices = ["true", "false"]

  static func read(_ value: Value) throws -> CheckpointPlan {
    switch value {
    case .none, .bool(false): return .none
    case .bool(true): return .epochs
    default:
      let steps = try Int.read(value)
      guard steps >= 1 else { throw Mismatch("must be at least 1 step") }
      return .every(steps)
    }
  }

  var literal: String {
    switch self {
    case .none: "false"
    case .epochs: "true"
    case .every(let steps): steps.literal
    }
  }

  /// Whether a run is to be kept after the step that it has just made.
  func wants(_ run: Run, _ target: Int) -> Bool {
    switch self {
    case .none: false
    case .epochs: run.steps % run.stepsPerEpoch == 0 || run.steps == target
    case .every(let steps): run.steps % steps == 0 || run.steps == target
    }
  }
}
