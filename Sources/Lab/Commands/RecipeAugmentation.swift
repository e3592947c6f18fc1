import Catalog
import Datasets

/// The augmentation of a recipe: the one that suits the data, or one that was asked for.
enum RecipeAugmentation: ArgumentType {
  case byRule
  case given(Augmentation)

  static let expected = "an augmentation, none or \"auto\""
  static let choices = ["auto"]

  static func read(_ value: Value) throws -> RecipeAugmentation {
    if case .string("auto") = value { return .byRule }
    return .given(try Augmentation.read(value))
  }

  var literal: String {
    switch self {
    case .byRule: "\"auto\""
    case .given(let augmentation): augmentation.script
    }
  }
}
