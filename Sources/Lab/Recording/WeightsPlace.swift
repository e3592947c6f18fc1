import Catalog
import Training

/// Where `load` reads from: a file or folder by its name, or the checkpoint of a run on record.
enum WeightsPlace: ArgumentType {
  case file(String)
  case record(RunReference)

  static let expected = "a file's name, or a run on record"
  static var valueKind: String? { "string" }

  static func read(_ value: Value) throws -> WeightsPlace {
    if case .string(let path) = value { return .file(path) }
    return .record(try RunReference.read(value))
  }
}
