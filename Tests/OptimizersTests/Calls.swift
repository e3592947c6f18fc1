import Catalog
import Optimizers
import Tensors

/// Whom calls are made for in these tests: nobody in particular.
final class NoSession: CallContext {}

/// Calls a declaration of a registry with named arguments.
func call(_ name: String, _ arguments: [String: Value], in registry: Registry) throws -> Value {
  guard let declaration = registry.declarations.first(where: { $0.name == name }) else {
    throw Failure(.name, "there is no '\(name)' in \(registry.title)")
  }
  let given = arguments.sorted { $0.key < $1.key }.map { GivenArgument($0.value, name: $0.key) }
  return try declaration.call(given, NoSession())
}

/// An optimizer; what `lookahead` has no argument for goes to the SGD that it is around.
func makeOptimizer(_ name: String, _ arguments: [String: Value] = [:]) throws -> Optimizer {
  guard name == "lookahead" else {
    return try Optimizer.read(try call(name, arguments, in: optimizerRegistry))
  }
  var own = arguments.filter { ["base", "k", "alpha"].contains($0.key) }
  if own["base"] == nil {
    let others = arguments.filter { own[$0.key] == nil }
    own["base"] = .object(try makeOptimizer("sgd", others))
  }
  return try Optimizer.read(try call(name, own, in: optimizerRegistry))
}

/// A call as it is typed, of numbers only: `sgd(lr=0.1, momentum=0.9)`.
func makeOptimizer(script: String) throws -> Optimizer {
  let parts = script.dropLast().split(separator: "(")
  let arguments = parts[1].split(separator: ", ").map { $0.split(separator: "=") }
  return try makeOptimizer(
    String(parts[0]),
    Dictionary(
      uniqueKeysWithValues: arguments.map { (String($0[0]), .number(Double($0[1]) ?? .nan)) }))
}

func makeSchedule(_ name: String, _ arguments: [String: Value] = [:]) throws -> Schedule {
  try Schedule.read(try call(name, arguments, in: scheduleRegistry))
}

/// A number of a reference file, or a list of them, or a flag.
struct ReferenceValue: Decodable {
  var value: Value

  init(from decoder: any Decoder) throws {
    let single = try decoder.singleValueContainer()
    if let flag = try? single.decode(Bool.self) {
      value = .bool(flag)
    } else if let number = try? single.decode(Double.self) {
      value = .number(number)
    } else if let text = try? single.decode(String.self) {
      value = .string(text)
    } else {
      value = .list(try single.decode([Double].self).map { .number($0) })
    }
  }
}
