import Catalog

/// Arguments that many losses have.
enum LossArguments {
  static func temperature(_ usual: Float) -> Argument<Float> {
    Argument("T", "Softening temperature of both distributions.", default: usual) {
      isPositive($0)
    }
  }

  static func weight(_ name: String, _ summary: String, _ usual: Float) -> Argument<Float> {
    Argument(name, summary, default: usual) { isNotNegative($0) }
  }

  /// `on=`, where a loss looks at features.
  static let on = Argument(
    "on", "Module paths to look at, or pairs [student's, teacher's]; none: the loss's own choice.",
    default: FeatureSelection.automatic)

  static func isPositive(_ number: Float) -> String? {
    number > 0 && number.isFinite ? nil : "must be positive"
  }

  static func isNotNegative(_ number: Float) -> String? {
    number >= 0 && number.isFinite ? nil : "must be at least 0"
  }
}

/// A call as it would be typed, without the arguments that are empty.
func call(_ name: String, _ arguments: [String]) -> String {
  "\(name)(\(arguments.filter { !$0.isEmpty }.joined(separator: ", ")))"
}

extension FeatureSelection {
  /// `on="layer3"`, empty where the loss chooses.
  var argument: String { pairs.isEmpty ? "" : "on=\(literal)" }
}
