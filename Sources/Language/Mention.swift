public import Catalog

/// An argument that a bare name stands for itself in, as in `forget x` and `help kd`.
///
/// The evaluator does not look the name up; `"x"` and any other expression are values as always.
public enum Mention: ArgumentType {
  case name(String)
  case value(Value)

  public static var expected: String { "a name or a value" }
  public static var valueKind: String? { mentionKind }

  static let mentionKind = "name"

  public static func read(_ value: Value) throws -> Mention {
    if case .object(let object) = value, let mentioned = object as? MentionedName {
      return .name(mentioned.name)
    }
    return .value(value)
  }
}

/// How a mentioned name travels to the declaration that wants it.
struct MentionedName: Object {
  static let kind = "name"
  let name: String
  var line: String { name }
}
