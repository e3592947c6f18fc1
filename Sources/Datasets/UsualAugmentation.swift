extension Augmentation {
  /// USI's augmentation for the pictures of a data set. The rule, for pictures whose shorter side is
  /// s pixels:
  ///
  /// * s ≥ 64: random resized crop, as for ImageNet; below, a part of so few pixels would no longer
  ///   show the object, and the picture is shifted by up to an eighth of s instead (4 for 32
  ///   pixels, at least 1).
  /// * Flip where the classes have names. Classes that are numbers are digits, or unknown: a
  ///   mirrored 2 is none.
  /// * RandAugment with magnitude 7, of the operations that `PixelOperation.sensible` says.
  /// * Mixup 0.8 or cutmix 1.0, each half of the time.
  ///
  /// Pictures with masks are scaled, cut and mirrored, as segmentation networks are trained: a mixed
  /// picture has no mask.
  public static func usual(for data: Dataset) -> Augmentation {
    if data.task == .segmentation { return Augmentation([RandomScaleCrop(), Flip()]) }
    let side = min(data.height, data.width)
    var steps: [any AugmentationStep] =
      side >= 64 ? [RandomResizedCrop()] : [RandomCrop(padding: max(1, side / 8))]
    if !data.classNames.isEmpty { steps.append(Flip()) }
    steps.append(RandAugment())
    return Augmentation(steps, mixing: Mixing(mixup: 0.8, cutmix: 1))
  }
}
