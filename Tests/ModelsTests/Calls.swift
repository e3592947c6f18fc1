import Catalog
import Checkpoints
import Layers
import Models
import Tensors
import TestSupport

/// Whom calls are made for in these tests: nobody in particular.
final class NoSession: CallContext {}

/// The model of a call: `make("resnet8x4", ["classes": 10])`.
func make(_ name: String, _ arguments: [String: Value] = [:]) throws -> Model {
  let declarations = modelRegistry.declarations
  guard
    let declaration = declarations.first(where: { ([$0.name] + $0.aliases).contains(name) })
  else {
    throw Failure(.name, "there is no model '\(name)'")
  }
  let given = arguments.sorted { $0.key < $1.key }.map { GivenArgument($0.value, name: $0.key) }
  return try Model.read(try declaration.call(given, NoSession()))
}

extension Model {
  /// Fills parameters and running statistics by formula, through a checkpoint.
  func fill(seed: Int) throws {
    let entries = try checkpointEntries().map { entry in
      entry.array.type == .int64
        ? entry
        : Checkpoint.Entry(
          entry.name,
          StoredArray(
            Formula.weight(entry.name, entry.array.shape, seed: seed), shape: entry.array.shape))
    }
    try load(Checkpoint(entries), from: "formula")
  }
}
