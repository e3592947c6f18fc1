import Catalog

/// Mirrors a picture left to right with a probability.
public struct Flip: AugmentationStep {
  public var probability: Float

  public init(probability: Float = 0.5) { self.probability = probability }

  public var script: String {
    probability == 0.5 ? "flip()" : "flip(p=\(probability.literal))"
  }

  public func apply(to image: inout Image, _ draws: inout Draws, mean: [Float]) {
    guard draws.uniform() < probability else { return }
    let channels = image.channels
    for y in 0..<image.height {
      for x in 0..<image.width / 2 {
        let left = (y * image.width + x) * channels
        let right = (y * image.width + image.width - 1 - x) * channels
        for channel in 0..<channels { image.values.swapAt(left + channel, right + channel) }
      }
    }
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
