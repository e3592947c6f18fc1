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
    let pixels = model.task == .segmentation ? [side(model), side(model)] : []
    #expect(got.shape == [2] + pixels + [model.classes] && again.task == model.task)
    let largest = expected.reduce(0) { max($0, abs($1)) }
    return zip(got.values, expected).reduce(0) { max($0, abs($1.0 - $1.1)) } / largest
  }

  @Test("a family's network comes back from its file", arguments: smallest)
  func roundTrip(_ name: String) throws {
    let declaration = try #require(modelRegistry.declarations.first { $0.name == name })
    let difference = try Self.difference(try Self.model(declaration), OnnxExport())
    #expect(difference < 1e-5, "\(difference)")
  }

  @Test("with norms of their own, other operators, and images normalised inside")
  func variants() throws {
    let declaration = try #require(modelRegistry.declarations.first { $0.name == "resnet8" })
    let model = try Self.model(declaration)
    for opset in OnnxExport.opsets {
      var export = OnnxExport()
      export.opset = opset
      export.folds = false
      #expect(try Self.difference(model, export) < 1e-5)
      let kinds = try export.message(model).graph.node.map(\.opType)
      #expect(kinds.contains("BatchNormalization"))
      export.folds = true
      #expect(try !export.message(model).graph.node.map(\.opType).contains("BatchNormalization"))
    }
    let normalisation = Normalisation(mean: [0.5, 0.25, 0.125], std: [0.5, 0.2, 0.1])
    model.preprocessing.normalisation = normalisation
    model.labels = ["ant", "bee", "cat", "dog", "eel"]
    var export = OnnxExport()
    let path = Self.file("variants")
    defer { try? FileManager.default.removeItem(atPath: path) }
    try export.write(model, to: path)
    let outside = try OnnxTeacher.model(path, size: nil, mean: [], std: [])
    #expect(outside.preprocessing.normalisation == normalisation)
    #expect(outside.labels == model.labels)
    export.normalises = true
    try export.write(model, to: path)
    let inside = try OnnxTeacher.model(path, size: nil, mean: [], std: [])
    #expect(inside.preprocessing.normalisation == .identity(channels: 3))
    let images = try Formula.images("inside", [2, 3, 32, 32])
    let mean = try Tensor(normalisation.mean, [3])
    let std = try Tensor(normalisation.std, [3])
    let expected = try model((images - mean) / std, .evaluation).values
    let got = try inside(images, .evaluation).values
    let largest = expected.reduce(0) { max($0, abs($1)) }
    #expect(zip(got, expected).allSatisfy { abs($0 - $1) < 1e-5 * largest })
  }

  @Test("arrays have the keys and shapes of checkpoints, and all names are their own")
  func names() throws {
    let declaration = try #require(modelRegistry.declarations.first { $0.name == "resnet18" })
    let model = try Self.model(declaration)
    for folds in [true, false] {
      var export = OnnxExport()
      export.folds = folds
      export.size = 64
      let graph = try export.message(model).graph
      let names = graph.node.map(\.name)
      #expect(Set(names).count == names.count)
      let shapes = Dictionary(uniqueKeysWithValues: graph.initializer.map { ($0.name, $0.dims) })
      for (key, entry) in model.network.state {
        guard case .parameter(let parameter) = entry, parameter.shape.count > 1 else { continue }
        let expected = parameter.layout.checkpointShape(parameter.shape).map { Int64($0) }
        #expect(shapes[key] == expected, "\(key)")
      }
    }
  }

  /// Operations that no family has.
  final class Pieces: Module {
    override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
      var parts: [Tensor] = []
      for mode in ResizeMode.allCases {
        parts.append(try x.resized(height: 13, width: 7, mode: mode))
      }
      parts.append(try x.resized(height: 21, width: 15, alignCorners: true))
      parts.append(try x.resized(height: 5, width: 4, mode: .bicubic, antialias: true))
      parts.append(try adaptiveAveragePool(x, height: 3, width: 4))
      parts.append(try adaptiveMaxPool(x, height: 3, width: 4))
      parts.append(try adaptiveMaxPool(x, height: 1, width: 1))
      for ceil in [true, false] {
        parts.append(try maxPool(x, kernel: 3, stride: 2, padding: 1, ceilMode: ceil))
        for counts in [true, false] {
          parts.append(
            try averagePool(
              x, kernel: 3, stride: 2, padding: 1, ceilMode: ceil, countsPadding: counts))
        }
      }
      parts.append(try x.padded(axis: 1, before: 2, after: 1, with: 0.5).flipped(axis: 2))
      parts.append(try x.softmax())
      for function in [x.mish(), x.silu(), x.gelu(), x.elu(), x.hardSwish(), x.sign(), x.step()] {
        parts.append(function.clamped(-0.5, 0.75))
      }
      parts.append(try maximum(x, x.square()))
      parts.append(try x.isGreater(than: -x))
      let means = try parts.map { try $0.square().mean(axes: [3]).sum(axes: [1]) }
      return try Tensor.concatenated(
        means.map { try $0.max(axes: [1], keepingAxes: true) }
          + means.map {
            try $0.slice(0..<1, axis: 1)
          }, along: 1)
    }
  }

  @Test("pools, resizing and functions that no family has")
  func pieces() throws {
    #expect(try Self.difference(try Self.pieces(), OnnxExport()) < 1e-5)
  }

  static func pieces() throws -> Model {
    let images = Tensor(zeros: [2, 11, 11, 3])
    let classes = try Pieces()(images, .evaluation).shape[1]
    return try Model(
      name: "pieces", script: "pieces()", classes: classes, channels: 3, size: 11, seed: 0
    ) { Pieces() }
  }
}
