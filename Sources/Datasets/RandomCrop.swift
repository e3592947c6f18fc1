import Catalog

/// Pads a picture on all sides and cuts its own size out of it at a random place, as in
/// torchvision's `RandomCrop(size, padding)`.
public struct RandomCrop: AugmentationStep {
  /// Pixels on each side.
  public var padding: Int
  /// What stands outside, in the picture's own scale before normalisation.
  public var fill: Float

  public init(padding: Int = 4, fill: Float = 0) {
    self.padding = padding
    self.fill = fill
  }

  public var script: String {
    fill == 0
      ? "random_crop(padding=\(padding))"
      : "random_crop(padding=\(padding), fill=\(fill.literal))"
  }

  public func apply(to image: inout Image, _ draws: inout Draws, mean: [Float]) {
    let (down, right) = shift(&draws)
    move(&image, down: down, right: right)
  }

  public var keepsMasksTrue: Bool { true }

  public func apply(
    to image: inout Image, _ mask: inout Mask, _ draws: inout Draws, mean: [Float]
  ) {
    let (down, right) = shift(&draws)
    move(&image, down: down, right: right)
    let scene = Scene(mask.raster, mask: mask)
    mask =
      scene.part(
        left: right, top: down, width: mask.width, height: mask.height, fill: [0]
      ).mask
  }

  private func shift(_ draws: inout Draws) -> (down: Int, right: Int) {
    let down = draws.integer(below: 2 * padding + 1) - padding
    return (down, draws.integer(below: 2 * padding + 1) - padding)
  }

  private func move(_ image: inout Image, down: Int, right: Int) {
    if down == 0, right == 0 { return }
    let source = image.values
    let channels = image.channels
    for y in 0..<image.height {
      for x in 0..<image.width {
        let (fromY, fromX) = (y + down, x + right)
        let isInside =
          fromY >= 0 && fromY < image.height && fromX >= 0 && fromX < image.width
        for channel in 0..<channels {
          image.values[(y * image.width + x) * channels + channel] =
            isInside ? source[(fromY * image.width + fromX) * channels + channel] : fill
        }
      }
    }
  }

  static let declaration = Declaration(
    "random_crop", "Shifts each picture at random by up to the padding.",
    details: """
      Pads on all sides, then cuts the picture's own size out at a random place, as the CIFAR \
      recipes do (He et al. 2016, https://arxiv.org/abs/1512.03385).
      """,
    Argument("padding", "Pixels added on each side.", default: 4) {
      $0 < 0 || $0 > 4096 ? "must be in 0..4096" : nil
    },
    Argument("fill", "Value outside of the picture, before normalisation.", default: Float(0)),
    examples: ["augment = random_crop(padding=4)", "augment = random_crop(padding=2) + flip()"],
    keywords: ["shift", "translate", "pad"]
  ) { Augmentation(RandomCrop(padding: $0, fill: $1)) }
}
