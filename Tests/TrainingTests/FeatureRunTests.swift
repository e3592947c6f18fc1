import Catalog
import Layers
import Losses
import Models
import Tensors
import Testing
import Training

/// Every loss on features moves student and parts, whatever the networks are.
@Suite struct FeatureRunTests {
  /// Losses that choose their places themselves.
  static let names: [String] = lossRegistry.declarations.compactMap { declaration in
    guard let goal = try? Bench.call(declaration.name, as: Goal.self),
      case .selected(_, let choice)? = goal.terms.first?.loss.sites, choice != .unknown
    else { return nil }
    return declaration.name
  }

  private func cnn(_ name: String, seed: Int) throws -> Model {
    try Bench.call(
      name, ["classes": .number(4), "channels": .number(1), "seed": .number(Double(seed))])
  }

  private func perceptron(seed: Int) throws -> Model {
    try Bench.call(
      "mlp",
      [
        "classes": .number(4), "channels": .number(1), "size": .number(8),
        "hidden": .list([.number(12), .number(10), .number(8)]), "seed": .number(Double(seed)),
      ])
  }

  private func transformer(seed: Int) throws -> Model {
    try Bench.call(
      "deit_tiny_patch16_224",
      [
        "classes": .number(4), "channels": .number(1), "img_size": .number(8),
        "patch_size": .number(2), "seed": .number(Double(seed)),
      ])
  }

  private func run(_ name: String, _ student: Model, _ teacher: Model) throws -> Run {
    var setup = try Bench.setup()
    (setup.student, setup.teacher) = (student, teacher)
    setup.goal = try Bench.call("ce", as: Goal.self).plus(
      try Bench.call(name, as: Goal.self).scaled(by: 1e-3))
    return try Run(setup)
  }

  private func makesSteps(_ name: String, _ student: Model, _ teacher: Model) throws {
    let run = try run(name, student, teacher)
    let before = student.weights
    for _ in 0..<3 {
      let result = try run.advance()
      #expect(result.loss.isFinite && result.terms.allSatisfy { $0.value.isFinite })
      #expect(result.terms.map(\.name) == ["ce", name])
    }
    #expect(zip(before, student.weights).contains { $0.values != $1.values })
  }

  @Test func thereAreMany() { #expect(Self.names.count >= 10, "\(Self.names)") }

  @Test(arguments: names)
  func widerNetworkTeaches(_ name: String) throws {
    try makesSteps(name, try cnn("resnet8", seed: 0), try cnn("resnet8x4", seed: 1))
  }

  @Test(arguments: names)
  func otherFamilyTeaches(_ name: String) throws {
    try makesSteps(name, try cnn("resnet8", seed: 0), try cnn("wrn_16_2", seed: 1))
  }

  @Test(arguments: names)
  func transformerTeaches(_ name: String) throws {
    try makesSteps(name, try cnn("resnet8", seed: 0), try transformer(seed: 1))
  }

  /// Vectors have no pattern over pixels: losses on those say so, and nothing has happened.
  @Test(arguments: names)
  func perceptronLearnsFromMaps(_ name: String) throws {
    let (student, teacher) = (try perceptron(seed: 0), try cnn("resnet8", seed: 1))
    guard ["at", "nst"].contains(name) else { return try makesSteps(name, student, teacher) }
    let run = try run(name, student, teacher)
    let failure = try #require(#expect(throws: Failure.self) { try run.advance() })
    #expect(failure.kind == .shape && failure.message.contains("'\(name)'"))
    #expect(run.steps == 0)
  }
}
