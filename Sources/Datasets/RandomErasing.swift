public import Catalog

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Erases a random rectangle with a probability, as timm's `RandomErasing` (Zhong et al. 2020,
/// https://arxiv.org/abs/1708.04896).
public struct RandomErasing: AugmentationStep {
  /// What an erased rectangle is filled with.
  public enum Mode: String, Choice, Sendable {
    /// The data's mean: 0 once it is normalised.
    case const
    /// One random colour.
    case rand
    /// A random colour for each pixel.
    case pixel
  }

  public var probability: Float
  public var area: ClosedRange<Double>
  /// Least height over width; the greatest is its inverse.
  public var ratio: Double
  public var mode: Mode

  public init(
    probability: Float = 0.25, area: ClosedRange<Double> = 0.02...(1.0 / 3), ratio: Double = 0.3,
    mode: Mode = .const
  ) {
    self.probability = probability
    self.area = area
    self.ratio = ratio
    self.mode = mode
  }

  public var script: String {
    var parts = ["p=\(probability.literal)"]
    if area != 0.02...(1.0 / 3) {
      parts.append("area=[\(numberText(area.lowerBound)), \(numberText(area.upperBound))]")
    }
    if ratio != 0.3 { parts.append("ratio=\(numberText(ratio))") }
    if mode != .const { parts.append("mode=\(mode.literal)") }
    return "random_erasing(\(parts.joined(separator: ", ")))"
  }

  public func apply(to image: inout Image, _ draws: inout Draws, mean: [Float]) {
    guard draws.chance(probability) else { return }
    let logs = (log(ratio), -log(ratio))
    // Up to ten tries at a rectangle that is smaller than the picture.
    for _ in 0..<10 {
      let part =
        draws.uniform(area.lowerBound, area.upperBound) * Double(image.width * image.height)
      let shape = exp(draws.uniform(logs.0, logs.1))
      let down = Int((part * shape).squareRoot().rounded(.toNearestOrEven))
      let across = Int((part / shape).squareRoot().rounded(.toNearestOrEven))
      guard across < image.width, down < image.height else { continue }
      let top = draws.integer(below: image.height - down + 1)
      let left = draws.integer(below: image.width - across + 1)
      erase(&image, top..<top + down, left..<left + across, &draws, mean)
      return
    }
  }

  private func erase(
    _ image: inout Image, _ rows: Range<Int>, _ columns: Range<Int>, _ draws: inout Draws,
    _ mean: [Float]
  ) {
    let ground = mean.count == image.channels ? mean : Array(repeating: 0.5, count: image.channels)
    func colour(_ draws: inout Draws) -> [Float] {
      ground.map { max(0, min(1, $0 + 0.25 * Float(draws.normal()))) }
    }
    var fill = mode == .rand ? colour(&draws) : ground
    for y in rows {
      for x in columns {
        if mode == .pixel { fill = colour(&draws) }
        for channel in 0..<image.channels {
          image.values[(y * image.width + x) * image.channels + channel] = fill[channel]
        }
      }
    }
  }

  private static let probabilityArgument = Argument<Float>(
    "p", "Probability.", default: 0.25, check: isShare)
  private static let areaArgument = Argument<[Double]>(
    "area", "Least and greatest share of the area.", default: [0.02, 1.0 / 3],
    check: areRisingShares)
  private static let ratioArgument = Argument<Double>(
    "ratio", "Least height over width; the greatest is its inverse.", default: 0.3
  ) { (ratio: Double) -> String? in
    ratio > 0 && ratio <= 1 ? nil : "must be above 0 and at most 1"
  }

  static let declaration = Declaration(
    "random_erasing", "Erases a random rectangle of each picture with probability p.",
    details: """
      timm's `RandomErasing`: up to ten tries at an area and a ratio. `mode`: \"const\" fills with \
      the data's mean, \"rand\" with one random colour, \"pixel\" with noise of deviation 0.25. \
      Zhong et al. 2020, https://arxiv.org/abs/1708.04896.
      """,
    probabilityArgument, areaArgument, ratioArgument,
    Argument<Mode>("mode", "What it is filled with.", default: .const),
    examples: ["augment = random_erasing(p=0.25)"], keywords: ["cutout", "occlusion"]
  ) { (probability: Float, area: [Double], ratio: Double, mode: Mode) -> Augmentation in
    let upper = abs(area[1] - 1.0 / 3) < 1e-9 ? 1.0 / 3 : area[1]
    return Augmentation(
      RandomErasing(probability: probability, area: area[0]...upper, ratio: ratio, mode: mode))
  }
}
