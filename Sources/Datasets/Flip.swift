import Catalog

/// Mirrors a picture left to right with a probability.
public struct Flip: AugmentationStep {
  public var probability: Float

  public init(probability: Float = 0.5) { self.probability = probability }

  public var script: String {
    probability == 0.5 ? "flip()" : "flip(p=\(probability.literal))"
  }

  public func apply(to image: inout Image, _ draws: inout Draws, mean: [Float]) {
    if draws.uniform() < probability { image.mirror() }
  }

  public var keepsMasksTrue: Bool { true }

  public func apply(
    to image: inout Image, _ mask: inout Mask, _ draws: inout Draws, mean: [Float]
  ) {
    guard draws.uniform() < probability else { return }
    image.mirror()
    mask.mirror()
  }

  static let declaration = Declaration(
    "flip", "Mirrors each picture left to right with probability p.",
    Argument("p", "Probability.", default: Float(0.5)) {
      $0 >= 0 && $0 <= 1 ? nil : "must be in 0..1"
    },
    examples: ["augment = flip()", "augment = flip(p=0.25)"],
    keywords: ["mirror", "horizontal"]
  ) { Augmentation(Flip(probability: $0)) }
}

extension Image {
  /// Mirrored left to right.
  fileprivate mutating func mirror() {
    for y in 0..<height {
      for x in 0..<width / 2 {
        let left = (y * width + x) * channels
        let right = (y * width + width - 1 - x) * channels
        for channel in 0..<channels { values.swapAt(left + channel, right + channel) }
      }
    }
  }
}
