import Catalog

/// Erases squares around random places (DeVries and Taylor 2017, https://arxiv.org/abs/1708.04552).
public struct Cutout: AugmentationStep {
  /// Pixels a side.
  public var size: Int
  /// How many squares.
  public var count: Int

  public init(size: Int = 8, count: Int = 1) {
    self.size = size
    self.count = count
  }

  public var script: String {
    count == 1 ? "cutout(size=\(size))" : "cutout(size=\(size), n=\(count))"
  }

  public func apply(to image: inout Image, _ draws: inout Draws, mean: [Float]) {
    let channels = image.channels
    let fill = mean.count == channels ? mean : Array(repeating: 0, count: channels)
    for _ in 0..<count {
      let (y, x) = (draws.integer(below: image.height), draws.integer(below: image.width))
      let rows = max(0, y - size / 2)..<min(image.height, y - size / 2 + size)
      let columns = max(0, x - size / 2)..<min(image.width, x - size / 2 + size)
      for row in rows {
        for column in columns {
          for channel in 0..<channels {
            image.values[(row * image.width + column) * channels + channel] = fill[channel]
          }
        }
      }
    }
  }

  static let declaration = Declaration(
    "cutout", "Erases a square around a random place of each picture.",
    details: """
      The square is filled with the data's mean, 0 once it is normalised, and may reach beyond the \
      rim. DeVries and Taylor 2017, https://arxiv.org/abs/1708.04552: 16 pixels for CIFAR-10.
      """,
    Argument("size", "Pixels a side.", default: 8) {
      (1...4096).contains($0) ? nil : "must be in 1..4096"
    },
    Argument("n", "Squares a picture.", default: 1) {
      (1...64).contains($0) ? nil : "must be in 1..64"
    },
    examples: ["augment = flip() + cutout(size=4)"], keywords: ["occlusion", "erase"]
  ) { Augmentation(Cutout(size: $0, count: $1)) }
}
