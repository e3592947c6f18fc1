import Catalog

extension AugmentationStep {
  public var keepsMasksTrue: Bool { false }

  public func apply(
    to image: inout Image, _ mask: inout Mask, _ draws: inout Draws, mean: [Float]
  ) {
    apply(to: &image, &draws, mean: mean)
  }
}

/// A step that cuts a part out of a picture, and had better do so before the picture is reduced to
/// the size that a network sees.
public protocol FramingStep: AugmentationStep {
  /// A random part of a scene of any size, brought to a width and height.
  func framed(
    _ scene: Scene, width: Int, height: Int, _ draws: inout Draws, mean: [Float]
  ) -> Scene
}

extension FramingStep {
  public var keepsMasksTrue: Bool { true }

  public func apply(
    to image: inout Image, _ mask: inout Mask, _ draws: inout Draws, mean: [Float]
  ) {
    let (width, height) = (image.width, image.height)
    var (own, moved) = (draws, mask)
    image.changeBytes { raster in
      let scene = framed(
        Scene(raster, mask: moved), width: width, height: height, &own, mean: mean)
      moved = scene.mask
      return scene.raster
    }
    (draws, mask) = (own, moved)
  }
}

extension Augmentation {
  /// Changes the picture and the mask of a sample alike: a function of (seed, epoch, sample).
  func apply(
    to image: inout Image, _ mask: inout Mask, seed: Int, epoch: Int, sample: Int, mean: [Float],
    from first: Int
  ) {
    for part in steps.indices.dropFirst(first) {
      var draws = draws(part, seed: seed, epoch: epoch, sample: sample)
      steps[part].apply(to: &image, &mask, &draws, mean: mean)
    }
  }

  /// Fails where the pictures have masks and a step would leave them behind.
  public func check(for split: Split) throws {
    guard split.task == .segmentation else { return }
    let culprit = steps.first { !$0.keepsMasksTrue }?.script ?? mixing?.script
    guard let culprit else { return }
    throw Failure(
      .value,
      "\(culprit) changes pictures in a way that the masks of '\(split.name)' cannot follow",
      advice: "random_scale_crop, random_crop, flip and color_jitter go with masks")
  }
}
