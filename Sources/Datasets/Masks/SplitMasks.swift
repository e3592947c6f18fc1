import Catalog
import Images
import Tensors

/// What the labels of a data set say.
public enum LabelKind: String, Sendable {
  /// One class a picture: labels N.
  case classification
  /// One class a pixel: labels N H W, `Mask.ignored` where there is none.
  case segmentation
}

extension Split {
  /// The pictures with their masks, where the samples have masks.
  var scenes: (any SceneSource)? { images as? any SceneSource }

  public var task: LabelKind { scenes == nil ? .classification : .segmentation }

  /// A picture with its mask as they are seen without augmentation; nil where samples have a class
  /// each.
  public func scene(_ index: Int) throws -> Scene? {
    try scenes?.scene(place(index)).middle(width: width, height: height)
  }

  /// How many pixels each class has in the first samples.
  public func pixelCounts(ofFirst most: Int) throws -> [Int] {
    var counts = Array(repeating: 0, count: classes)
    for index in 0..<min(most, count) {
      guard let mask = try scene(index)?.mask else { continue }
      for (label, pixels) in mask.counts(classes: classes).enumerated() { counts[label] += pixels }
    }
    return counts
  }

  /// Fails where the samples have no label of this kind.
  ///
  /// - Parameter what: What wants it: `confusion`.
  public func require(_ kind: LabelKind, for what: String) throws {
    guard task != kind else { return }
    throw Failure(
      .data,
      kind == .classification
        ? "\(what) needs a class for each picture, '\(name)' has masks"
        : "\(what) needs masks, '\(name)' has a class for each picture",
      advice: kind == .segmentation ? "scenes() is built in" : nil)
  }

  /// Writes the H·W·C numbers of a sample with a mask, augmented and normalised, and the classes of
  /// its pixels.
  func write(
    _ index: Int, of scenes: any SceneSource, _ augmentation: Augmentation, seed: Int, epoch: Int,
    into target: UnsafeMutablePointer<Float>, _ labels: UnsafeMutablePointer<Int32>
  ) throws {
    var scene = try scenes.scene(place(index))
    var taken = 0
    if let framing = augmentation.steps.first as? any FramingStep {
      var draws = augmentation.draws(0, seed: seed, epoch: epoch, sample: index)
      scene = framing.framed(
        scene, width: width, height: height, &draws, mean: normalisation.mean)
      taken = 1
    } else {
      scene = scene.middle(width: width, height: height)
    }
    var image = Image(scene.raster)
    if taken < augmentation.steps.count {
      augmentation.apply(
        to: &image, &scene.mask, seed: seed, epoch: epoch, sample: index,
        mean: normalisation.mean, from: taken)
    }
    normalisation.apply(to: image, into: target)
    for (place, label) in scene.mask.values.enumerated() { labels[place] = Int32(label) }
  }
}
