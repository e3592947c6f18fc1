import Catalog
import Images

/// Scales a picture at random and cuts its own size out of it at a random place, padded where it has
/// become smaller: the augmentation of segmentation networks (Zhao et al. 2017,
/// https://arxiv.org/abs/1612.01105).
public struct RandomScaleCrop: FramingStep {
  /// Least and greatest factor.
  public var scale: ClosedRange<Double>

  public init(scale: ClosedRange<Double> = 0.5...2) { self.scale = scale }

  public var script: String {
    scale == 0.5...2
      ? "random_scale_crop()"
      : "random_scale_crop(scale=[\(numberText(scale.lowerBound)), "
        + "\(numberText(scale.upperBound))])"
  }

  public func framed(
    _ scene: Scene, width: Int, height: Int, _ draws: inout Draws, mean: [Float]
  ) -> Scene {
    let factor = draws.uniform(scale.lowerBound, scale.upperBound)
    // The window is cut first and brought to size then, so that no more is scaled than is seen.
    let across = max(1, Int((Double(width) / factor).rounded()))
    let down = max(1, Int((Double(height) / factor).rounded()))
    let left = RandomScaleCrop.start(of: across, in: scene.width, &draws)
    let top = RandomScaleCrop.start(of: down, in: scene.height, &draws)
    return scene.part(
      left: left, top: top, width: across, height: down,
      fill: groundBytes(mean, channels: scene.raster.channels)
    ).resized(width: width, height: height, .bilinear)
  }

  /// Where a window begins: inside where the picture is longer, else so that it holds all of it.
  private static func start(of window: Int, in length: Int, _ draws: inout Draws) -> Int {
    let room = length - window
    return room >= 0 ? draws.integer(below: room + 1) : -draws.integer(below: 1 - room)
  }

  public func apply(to image: inout Image, _ draws: inout Draws, mean: [Float]) {
    var mask = Mask(height: image.height, width: image.width, of: 0)
    apply(to: &image, &mask, &draws, mean: mean)
  }

  private static let scaleArgument = Argument<[Double]>(
    "scale", "Least and greatest factor.", default: [0.5, 2]
  ) { (pair: [Double]) -> String? in
    guard pair.count == 2, pair[0] >= 0.1, pair[0] <= pair[1], pair[1] <= 10 else {
      return "must be two rising numbers in 0.1..10"
    }
    return nil
  }

  static let declaration = Declaration(
    "random_scale_crop", "Scales each picture and its mask at random and cuts their size out.",
    details: """
      A factor, even between the two, and a place; what lies outside of the picture is the data's \
      mean and, in a mask, of no class. Masks are scaled by their nearest pixels. Where pictures are \
      larger than what a network sees (`crop` of a data set), the window is cut from the whole. \
      Zhao et al. 2017, https://arxiv.org/abs/1612.01105: 0.5 to 2.
      """,
    scaleArgument,
    examples: [
      "augment = random_scale_crop() + flip()", "augment = random_scale_crop(scale=[0.75, 1.5])",
    ],
    keywords: ["segmentation", "mask", "zoom", "scale", "pad"]
  ) { (scale: [Double]) -> Augmentation in Augmentation(RandomScaleCrop(scale: scale[0]...scale[1]))
  }
}
