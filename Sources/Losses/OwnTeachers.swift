public import Catalog
public import Models
import Tensors

/// Models that a term learns from in place of the run's teacher: the argument `teacher=`.
public struct OwnTeachers: ArgumentType {
  public var models: [Model]

  public init(_ models: [Model] = []) { self.models = models }

  public static let expected = "a model, a list of models or none"
  public static var valueKind: String? { "model" }

  public static func read(_ value: Value) throws -> OwnTeachers {
    switch value {
    case .none: return OwnTeachers()
    case .list(let items):
      let models = try items.map { try Model.read($0) }
      for (index, model) in models.enumerated()
      where models[..<index].contains(where: { $0 === model }) {
        throw Mismatch("the list names \(model.name) twice")
      }
      guard !models.isEmpty else { throw Mismatch("the list of teachers is empty") }
      return OwnTeachers(models)
    default: return OwnTeachers([try Model.read(value)])
    }
  }

  public var literal: String { script(.own) }

  func script(_ names: ModelNames) -> String {
    switch models.count {
    case 0: "none"
    case 1: names.name(models[0])
    default: "[" + models.map(names.name).joined(separator: ", ") + "]"
    }
  }

  /// `teacher=a`, empty where there is none.
  func argument(_ names: ModelNames) -> String {
    models.isEmpty ? "" : "teacher=\(script(names))"
  }
}
