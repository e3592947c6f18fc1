import Catalog
import Checkpoints
import Foundation
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

/// The model of a call as models print it: `make(script: "resnet8x4(classes=10, channels=1)")`.
func make(script: String) throws -> Model {
  let name = String(script.prefix { $0 != "(" })
  let inside = script.dropFirst(name.count + 1).dropLast()
  var parts: [String] = []
  for piece in inside.components(separatedBy: ", ") {
    // What has no name in front of an equals sign goes on with the list before it.
    if piece.contains("=") || parts.isEmpty {
      parts.append(piece)
    } else {
      parts[parts.count - 1] += "," + piece
    }
  }
  var given: [String: Value] = [:]
  for part in parts where !part.isEmpty {
    let sides = part.split(separator: "=", maxSplits: 1)
    guard let key = sides.first, let text = sides.last, sides.count == 2 else {
      throw Failure(.syntax, "cannot read '\(part)'")
    }
    let parsed = try JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)
    given[String(key)] = try value(parsed)
  }
  return try make(name, given)
}

private func value(_ parsed: Any) throws -> Value {
  if let list = parsed as? [Any] { return .list(try list.map(value)) }
  if let text = parsed as? String { return .string(text) }
  guard let number = parsed as? NSNumber else { throw Failure(.syntax, "cannot read \(parsed)") }
  return .number(number.doubleValue)
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
