import Catalog
import Layers
import Models
import Tensors
import Testing

@testable import Losses

/// Which places of two networks are compared.
@Suite struct PairingTests {
  typealias Pair = FeatureSelection.Pair

  private func pairs(
    _ choice: FeatureChoice, _ student: Model, _ teacher: Model?, on: FeatureSelection = .automatic
  ) throws -> [Pair] {
    try FeatureSites.selected(on, otherwise: choice).pairs(student: student, teacher: teacher)
  }

  private func model(_ name: String, _ arguments: [String: Value] = [:]) throws -> Model {
    let declaration = try #require(modelRegistry.declarations.first { $0.name == name })
    let given = arguments.sorted { $0.key < $1.key }.map { GivenArgument($0.value, name: $0.key) }
    return try Model.read(try declaration.call(given, NoSession()))
  }

  @Test func equalNetworksArePairedOneByOne() throws {
    let (small, large) = (try model("resnet8"), try model("resnet20"))
    let layers = ["layer1", "layer2", "layer3"].map { Pair($0, $0) }
    #expect(try pairs(.stages, small, large) == layers)
    #expect(try pairs(.stemAndStages, small, large) == [Pair("relu", "relu")] + layers)
    #expect(try pairs(.stagesAndPooled, small, large) == layers + [Pair("avgpool", "avgpool")])
    #expect(try pairs(.pooled, small, large) == [Pair("avgpool", "avgpool")])
    #expect(try pairs(.lastMap, small, large) == [Pair("layer3", "layer3")])
    #expect(try pairs(.stage(0), small, large) == [Pair("relu", "relu")])
    #expect(try pairs(.stage(2), small, large) == [Pair("layer2", "layer2")])
    #expect(try pairs(.stage(9), small, large) == [Pair("layer3", "layer3")])
    #expect(
      try pairs(.preactivations, small, large)
        == (1...3).map { Pair("layer\($0).0.preact", "layer\($0).2.preact") })
    #expect(
      try pairs(.reviewed, small, large)
        == (1...3).map { Pair("layer\($0)", "layer\($0).2.preact") } + [Pair("avgpool", "avgpool")])
    #expect(try pairs(.stages, small, nil) == layers.map { Pair($0.student, "") })
    #expect(try FeatureSites.none.pairs(student: small, teacher: large).isEmpty)
  }

  /// Stages are paired where the images have been halved as often, the last with the last.
  @Test func differentNumbersOfStagesArePairedBySize() throws {
    let residual = try model("resnet18", ["classes": .number(10)])
    let mobile = try model("mobilenetv2_050", ["classes": .number(10)])
    // Sides 56, 28, 14, 7 against 56, 28, 14, 14, 7, 7 behind the first.
    #expect(
      try pairs(.stages, residual, mobile) == [
        Pair("layer1", "blocks.1"), Pair("layer2", "blocks.2"), Pair("layer3", "blocks.4"),
        Pair("layer4", "blocks.6"),
      ])
    #expect(
      try pairs(.stages, mobile, residual)
        == pairs(.stages, residual, mobile).map { Pair($0.teacher, $0.student) })
    // Sides 32, 16, 8 against 16, 8, 4, 4.
    #expect(
      try pairs(.stages, try model("resnet8"), try model("vgg8")) == [
        Pair("layer1", "relu1"), Pair("layer2", "relu2"), Pair("layer3", "relu4"),
      ])
  }

  @Test func partnersRiseAndEndTogether() throws {
    #expect(partners([1, 2], [1, 2]) == [0, 1])
    #expect(partners([nil, nil], [nil, nil, nil, nil]) == [2, 3])
    #expect(partners([1], [1, 2, 3]) == [2])
    #expect(partners([0, 5], [0, 1, 2, 5]) == [0, 3])
    #expect(partners([2, 2, 2], [1, 2, 2, 2, 9]) == [2, 3, 4])
    #expect(partners([0, 3, 9], [0, 1, 3, 3, 3, 9]) == [0, 4, 5])
  }

  @Test func namedPlacesMustExist() throws {
    let (student, teacher) = (try model("resnet8"), try model("vgg8"))
    let named = FeatureSelection([Pair("layer2.0.conv1", "block3")])
    #expect(try pairs(.stages, student, teacher, on: named) == named.pairs)
    #expect(
      try pairs(.stages, student, nil, on: named) == [Pair("layer2.0.conv1", "")])
    let failure = try #require(
      #expect(throws: Failure.self) {
        try pairs(.stages, student, teacher, on: FeatureSelection([Pair("layr2", "block3")]))
      })
    #expect(failure.message == "the student resnet8 has no module 'layr2'")
    #expect(failure.advice?.contains("did you mean 'layer2'?") == true)
    #expect(failure.advice?.contains("relu, layer1, layer2, layer3, avgpool") == true)
    let other = try #require(
      #expect(throws: Failure.self) {
        try pairs(.stages, student, teacher, on: FeatureSelection([Pair("layer2", "layer2")]))
      })
    #expect(other.message == "the teacher vgg8 has no module 'layer2'")
    #expect(other.advice?.contains("on=[[") == true)
  }

  @Test func whatIsNotKnownIsAsked() throws {
    let student = try model("resnet8")
    let failure = try #require(
      #expect(throws: Failure.self) { try pairs(.unknown, student, student) })
    #expect(failure.message.contains("on="))
    let bare = try model("mlp", ["hidden": .list([])])
    #expect(throws: Failure.self) { try pairs(.stages, bare, student) }
    #expect(try pairs(.pooled, bare, student) == [Pair("flatten", "avgpool")])
  }

  /// Every network of the catalogue says its stem, at least one stage and its pooled vector.
  @Test(arguments: modelRegistry.declarations.map(\.name))
  func everyNetworkHasStages(_ name: String) throws {
    let stages = try model(name).network.stages
    #expect(stages.count >= 3)
    let perceptron = try model("mlp", ["hidden": .list([.number(8), .number(4)])])
    #expect(try pairs(.pooled, perceptron, try model(name)).count == 1)
  }
}
