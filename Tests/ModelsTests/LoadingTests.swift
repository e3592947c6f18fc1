import Catalog
import Checkpoints
import Foundation
import Images
import Layers
import Models
import Tensors
import TestSupport
import Testing

/// Weights to files and back.
@Suite struct LoadingTests {
  /// A folder of its own that is gone afterwards.
  private func inFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("models-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder.path)
  }

  @Test(arguments: CatalogueTests.light)
  func savedIsLoadedToTheBit(_ name: String) throws {
    try inFolder { folder in
      let model = try CatalogueTests.small(name, seed: 1)
      for case (let key, .buffer(let buffer)) in model.network.state where !buffer.isCounter {
        buffer.value = try Formula.tensor(key, buffer.value.shape) + Float(1)
      }
      model.normalisation = Normalisation(
        mean: Array(repeating: 0.1, count: model.channels),
        std: Array(repeating: 1 / 3, count: model.channels))
      try model.checkpoint().writeSafetensors(folder + "/a.safetensors")

      let other = try CatalogueTests.small(name)
      let report = try other.load(folder + "/a.safetensors")
      #expect(report.isExact && report.matched == model.network.state.count)
      #expect(areIdentical(other.weights, model.weights))
      #expect(other.normalisation == model.normalisation)
      let images = try CatalogueTests.images(for: model, 2)
      #expect(try bits([other(images, .evaluation)]) == bits([model(images, .evaluation)]))

      var again = try other.checkpoint()
      again.metadata = try model.checkpoint().metadata
      try again.writeSafetensors(folder + "/b.safetensors")
      let first = try Data(contentsOf: URL(fileURLWithPath: folder + "/a.safetensors"))
      let second = try Data(contentsOf: URL(fileURLWithPath: folder + "/b.safetensors"))
      #expect(first == second)
    }
  }

  @Test func weightsArgumentLoads() throws {
    try inFolder { folder in
      let model = try make("resnet8", ["seed": .number(7)])
      try model.checkpoint().writeSafetensors(folder + "/a.safetensors")
      let loaded = try make("resnet8", ["weights": .string(folder + "/a.safetensors")])
      #expect(areIdentical(loaded.weights, model.weights))
      #expect(throws: Failure.self) {
        try make("resnet8", ["classes": .number(9), "weights": .string(folder + "/a.safetensors")])
      }
    }
  }

  private func entries(_ model: Model) throws -> [Checkpoint.Entry] {
    try model.cloned(seed: 9).checkpointEntries()
  }

  /// Loads entries and returns the failure; whatever happens, the model must be as before.
  private func refusal(
    _ model: Model, _ entries: [Checkpoint.Entry], strict: Bool = true
  ) throws -> Failure {
    let before = model.weights
    let failure = try #require(
      #expect(throws: Failure.self) {
        try model.load(Checkpoint(entries), from: "file.safetensors", strict: strict)
      })
    #expect(areIdentical(model.weights, before))
    #expect(failure.kind == .file)
    #expect(failure.message.hasPrefix("'file.safetensors' does not fit \(model.name)"))
    return failure
  }

  @Test func missingKeysAreRefused() throws {
    let model = try make("resnet8")
    let short = try entries(model).filter { $0.name != "fc.bias" }
    let failure = try refusal(model, short)
    #expect(failure.message.contains("1 missing (fc.bias)"))
    #expect(failure.advice == "strict=false loads what matches")
  }

  @Test func unexpectedKeysAreRefused() throws {
    let model = try make("resnet8")
    let extra = [Checkpoint.Entry("head.weight", StoredArray([Float(1)], shape: [1]))]
    let failure = try refusal(model, try entries(model) + extra)
    #expect(failure.message.contains("1 unexpected (head.weight)"))
  }

  @Test func differingShapesAreRefused() throws {
    let model = try make("resnet8")
    let other = try make("resnet8", ["classes": .number(7)])
    let failure = try refusal(model, try entries(other))
    #expect(failure.message.contains("2 of another shape"))
    #expect(failure.message.contains("fc.weight [7, 64] in the file, [10, 64] wanted"))
  }

  @Test func nothingThatMatchesIsRefusedEvenIfLoose() throws {
    let model = try make("mlp")
    let strangers = [Checkpoint.Entry("x", StoredArray([Float(1)], shape: [1]))]
    let failure = try refusal(model, strangers, strict: false)
    #expect(failure.message.contains("0 matched"))
    #expect(failure.advice == nil)
  }

  @Test func looseLoadingTakesWhatMatches() throws {
    let model = try make("resnet8")
    let other = try make("resnet8", ["classes": .number(7), "seed": .number(9)])
    let head = bits(model.network.parameters.suffix(2).map(\.parameter.value))
    let report = try model.load(
      Checkpoint(try other.checkpointEntries()), from: "file", strict: false)
    #expect(report.differing.count == 2 && report.missing.isEmpty)
    #expect(bits(model.network.parameters.suffix(2).map(\.parameter.value)) == head)
    let (mine, theirs) = (model.network.parameters[0], other.network.parameters[0])
    #expect(bits([mine.parameter.value]) == bits([theirs.parameter.value]))
  }

  @Test func countersMayBeMissing() throws {
    let model = try make("resnet8")
    let without = try entries(model).filter { !$0.name.hasSuffix("num_batches_tracked") }
    let report = try model.load(Checkpoint(without), from: "file")
    #expect(report.isExact && report.matched == without.count)
  }

  @Test func prefixesAreTakenOff() throws {
    let model = try make("lenet")
    let other = try make("lenet", ["seed": .number(3)])
    let entries =
      try other.checkpointEntries(prefix: "student.")
      + model.checkpointEntries(prefix: "teacher.")
    try model.load(Checkpoint(entries), from: "file", prefix: "student.")
    #expect(bits(model.weights) == bits(other.weights))
  }

  @Test func damagedMetadataIsIgnored() throws {
    let model = try make("lenet")
    let wrong = [
      ["athanor.mean": "0.5", "athanor.std": "0"], ["athanor.mean": "0.5"],
      ["athanor.mean": "x", "athanor.std": "y"], ["athanor.mean": "0.5", "athanor.std": "1 2"],
      ["athanor.mean": "nan", "athanor.std": "1"], ["athanor.mean": "0", "athanor.std": "inf"],
    ]
    for metadata in wrong {
      try model.load(
        Checkpoint(try model.checkpointEntries(), metadata: metadata), from: "file")
      #expect(model.normalisation == nil, "\(metadata)")
    }
    let good = ["athanor.mean": "0.5", "athanor.std": "0.25"]
    try model.load(Checkpoint(try model.checkpointEntries(), metadata: good), from: "file")
    #expect(model.normalisation == Normalisation(mean: [0.5], std: [0.25]))
  }

  @Test func restorerPutsBackWeightsAndPast() throws {
    let model = try make("lenet")
    let before = model.weights
    let restore = try #require(model.restorer)
    try model.fill(seed: 3)
    model.normalisation = Normalisation(mean: [0.5], std: [1])
    model.past.append(LoadedPast(path: "x", strict: true))
    #expect(!areIdentical(model.weights, before))
    restore()
    #expect(areIdentical(model.weights, before))
    #expect(model.normalisation == nil && model.past.isEmpty)
  }

  @Test func membersAndLine() throws {
    let model = try make("resnet8x4", ["classes": .number(100)])
    #expect(model.member("parameters")?.line() == "1233540")
    #expect(model.line == "resnet8x4(classes=100), 1,233,540 parameters")
    #expect(model.memberNames.allSatisfy { model.member($0) != nil })
    #expect(model.member("nonsense") == nil)
    #expect(
      [0, 7, 999, 1000, 1_234_567, -1000].map(grouped)
        == ["0", "7", "999", "1,000", "1,234,567", "-1,000"])
  }
}
