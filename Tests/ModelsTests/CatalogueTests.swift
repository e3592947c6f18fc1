import Catalog
import Checkpoints
import Layers
import Models
import Tensors
import TestSupport
import Testing

/// What every model of the registry must do.
///
/// Whatever costs no more than a network's outline is done for all of them; what needs their weights,
/// for the small ones and the smallest of each family, which shares its builder with the others.
@Suite struct CatalogueTests {
  static let names = modelRegistry.declarations.map(\.name)

  /// The smallest network of each family, and all that have at most three million parameters.
  static let light: [String] = modelRegistry.sections.flatMap { section in
    let sizes = section.declarations.map { declaration in
      (name: declaration.name, count: (try? make(declaration.name).parameterCount) ?? 0)
    }
    let least = sizes.map(\.count).min() ?? 0
    return sizes.filter { $0.count == least || $0.count <= 3_000_000 }.map(\.name)
  }

  /// Networks that are still quick, though they are not the smallest of their family.
  static let middling = names.filter { name in
    !light.contains(name) && ((try? make(name).parameterCount) ?? 0) <= 12_000_000
  }

  /// Images that are enough for the network: small ones where it takes any size.
  static func images(for model: Model, _ count: Int = 8) throws -> Tensor {
    // Four pixels are left after five halvings. With one, the norms of the last stages see eight
    // numbers a channel, and timm's networks do not learn from them either.
    let size = model.size >= 224 ? 36 : model.size
    return try Formula.images("images", [count, model.channels, size, size], scale: 3)
  }

  /// The network with few classes and few pixels where it is built for a size.
  static func small(_ name: String, seed: Int = 0, classes: Int = 5) throws -> Model {
    var given: [String: Value] = [
      "classes": .number(Double(classes)), "seed": .number(Double(seed)),
    ]
    let declaration = modelRegistry.declarations.first { $0.name == name }
    if declaration?.arguments.contains(where: { $0.name == "img_size" }) == true {
      given["img_size"] = .number(64)
    }
    return try make(name, given)
  }

  @Test func everyFamilyHasASmallOne() {
    #expect(Self.names.count > 30)
    for section in modelRegistry.sections {
      #expect(!section.title.isEmpty && !section.declarations.isEmpty)
      #expect(section.declarations.contains { Self.light.contains($0.name) }, "\(section.title)")
    }
    #expect(Set(modelRegistry.sections.map(\.title)).count == modelRegistry.sections.count)
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
    let counted = try model.cloned(seed: 1).network.state.reduce(0) { count, entry in
      guard case .parameter(let parameter) = entry.entry else { return count }
      return count + parameter.layout.checkpointShape(parameter.shape).reduce(1, *)
    }
    #expect(model.parameterCount == counted)
    let paths = model.network.modules.map(\.module.path)
    #expect(Set(paths).count == paths.count)
  }

  @Test(arguments: names)
  func scriptsMakeTheSameModel(_ name: String) throws {
    let model = try make(
      name, ["classes": .number(7), "channels": .number(2), "seed": .number(3)])
    #expect((model.classes, model.channels, model.seed) == (7, 2, 3))
    #expect(model.script.contains("classes=7") && model.script.contains("channels=2"))
    #expect(model.script.contains("seed=3"))
    for model in [model, try Self.small(name), try make(name)] {
      #expect(model.script.hasPrefix("\(name)("))
      let again = try make(script: model.script)
      #expect(again.script == model.script && again.size == model.size)
      #expect(
        (again.classes, again.channels, again.seed, again.parameterCount)
          == (model.classes, model.channels, model.seed, model.parameterCount))
    }
  }

  @Test(arguments: light)
  func channelsAndClassesAreHeeded(_ name: String) throws {
    let model = try make(
      name, ["classes": .number(7), "channels": .number(2), "seed": .number(3)])
    let size = model.size >= 224 ? 224 : model.size
    let images = try Formula.images("images", [1, 2, size, size], scale: 3)
    let logits = try model(images, .evaluation)
    #expect(logits.shape == [1, 7])
    #expect(logits.values.allSatisfy { $0.isFinite })
    let again = try make(script: model.script)
    #expect(try bits([again(images, .evaluation)]) == bits([logits]))
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

  @Test(arguments: light)
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

  @Test(arguments: light)
  func seedsDecideTheWeights(_ name: String) throws {
    let model = try Self.small(name, seed: 4)
    let again = try model.cloned(seed: 4)
    #expect(areIdentical(again.weights, model.weights))
    let other = try model.cloned(seed: 5)
    #expect(!areIdentical(other.weights, model.weights))
    // A record writes a clone as the call that draws it.
    #expect(other.script == (try Self.small(name, seed: 5)).script)
    #expect(try other.cloned(seed: 0).script == Self.small(name, seed: 0).script)
    // A clone without a seed copies what the model is now, and goes its own way afterwards.
    model.network.parameters[0].parameter.value.mutate { $0[0] = 42 }
    let copy = try model.cloned(seed: nil)
    #expect(areIdentical(copy.weights, model.weights))
    copy.network.parameters[0].parameter.value.mutate { $0[0] = 43 }
    #expect(model.network.parameters[0].parameter.value.values[0] == 42)
  }

  /// Gradient descent on eight images and their labels.
  @Test(arguments: light)
  func oneBatchIsLearned(_ name: String) throws {
    let losses = try learn(name, images: 8, steps: 10)
    #expect(losses.allSatisfy { $0.isFinite }, "\(losses)")
    // With momentum over eight images the losses of some networks swing on the way down.
    #expect(losses.min() ?? .infinity < 0.97 * losses[0], "\(losses)")
  }

  @Test(arguments: middling)
  func twoStepsAreTaken(_ name: String) throws {
    let losses = try learn(name, images: 4, steps: 2)
    #expect(losses.allSatisfy { $0.isFinite }, "\(losses)")
  }

  /// The losses before each of some steps with momentum, and after the last.
  private func learn(_ name: String, images count: Int, steps: Int) throws -> [Float] {
    let model = try Self.small(name)
    let images = try Self.images(for: model, count)
    let labels = Labels((0..<count).map { Int32($0 % 5) })
    let parameters = model.network.parameters
    var velocities = parameters.map { Tensor(zeros: $0.parameter.shape) }
    var losses: [Float] = []
    for step in 0...steps {
      let context = Context(isTraining: true, isRecording: true, step: step)
      let logits = try model(images, context)
      #expect(logits.shape == [count, 5])
      let loss = try crossEntropy(logits, labels)
      losses.append(loss.scalar)
      guard step < steps else { break }
      let slopes = try gradients(
        of: loss, withRespectTo: parameters.map(\.parameter.tracked))
      #expect(try areFinite(slopes))
      // Norms over the few pixels of small images have steep slopes: no step is longer than most.
      let length = try slopes.reduce(0) { try $0 + $1.dot($1) }.squareRoot()
      let share = Float(0.02 / max(1, length))
      for (index, (_, parameter)) in parameters.enumerated() {
        velocities[index] = try velocities[index] * Float(0.9) - slopes[index] * share
        parameter.value = try parameter.value + velocities[index]
      }
    }
    return losses
  }

  /// Features are where `stages` says, in networks that say it.
  @Test(arguments: light)
  func stagesAreModules(_ name: String) throws {
    let model = try Self.small(name)
    let paths = Set(model.network.modules.map(\.path))
    for stage in model.network.stages {
      #expect(paths.contains(stage.path), "\(stage.path)")
      if let path = stage.preactivation { #expect(paths.contains(path), "\(path)") }
    }
    let wanted = Set(model.network.stages.map(\.path))
    let context = Context(features: wanted)
    _ = try model(try Self.images(for: model, 1), context)
    #expect(Set(context.features.keys) == wanted)
  }
}
