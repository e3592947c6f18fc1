import Catalog
import Checkpoints
import Foundation
import Layers
import Tensors
import TestSupport
import Testing

@testable import Models

/// Published files whose names differ from timm's.
@Suite("key maps")
struct KeyMapTests {
  struct Pairs: Decodable {
    struct Key: Decodable {
      var theirs: String
      var ours: String?
      var shape: [Int]

      init(from decoder: any Decoder) throws {
        var list = try decoder.unkeyedContainer()
        theirs = try list.decode(String.self)
        ours = try list.decode(String?.self)
        shape = try list.decode([Int].self)
      }
    }

    var timm: String
    var keys: [Key]
  }

  /// torchvision's keys by timm's, as the script checked them by logits.
  static func pairs() throws -> [String: Pairs] {
    let path = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Golden/key_maps.json")
    return try JSONDecoder().decode([String: Pairs].self, from: Data(contentsOf: path))
  }

  static let names = [
    "mobilenet_v2", "mobilenet_v3_small", "mobilenet_v3_large", "efficientnet_b0", "vit_b_16",
    "convnext_tiny", "swin_t",
  ]

  @Test(arguments: names)
  func torchvisionsKeysAreOurs(_ name: String) throws {
    let pairs = try #require(try Self.pairs()[name])
    let theirs = pairs.keys.map(\.theirs)
    let map = try #require(KeyMap.all.first { $0.recognises(Set(theirs)) })
    #expect(KeyMap.all.filter { $0.recognises(Set(theirs)) }.count == 1)
    let renamed = map.renamed(theirs, pairs.keys.compactMap(\.ours))
    for key in pairs.keys {
      if let ours = key.ours {
        #expect(renamed[key.theirs] ?? key.theirs == ours, "\(key.theirs)")
      } else {
        #expect(map.dropped.contains { key.theirs.hasSuffix($0) }, "\(key.theirs)")
      }
    }
  }

  @Test func everyMapHasAGolden() throws {
    #expect(Set(try Self.pairs().keys) == Set(Self.names))
    var used: Set<String> = []
    for pairs in try Self.pairs().values {
      let keys = Set(pairs.keys.map(\.theirs))
      used.formUnion(KeyMap.all.filter { $0.recognises(keys) }.map(\.name))
    }
    // The published EfficientNet-Lite has a test of its own.
    #expect(used.count == KeyMap.all.count - 1)
  }

  /// A network is filled from a file in torchvision's names and shapes.
  @Test(arguments: names)
  func networksAreFilled(_ name: String) throws {
    let pairs = try #require(try Self.pairs()[name])
    guard modelRegistry.declarations.contains(where: { $0.name == pairs.timm }) else {
      Issue.record("there is no model '\(pairs.timm)'")
      return
    }
    let model = try make(pairs.timm)
    let entries = pairs.keys.map { key -> Checkpoint.Entry in
      if key.theirs.hasSuffix("num_batches_tracked") || key.ours == nil {
        return .init(key.theirs, StoredArray([7], shape: []))
      }
      let values = [Float](repeating: 0.25, count: key.shape.reduce(1, *))
      return .init(key.theirs, StoredArray(values, shape: key.shape))
    }
    let report = try model.load(Checkpoint(entries), from: "torchvision")
    #expect(report.isExact && report.matched == model.network.state.count)
    #expect(report.line.contains("torchvision"))
    for (key, entry) in model.network.state where !entry.isCounter {
      let values =
        switch entry {
        case .parameter(let parameter): parameter.value.values
        case .buffer(let buffer): buffer.value.values
        }
      // torchvision's MobileNetV3 adds 0.001 to its variances, timm's 0.00001.
      let isShifted = name.hasPrefix("mobilenet_v3") && key.hasSuffix("running_var")
      let expected: Float = isShifted ? 0.25099 : 0.25
      #expect(values.allSatisfy { abs($0 - expected) < 1e-7 }, "\(key)")
    }
  }
}
