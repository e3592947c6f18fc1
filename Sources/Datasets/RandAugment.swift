import Catalog
import Images

/// A few operations drawn at random, each applied with a probability at a magnitude: RandAugment
/// (Cubuk et al. 2019, https://arxiv.org/abs/1909.13719) as in timm's `rand-m7-mstd0.5-inc1`.
public struct RandAugment: AugmentationStep {
  /// How many operations are drawn, with replacement.
  public var count: Int
  /// 0 … 10.
  public var magnitude: Double
  /// Deviation of the magnitude from picture to picture.
  public var deviation: Double
  /// With which each drawn operation is applied.
  public var probability: Float
  /// Nil: what makes sense for the pictures.
  public var operations: [PixelOperation]?

  public init(
    magnitude: Double = 7, count: Int = 2, deviation: Double = 0.5, probability: Float = 0.5,
    operations: [PixelOperation]? = nil
  ) {
    self.magnitude = magnitude
    self.count = count
    self.deviation = deviation
    self.probability = probability
    self.operations = operations
  }

  public var script: String {
    var parts = ["m=\(numberText(magnitude))"]
    if count != 2 { parts.append("n=\(count)") }
    if deviation != 0.5 { parts.append("mstd=\(numberText(deviation))") }
    if probability != 0.5 { parts.append("p=\(probability.literal)") }
    if let operations { parts.append("ops=\(operations.literal)") }
    return "rand_augment(\(parts.joined(separator: ", ")))"
  }

  /// Only where it was told to take operations that leave pixels at their places.
  public var keepsMasksTrue: Bool { operations?.allSatisfy { !$0.movesPixels } ?? false }

  public func apply(to image: inout Image, _ draws: inout Draws, mean: [Float]) {
    let choice =
      operations
      ?? PixelOperation.sensible(
        height: image.height, width: image.width, channels: image.channels)
    guard !choice.isEmpty else { return }
    let fill = groundBytes(mean, channels: image.channels)
    var own = draws
    image.changeBytes { raster in
      var result = raster
      let chosen = (0..<count).map { _ in choice[own.integer(below: choice.count)] }
      for operation in chosen where own.chance(probability) {
        let level = max(0, min(10, magnitude + deviation * own.normal())) / 10
        result = operation.apply(to: result, level: level, &own, fill: fill)
      }
      return result
    }
    draws = own
  }

  private static let magnitudeArgument = Argument<Double>(
    "m", "Magnitude, 0 … 10.", default: 7
  ) { (number: Double) -> String? in (0...10).contains(number) ? nil : "must be in 0..10" }
  private static let countArgument = Argument<Int>(
    "n", "Operations a picture.", default: 2
  ) { (number: Int) -> String? in (1...16).contains(number) ? nil : "must be in 1..16" }
  private static let deviationArgument = Argument<Double>(
    "mstd", "Deviation of the magnitude.", default: 0.5
  ) { (number: Double) -> String? in
    number >= 0 && number.isFinite ? nil : "must be at least 0"
  }
  private static let operationsArgument = Argument<[PixelOperation]?>(
    "ops", "The operations to draw from; none: what makes sense for the pictures.", default: nil
  ) { (list: [PixelOperation]?) -> String? in
    list?.isEmpty == true ? "must name one at least" : nil
  }

  static let declaration = Declaration(
    "rand_augment", "Applies a few random operations on pixels to each picture.",
    details: """
      `n` of \(PixelOperation.allCases.count) operations are drawn for each picture and each \
      applied with probability `p` at a magnitude drawn around `m` (0 changes nothing, 10 most). \
      `m=7` is timm's `rand-m7-mstd0.5-inc1`, which USI uses. Colour pictures get all operations; \
      small grey ones (under 64 pixels) those that keep figure and ground apart: no invert, \
      solarize, equalize, color. Cubuk et al. 2019, https://arxiv.org/abs/1909.13719.
      """,
    magnitudeArgument, countArgument, deviationArgument,
    Argument<Float>(
      "p", "Probability of each operation that is drawn.", default: 0.5, check: isShare),
    operationsArgument,
    examples: [
      "augment = random_crop(padding=2) + rand_augment(m=7)",
      "augment = rand_augment(m=5, n=1, ops=[\"rotate\", \"shear_x\"])",
    ],
    keywords: ["AutoAugment", "policy", "rotate", "shear", "contrast", "USI"]
  ) {
    (
      magnitude: Double, count: Int, deviation: Double, probability: Float,
      operations: [PixelOperation]?
    ) -> Augmentation in
    Augmentation(
      RandAugment(
        magnitude: magnitude, count: count, deviation: deviation, probability: probability,
        operations: operations))
  }
}
