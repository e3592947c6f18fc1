import Catalog
import Losses
import Models

/// Whom calls are made for in these tests: nobody in particular.
final class NoSession: CallContext {}

/// The goal of a call: `make("kd", ["T": 2])`.
func make(_ name: String, _ arguments: [String: Double] = [:]) throws -> Goal {
  try make(name, values: arguments.mapValues { .number($0) })
}

/// The goal of a call with arguments that need not be numbers.
func make(_ name: String, values: [String: Value]) throws -> Goal {
  guard let declaration = lossRegistry.declarations.first(where: { $0.name == name }) else {
    throw Failure(.name, "there is no loss '\(name)'")
  }
  let given = values.sorted { $0.key < $1.key }.map { GivenArgument($0.value, name: $0.key) }
  return try Goal.read(try declaration.call(given, NoSession()))
}

/// A network of the catalogue: `model("mlp", ["size": .number(4)])`.
func model(_ name: String, _ arguments: [String: Value]) throws -> Model {
  guard let declaration = modelRegistry.declarations.first(where: { $0.name == name }) else {
    throw Failure(.name, "there is no network '\(name)'")
  }
  let given = arguments.sorted { $0.key < $1.key }.map { GivenArgument($0.value, name: $0.key) }
  return try Model.read(try declaration.call(given, NoSession()))
}
