import Catalog
import Foundation
import Images
import Layers
import Models
import Tensors
import TestSupport
import Testing

@testable import ONNX

/// Models as files, and files as models again.
@Suite("ONNX export")
struct ExportTests {
  final class NoSession: CallContext {}

  /// The network with few classes and few pixels, all its state away from where it starts.
  static func model(_ declaration: Declaration) throws -> Model {
    var given = [GivenArgument(.number(5), name: "classes")]
    if declaration.arguments.contains(where: { $0.name == "img_size" }) {
      given.append(GivenArgument(.number(64), name: "img_size"))
    }
    let model = try Model.read(try declaration.call(given, NoSession()))
    for (key, entry) in model.network.state {
      let stream = Random.stream(key)
      switch entry {
      case .buffer(let buffer) where key.hasSuffix("running_var"):
        buffer.value = Random.uniform(buffer.value.shape, in: 0.5..<1.5, seed: 7, stream: stream)
      case .buffer(let buffer) where key.hasSuffix("running_mean"):
        buffer.value = Random.normal(buffer.value.shape, deviation: 0.1, seed: 7, stream: stream)
      case .parameter(let parameter) where parameter.shape.count == 1:
        let middle: Float = key.hasSuffix("weight") ? 0.75 : 0
        parameter.value = Random.uniform(
          parameter.shape, in: (middle - 0.25)..<(middle + 0.25), seed: 7, stream: stream)
      default: break
      }
    }
    return model
  }

  /// The smallest network of each family.
  static let smallest: [String] = modelRegistry.sections.compactMap { section in
    section.declarations.min { count($0) < count($1) }?.name
  }

  private static func count(_ declaration: Declaration) -> Int {
    (try? model(declaration).parameterCount) ?? .max
  }

  static func side(_ model: Model) -> Int { model.size >= 224 ? 64 : model.size }

  static func file(_ name: String) -> String {
    FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString)-\(name).onnx").path
  }

  /// The largest difference of the logits of the file, as a share of the largest logit.
  static func difference(_ model: Model, _ export: OnnxExport) throws -> Float {
    var export = export
    export.size = side(model)
    let path = file(model.name)
    defer { try? FileManager.default.removeItem(atPath: path) }
    try export.write(model, to: path)
    let again = try OnnxTeacher.model(path, size: nil, mean: [], std: [])
    #expect(again.classes == model.classes && again.size == side(model))
    let images = try Formula.images(
      "export", [2, model.channels, side(model), side(model)])
    let expected = try model(images, .evaluation).values
    let got = try again(images, .evaluation)
    #expect(got.shape == [2, model.classes])
    let largest = expected.reduce(0) { max($0, abs($1)) }
    return zip(got.values, expected).reduce(0) { max($0, abs($1.0 - $1.1)) } / largest
  }

  @Test("a family's network comes back from its file", arguments: smallest)
  func roundTrip(_ name: String) throws {
    let declaration = try #require(modelRegistry.declarations.first { $0.name == name })
    let difference = try Self.difference(try Self.model(declaration), OnnxExport())
    #expect(difference < 1e-5, "\(difference)")
  }
}
