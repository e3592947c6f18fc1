import Catalog
public import Images

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Cuts a random part out of a picture and brings it to the picture's size, as torchvision's
/// `RandomResizedCrop` (Szegedy et al. 2015, https://arxiv.org/abs/1409.4842).
public struct RandomResizedCrop: FramingStep {
  /// Least and greatest share of the area.
  public var scale: ClosedRange<Double>
  /// Least and greatest width over height.
  public var ratio: ClosedRange<Double>
  public var interpolation: Interpolation

  public init(
    scale: ClosedRange<Double> = 0.08...1, ratio: ClosedRange<Double> = 0.75...(4.0 / 3),
    interpolation: Interpolation = .bicubic
  ) {
    self.scale = scale
    self.ratio = ratio
    self.interpolation = interpolation
  }

  public var script: String {
    var parts: [String] = []
    if scale != 0.08...1 { parts.append("scale=\(pairText(scale))") }
    if ratio != 0.75...(4.0 / 3) { parts.append("ratio=\(pairText(ratio))") }
    if interpolation != .bicubic { parts.append("interpolation=\(interpolation.literal)") }
    return "random_resized_crop(\(parts.joined(separator: ", ")))"
  }

  /// A part of a picture, in pixels.
  struct Box: Equatable {
    var left: Int
    var top: Int
    var width: Int
    var height: Int
  }

  /// The part that is cut out of a picture: up to ten tries at a random area and ratio, else the
  /// largest middle part whose ratio fits.
  func box(width: Int, height: Int, _ draws: inout Draws) -> Box {
    let area = Double(width * height)
    let logs = (log(ratio.lowerBound), log(ratio.upperBound))
    for _ in 0..<10 {
      let part = area * draws.uniform(scale.lowerBound, scale.upperBound)
      let shape = exp(draws.uniform(logs.0, logs.1))
      let across = Int((part * shape).squareRoot().rounded(.toNearestOrEven))
      let down = Int((part / shape).squareRoot().rounded(.toNearestOrEven))
      guard across > 0, across <= width, down > 0, down <= height else { continue }
      return Box(
        left: draws.integer(below: width - across + 1),
        top: draws.integer(below: height - down + 1), width: across, height: down)
    }
    let own = Double(width) / Double(height)
    var (across, down) = (width, height)
    if own < ratio.lowerBound {
      down = min(height, max(1, Int((Double(width) / ratio.lowerBound).rounded())))
    } else if own > ratio.upperBound {
      across = min(width, max(1, Int((Double(height) * ratio.upperBound).rounded())))
    }
    return Box(
      left: (width - across) / 2, top: (height - down) / 2, width: across, height: down)
  }

  /// The random part of a picture of any size, brought to a width and height.
  public func framed(_ raster: Raster, width: Int, height: Int, _ draws: inout Draws) -> Raster {
    let box = box(width: raster.width, height: raster.height, &draws)
    return raster.cropped(left: box.left, top: box.top, width: box.width, height: box.height)
      .resized(width: width, height: height, interpolation)
  }

  public func framed(
    _ scene: Scene, width: Int, height: Int, _ draws: inout Draws, mean: [Float]
  ) -> Scene {
    let box = box(width: scene.width, height: scene.height, &draws)
    return scene.part(
      left: box.left, top: box.top, width: box.width, height: box.height,
      fill: groundBytes(mean, channels: scene.raster.channels)
    ).resized(width: width, height: height, interpolation)
  }

  public func apply(to image: inout Image, _ draws: inout Draws, mean: [Float]) {
    let (width, height) = (image.width, image.height)
    var own = draws
    image.changeBytes { framed($0, width: width, height: height, &own) }
    draws = own
  }

  private static let scaleArgument = Argument<[Double]>(
    "scale", "Least and greatest share of the area.", default: [0.08, 1], check: areRisingShares)
  private static let ratioArgument = Argument<[Double]>(
    "ratio", "Least and greatest width over height.", default: [0.75, 4.0 / 3]
  ) { (pair: [Double]) -> String? in
    guard pair.count == 2, pair[0] > 0, pair[0] <= pair[1], pair[1].isFinite else {
      return "must be two rising positive numbers"
    }
    return nil
  }

  static let declaration = Declaration(
    "random_resized_crop", "Cuts a random part out of each picture and enlarges it.",
    details: """
      torchvision's `RandomResizedCrop`: a share of the area, a ratio of width to height (even in \
      its logarithm), a place. Szegedy et al. 2015, https://arxiv.org/abs/1409.4842. Made for \
      photographs; small pictures are better shifted by `random_crop`.
      """,
    scaleArgument, ratioArgument,
    Argument<Interpolation>(
      "interpolation", "How pixels between pixels are found.", default: .bicubic),
    examples: [
      "augment = random_resized_crop() + flip()", "augment = random_resized_crop(scale=[0.5, 1])",
    ],
    keywords: ["scale", "zoom", "Inception"]
  ) { (scale: [Double], ratio: [Double], interpolation: Interpolation) -> Augmentation in
    Augmentation(
      RandomResizedCrop(
        scale: scale[0]...scale[1], ratio: near(ratio[0], 0.75)...near(ratio[1], 4.0 / 3),
        interpolation: interpolation))
  }
}

/// A number that was printed with twelve digits, as it was.
private func near(_ number: Double, _ known: Double) -> Double {
  abs(number - known) < 1e-9 ? known : number
}

private func pairText(_ range: ClosedRange<Double>) -> String {
  "[\(numberText(range.lowerBound)), \(numberText(range.upperBound))]"
}

/// What is wrong with a least and a greatest share.
@Sendable func areRisingShares(_ pair: [Double]) -> String? {
  guard pair.count == 2, pair[0] > 0, pair[0] <= pair[1], pair[1] <= 1 else {
    return "must be two rising shares above 0 and up to 1"
  }
  return nil
}

@Sendable func isShare(_ number: Float) -> String? {
  number >= 0 && number <= 1 ? nil : "must be in 0..1"
}
