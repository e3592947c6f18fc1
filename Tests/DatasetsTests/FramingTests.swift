import Datasets
import Images
import Tensors
import Testing

/// Random parts of photographs are cut from the photograph, not from what was cut before.
@Suite("framing")
struct FramingTests {
  /// Photographs 40×30, of which `load` shows an 8×8 corner in black.
  struct Photographs: ImageSource {
    var count: Int { 6 }
    var height: Int { 8 }
    var width: Int { 8 }
    var channels: Int { 1 }
    var normalisation: Normalisation? { nil }

    func load(_ index: Int, into image: inout Image) throws {
      image.values = Array(repeating: 0, count: 64)
    }

    func photograph(_ index: Int) throws -> Raster? {
      Raster(
        width: 40, height: 30, channels: 1,
        pixels: (0..<1200).map { UInt8(100 + $0 % 40 * 3 + index) })
    }
  }

  private func batch(_ augmentation: Augmentation, epoch: Int = 0) throws -> [Float] {
    try Split(
      "p", images: Photographs(), labels: [0, 0, 0, 1, 1, 1], classes: 2,
      normalisation: .identity(channels: 1)
    ).batch([1, 4], augmentation: augmentation, seed: 3, epoch: epoch).images.values
  }

  @Test func theFirstCropIsTakenFromThePhotograph() throws {
    #expect(try batch(.none).allSatisfy { $0 == 0 })
    #expect(try batch(Augmentation(Flip(probability: 1))).allSatisfy { $0 == 0 })
    let crop = RandomResizedCrop()
    let framed = try batch(Augmentation([crop]))
    #expect(framed.allSatisfy { $0 > 0.3 })
    // From left to right the photograph grows lighter, and so does any part of it.
    for row in 0..<16 {
      let line = framed[row * 8..<row * 8 + 8]
      #expect(zip(line, line.dropFirst()).allSatisfy { $0 <= $1 })
    }
    #expect(try batch(Augmentation([crop])) == framed)
    #expect(try batch(Augmentation([crop]), epoch: 1) != framed)
    // Behind another step, the picture is what that step leaves.
    #expect(try batch(Augmentation([Flip(), crop])).allSatisfy { $0 == 0 })
  }

  /// The steps after it draw what they draw without it.
  @Test func laterStepsAreTheSame() throws {
    let crop = RandomResizedCrop()
    let plain = try batch(Augmentation([crop]))
    let turned = try batch(Augmentation([crop, Flip(probability: 1)]))
    for row in 0..<16 {
      #expect(Array(turned[row * 8..<row * 8 + 8]) == plain[row * 8..<row * 8 + 8].reversed())
    }
  }
}
