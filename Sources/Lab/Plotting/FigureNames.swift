import Catalog

/// One name or a list of names: the language's `y="loss"` or `y=["loss", "kd"]`.
struct FigureNames: ArgumentType {
  var items: [String] = []

  static let expected = "a string or a list of strings"
  static var valueKind: String? { "string" }

  static func read(_ value: Value) throws -> FigureNames {
    switch value {
    case .none: return FigureNames()
    case .string(let name): return FigureNames(items: [name])
    case .list: return FigureNames(items: try [String].read(value))
    default: throw Mismatch()
    }
  }

  var literal: String {
    items.isEmpty ? "none" : items.count == 1 ? items[0].literal : items.literal
  }
}
