import Catalog
import Checkpoints
import Foundation
import Images
import Layers
import Models
import Tensors
import TestSupport
import Testing

/// Folders as timm and Hugging Face publish networks in.
@Suite("published folders")
struct PretrainedTests {
  private let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("published-\(UUID().uuidString)").path

  /// A folder with this `config.json` and LeNet's weights, while `body` runs.
  @discardableResult
  private func with<Result>(
    _ config: String, classes: Int = 3, _ body: (Published) throws -> Result
  ) throws -> Result {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let source = try make(
      "lenet",
      ["classes": .number(Double(classes)), "channels": .number(3), "seed": .number(5)])
    try Checkpoint(source.checkpointEntries()).writeSafetensors(folder + "/model.safetensors")
    try Data(config.utf8).write(to: URL(filePath: folder + "/config.json"))
    return try body(try #require(try Published.beside(folder)))
  }

  @Test func everythingInOne() throws {
    let config = """
      {"architecture": "lenet.tag", "num_classes": 3, "label_names": ["n1", "n2", "n3"],
       "label_descriptions": {"n1": "tench", "n3": "caf\\u00e9"},
       "model_args": {"act_layer": "gelu", "num_classes": 3, "in_chans": 3, "img_size": [32, 32]},
       "pretrained_cfg": {"input_size": [3, 32, 32], "crop_pct": 0.95, "interpolation": "bilinear",
         "mean": [0.1, 0.2, 0.3], "std": [0.4, 0.5, 0.6], "url": null, "pool_size": [7, 7]}}
      """
    try with(config) { published in
      #expect(published.architecture == "lenet" && published.classes == 3)
      #expect(published.channels == 3 && published.imageSize == 32)
      #expect(published.networkSize == 32)
      let file = try Checkpoint.read(folder)
      let model = try #require(Architecture("lenet")).model(
        for: file, classes: published.classes, channels: 3, size: 32, NoSession())
      #expect(try model.load(file, from: folder).isExact)
      let notes = try published.apply(to: model)
      #expect(notes == ["'model_args' passed over: 'act_layer'"])
      #expect(model.labels == ["tench", "n2", "café"])
      let expected = Preprocessing(
        size: 32, crop: 0.95, interpolation: .bilinear,
        normalisation: Normalisation(mean: [0.1, 0.2, 0.3], std: [0.4, 0.5, 0.6]))
      #expect(model.preprocessing == expected)
      #expect(model.normalisation == expected.normalisation)
    }
  }

  @Test func olderAndOtherDescriptions() throws {
    let flat = """
      {"architecture": "lenet", "num_classes": 3, "input_size": [3, 64, 64], "crop_pct": 1.0,
       "interpolation": "lanczos", "id2label": {"1": "b", "0": "a", "2": "c"}}
      """
    try with(flat) { published in
      let model = try make("lenet", ["classes": .number(3), "channels": .number(3)])
      #expect(try published.apply(to: model).first?.contains("'lanczos'") == true)
      #expect(model.labels == ["a", "b", "c"] && model.preprocessing.size == 64)
      #expect(model.preprocessing.interpolation == .bicubic)
    }
    try with("{\"architectures\": [\"ResNetForImageClassification\"]}") { published in
      #expect(published.architecture == nil)
    }
  }

  @Test func classesComeFromTheFile() throws {
    try with("{}", classes: 7) { _ in
      let file = try Checkpoint.read(folder)
      let architecture = try #require(Architecture("lenet"))
      let model = try architecture.model(for: file, classes: nil, channels: 3, NoSession())
      #expect(model.classes == 7)
      #expect(try model.load(file, from: folder).isExact)
      #expect(throws: Failure.self) {
        try architecture.model(for: file, classes: 1_000_000_000, NoSession())
      }
    }
  }

  @Test func lyingDescriptionsAreRefused() throws {
    for config in [
      "", "[", "{\"input_size\": [3, 224]}",
      "{\"model_args\": {\"img_size\": 1000000000}}",
      "{\"input_size\": [3, 1000000000, 1000000000]}",
      "{\"input_size\": [3, 224, 10]}", "{\"mean\": [1], \"std\": [0]}",
      "{\"mean\": [], \"std\": []}",
      "{\"mean\": [1, 2], \"std\": [1]}", String(repeating: "[", count: 100_000), "nul", "{} {}",
    ] {
      #expect(throws: CheckpointError.self, "\(config.prefix(60))") { try with(config) { _ in } }
    }
    try with("{\"crop_pct\": 0.0001}") { published in
      #expect(throws: CheckpointError.self) { try published.apply(to: try make("lenet")) }
    }
    #expect(try Published.beside("/none/at/all") == nil)
  }

  @Test func networksByName() throws {
    #expect(try Architecture.read(.string("resnet18")).name == "resnet18")
    #expect(throws: Mismatch.self) { try Architecture.read(.string("resnet17")) }
    #expect(throws: Mismatch.self) { try Architecture.read(.number(3)) }
    let mismatch = #expect(throws: Mismatch.self) { try Architecture.read(.string("resnet811")) }
    #expect(mismatch?.advice?.contains("did you mean") == true)
  }
}
