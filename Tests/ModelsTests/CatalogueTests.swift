import Catalog
import Checkpoints
import Layers
import Models
import Tensors
import TestSupport
import Testing

/// What every model of the registry must do.
@Suite struct CatalogueTests {
  static let names = modelRegistry.declarations.map(\.name)

  /// Images that are enough for the network: the small sizes that keep every stage's shape sound.
  static func images(for model: Model, _ count: Int = 8) throws -> Tensor {
    let isLarge = model.size >= 224
    let size = isLarge ? 33 : model.size
    return try Formula.images("images", [count, model.channels, size, size], scale: 3)
  }

  /// The network with few classes and few pixels where it has a size.
  static func small(_ name: String, seed: Int = 0) throws -> Model {
    try make(name, ["classes": .number(5), "seed": .number(Double(seed))])
  }

  @Test func namesAreUniqueAndExplained() {
    #expect(Set(Self.names).count == Self.names.count)
    for declaration in modelRegistry.declarations {
      #expect(declaration.summary.hasSuffix("."), "\(declaration.name)")
      #expect(declaration.returns == "model")
      #expect(declaration.arguments.allSatisfy { !$0.summary.isEmpty })
      #expect(
        declaration.examples.contains { $0.contains("\(declaration.name)(") },
        "\(declaration.name)")
    }
  }

  @Test(arguments: names)
  func keysAreUniqueAndParametersCounted(_ name: String) throws {
    let model = try Self.small(name)
    let keys = model.network.state.map(\.key)
    #expect(!keys.isEmpty && Set(keys).count == keys.count)
    #expect(model.parameterCount > 0)
    let counted = model.network.parameters.reduce(0) { $0 + $1.parameter.value.count }
    #expect(model.parameterCount == counted)
    let paths = model.network.modules.map(\.module.path)
    #expect(Set(paths).count == paths.count)
  }

  @Test(arguments: names)
  func channelsAndClassesAreHeeded(_ name: String) throws {
    let model = try make(
      name, ["classes": .number(7), "channels": .number(2), "seed": .number(3)])
    #expect((model.classes, model.channels, model.seed) == (7, 2, 3))
    let logits = try model(try Self.images(for: model, 2), .evaluation)
    #expect(logits.shape == [2, 7])
    #expect(logits.values.allSatisfy { $0.isFinite })
    #expect(model.script.contains("classes=7") && model.script.contains("channels=2"))
    #expect(model.script.contains("seed=3"))
    #expect(try make(name).script.hasPrefix("\(name)("))
  }

  @Test(arguments: names)
  func wrongArgumentsAreRefused(_ name: String) throws {
    let wrong: [[String: Value]] = [
      ["classes": .number(0)], ["channels": .number(-1)], ["classes": .number(1.5)],
      ["clases": .number(3)], ["weights": .string("/nowhere/at.all")],
      ["classes": .string("ten")],
    ]
    for arguments in wrong {
      let error = #expect(throws: (any Error).self, "\(arguments)") {
        try make(name, arguments)
      }
      #expect((error as? any Explained)?.failure.message.isEmpty == false, "\(arguments)")
    }
  }

  @Test(arguments: names)
  func wrongShapesAreNamedWithTheirPlace(_ name: String) throws {
    let model = try Self.small(name)
    let shape = try Self.images(for: model, 1).shape
    let wrong = [
      [1, shape[1], shape[2], model.channels + 1], [1, 6, model.channels + 1],
    ]
    for shape in wrong {
      let error = try #require(
        #expect(throws: ShapeError.self, "\(shape)") {
          try model(Tensor(zeros: shape), .evaluation)
        })
      #expect(!error.path.isEmpty && !error.message.isEmpty)
      #expect(model.network.modules.map(\.path).contains(error.path), "\(error.path)")
    }
  }

  @Test(arguments: names)
  func seedsDecideTheWeights(_ name: String) throws {
    let model = try Self.small(name, seed: 4)
    let again = try model.cloned(seed: 4)
    #expect(areIdentical(again.weights, model.weights))
    #expect(!areIdentical(try model.cloned(seed: 5).weights, model.weights))
    // A clone without a seed copies what the model is now, and goes its own way afterwards.
    model.network.parameters[0].parameter.value.mutate { $0[0] = 42 }
    let copy = try model.cloned(seed: nil)
    #expect(areIdentical(copy.weights, model.weights))
    copy.network.parameters[0].parameter.value.mutate { $0[0] = 43 }
    #expect(model.network.parameters[0].parameter.value.values[0] == 42)
  }

  /// Ten steps of gradient descent with momentum on eight images and their labels.
  @Test(arguments: names)
  func oneBatchIsLearned(_ name: String) throws {
    let model = try Self.small(name)
    let images = try Self.images(for: model)
    let labels = Labels((0..<8).map { Int32($0 % 5) })
    let parameters = model.network.parameters
    var velocities = parameters.map { Tensor(zeros: $0.parameter.shape) }
    var losses: [Float] = []
    for step in 0...10 {
      let context = Context(isTraining: true, isRecording: true, step: step)
      let loss = try crossEntropy(try model(images, context), labels)
      losses.append(loss.scalar)
      let slopes = try gradients(
        of: loss, withRespectTo: parameters.map(\.parameter.tracked))
      #expect(try areFinite(slopes))
      for (index, (_, parameter)) in parameters.enumerated() {
        velocities[index] = try velocities[index] * Float(0.9) + slopes[index]
        parameter.value = try parameter.value - velocities[index] * Float(0.02)
      }
    }
    #expect(losses.allSatisfy { $0.isFinite }, "\(losses)")
    #expect(losses[10] < 0.97 * losses[0], "\(losses)")
  }
}
