import Catalog
import Layers
import Tensors
import TestSupport
import Testing

@testable import Models

/// Residual networks with dilated stages, for segmentation.
@Suite struct DilationTests {
  private func network(_ name: String, outputStride: Int) throws -> ResNet {
    let variant = try #require(ResNet.variants.first { $0.name == name })
    let shape = NetworkShape(classes: 0, channels: 3, size: 32)
    let network = ResNet(variant, shape, outputStride: outputStride)
    network.name()
    network.initialize(seed: 1)
    // The last norm of every block starts at zero, and would hide what is in front of it.
    for (key, parameter) in network.parameters where key.contains("bn") && key.hasSuffix("weight") {
      parameter.value = Tensor(repeating: 0.5, parameter.shape)
    }
    return network
  }

  /// Every stride that a dilation takes the place of leaves the old map's pixels among the new ones.
  @Test(arguments: ["resnet18", "resnet50"], [16, 8])
  func dilatedMapsContainTheStridedOnes(_ name: String, _ outputStride: Int) throws {
    let images = try Formula.images("images", [1, 3, 48, 64], scale: 2)
    let plain = try network(name, outputStride: 32)
    let dilated = try network(name, outputStride: outputStride)
    #expect(dilated.parameters.map(\.key) == plain.parameters.map(\.key))
    #expect(dilated.fc == nil && !dilated.parameters.contains { $0.key.hasPrefix("fc") })
    let coarse = try plain.featureMaps(images, .evaluation)
    let fine = try dilated.featureMaps(images, .evaluation)
    #expect(coarse.map(\.shape).map { $0[1] } == [12, 6, 3, 2])
    for (index, (small, large)) in zip(coarse, fine).enumerated() {
      let step = max(1, (4 << index) / outputStride)
      #expect(large.shape[1] == max(48 / outputStride, 48 / (4 << index)))
      let picked = try Tensor.stacked(
        (0..<small.shape[1]).map { row in
          try Tensor.stacked(
            (0..<small.shape[2]).map { column in
              try large.entry(row * step, axis: 1).entry(column * step, axis: 1)
            })
        })
      let ordered = try picked.transposed([2, 0, 1, 3])
      let largest = small.values.map { Double(abs($0)) }.max() ?? 0
      #expect(largest > 0)
      #expect(
        disagreement(ordered, small, relative: 0, absolute: 1e-4 * largest) == nil,
        "layer\(index + 1)")
    }
  }
}
