import Catalog
import Checkpoints
import Datasets
import Images
import Layers
import Losses
import Models
import Optimizers
import Tensors
import TestSupport

@testable import Training

/// Whom calls are made for in these tests: nobody in particular.
final class NoSession: CallContext {}

/// What a run of these tests is made of: small, quick, and with everything that a step can change
/// (batch statistics, momentum, a moving schedule, augmentation, a last batch that is not full).
enum Bench {
  static let library = Library([
    modelRegistry, lossRegistry, optimizerRegistry, scheduleRegistry, clippingRegistry,
    augmentationRegistry, cacheRegistry, trialLosses,
    Registry("Pictures", [Preprocessing.declaration]),
  ])

  /// The value of a call with named arguments.
  static func call<T: ArgumentType>(
    _ name: String, _ arguments: [String: Value] = [:], as _: T.Type = T.self
  ) throws -> T {
    guard let declaration = library[name] else {
      throw Failure(.name, "there is no '\(name)'")
    }
    let given = arguments.sorted { $0.key < $1.key }.map {
      GivenArgument($0.value, name: $0.key)
    }
    return try T.read(try declaration.call(given, NoSession()))
  }

  /// Pictures 8×8 by formula, class i % 4; 22 to train on, 9 for the test.
  static func data(channels: Int = 1, classes: Int = 4) -> Dataset {
    func split(_ name: String, _ count: Int) -> Split {
      let values = Formula.numbers(name, count: count * 64 * channels).map { $0 + 0.5 }
      return Split(
        "bench.\(name)",
        images: FloatImages(values, height: 8, width: 8, channels: channels),
        labels: (0..<count).map { Int32($0 % classes) }, classes: classes,
        normalisation: Normalisation(
          mean: Array(repeating: 0.5, count: channels),
          std: Array(repeating: 0.25, count: channels)))
    }
    return Dataset(
      name: "bench", script: "bench()", train: split("train", 22), test: split("test", 9))
  }

  static func student(seed: Int = 0) throws -> Model {
    try call(
      "resnet8",
      ["classes": .number(4), "channels": .number(1), "seed": .number(Double(seed))])
  }

  static func teacher(seed: Int = 1) throws -> Model {
    try call(
      "mlp",
      [
        "classes": .number(4), "hidden": .list([.number(16)]), "channels": .number(1),
        "size": .number(8), "seed": .number(Double(seed)),
      ])
  }

  /// `ce() + 5*kd(T=2)`
  static func goal() throws -> Goal {
    try call("ce", as: Goal.self).plus(
      call("kd", ["T": .number(2)], as: Goal.self).scaled(by: 5))
  }

  static func sgd() throws -> Optimizer {
    try call("sgd", ["lr": .number(0.05), "momentum": .number(0.9)])
  }

  /// A distillation; steps of 8 samples, three an epoch, the third of 6.
  static func setup(seed: Int = 3) throws -> RunSetup {
    RunSetup(
      student: try student(), teacher: try teacher(), data: data(), goal: try goal(),
      optimizer: try sgd(), schedule: try call("onecycle", ["max_lr": .number(0.05)]),
      augmentation: Augmentation(RandomCrop(padding: 2)), batch: 8, epochs: 4, seed: seed,
      shuffle: true)
  }

  static func run(_ change: (inout RunSetup) throws -> Void = { _ in }) throws -> Run {
    var setup = try setup()
    try change(&setup)
    return try Run(setup)
  }

  /// Scripts of the bench's parts to their values, as a session would evaluate them.
  static func resolve(
    _ script: String, _ variables: [(name: String, value: Value)] = []
  ) throws -> Value {
    switch script {
    case "bench()": return .object(data())
    case "none": return .none
    default: return try ScriptReader(script, variables).value()
    }
  }
}

extension TermState {
  /// Everything in it, in an order.
  var tensors: [Tensor] {
    let networks = parts.entries + (companion?.network.entries ?? [])
    let memory = (companion?.memory ?? [:]).sorted { $0.key < $1.key }
    return networks.map(\.tensor) + memory.map(\.value)
  }
}

extension Run {
  /// Steps, without looking at the results.
  func take(_ count: Int) throws {
    for _ in 0..<count { _ = try advance() }
  }

  /// Everything that must be the same in two runs that are alike, exactly.
  func isIdentical(to other: Run) -> Bool {
    let (mine, theirs) = (optimizer.state, other.optimizer.state)
    let keys = mine.tensors.keys.sorted()
    let (own, others) = (termStates, other.termStates)
    return own.map(\.term) == others.map(\.term)
      && areIdentical(own.flatMap(\.tensors), others.flatMap(\.tensors))
      && areIdentical(student.weights, other.student.weights)
      && keys == theirs.tensors.keys.sorted()
      && keys.allSatisfy { key in
        zip(mine.tensors[key].map { [$0] } ?? [], theirs.tensors[key].map { [$0] } ?? [])
          .allSatisfy { areIdentical([$0], [$1]) }
      }
      && mine.stepCount == theirs.stepCount && optimizer.line == other.optimizer.line
      && steps == other.steps && log == other.log && record.script == other.record.script
  }
}
