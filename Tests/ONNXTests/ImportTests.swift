import Catalog
import Checkpoints
import Foundation
import Graphs
import Layers
import Models
import Tensors
import TestSupport
import Testing

@testable import ONNX

/// Networks that PyTorch exported, beside what onnxruntime makes of them.
@Suite("ONNX import")
struct ImportTests {
  struct Expected: Decodable {
    var size: Int
    var logits: [Float]
  }

  static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Golden/onnx")

  static let expected: [String: Expected] = {
    guard let data = try? Data(contentsOf: folder.appending(path: "expected.json")) else {
      return [:]
    }
    return (try? JSONDecoder().decode([String: Expected].self, from: data)) ?? [:]
  }()

  static func model(_ name: String) throws -> Model {
    try OnnxTeacher.model(
      folder.appending(path: name + ".onnx").path, size: expected[name]?.size, mean: [], std: [])
  }

  static func images(_ name: String, _ size: Int) throws -> Tensor {
    try Tensor(
      Formula.numbers("onnx.\(name)", count: 2 * 3 * size * size), [2, 3, size, size]
    ).transposed([0, 2, 3, 1])
  }

  @Test("there are references")
  func references() { #expect(Self.expected.count >= 12) }

  @Test("plain and planned, the logits are onnxruntime's", arguments: expected.keys.sorted())
  func logits(_ name: String) throws {
    let expected = try #require(Self.expected[name])
    let model = try Self.model(name)
    #expect(model.classes == 10)
    let images = try Self.images(name, expected.size)
    let plain = try model(images, .evaluation)
    #expect(plain.shape == [2, 10])
    let largest = expected.logits.reduce(0) { max($0, abs($1)) }
    func distance(_ values: [Float]) -> Float {
      zip(values, expected.logits).reduce(0) { max($0, abs($1.0 - $1.1)) } / largest
    }
    #expect(distance(plain.values) < 1e-4)
    let frozen = FrozenNetwork(model.network)
    #expect(distance(try frozen(images).values) < 1e-4)
    #expect(frozen.obstacle == nil)
    // One sample alone, planned for another batch size.
    let first = try frozen(images.slice(0..<1)).values
    #expect(zip(first, expected.logits).allSatisfy { abs($0 - $1) < 1e-4 * largest })
  }
}
