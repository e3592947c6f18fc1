public import Catalog
public import Images
import Tensors

/// The samples of one part of a data set: pictures of one size with a class each, or a mask each.
public final class Split: Object, ArgumentType, Answer, Sendable {
  public static let kind = "split"

  /// What it is part of and which part: `digits.train`.
  public let name: String
  public let classes: Int
  /// Names of the classes; empty where only numbers are known.
  public let classNames: [String]
  public let normalisation: Normalisation
  /// The class of every sample, 0 ..< classes; 0 for all of them where they have masks.
  public let labels: [Int32]
  public let images: any ImageSource
  /// Which pictures of the source are its samples; nil for all of them.
  let places: [Int]?

  /// - Precondition: A label in 0 ..< classes for every picture.
  public init(
    _ name: String, images: any ImageSource, labels: [Int32], classes: Int,
    classNames: [String] = [], normalisation: Normalisation? = nil
  ) {
    precondition(images.count == labels.count)
    precondition(labels.allSatisfy { $0 >= 0 && $0 < classes })
    self.name = name
    self.images = images
    self.labels = labels
    self.classes = classes
    self.classNames = classNames
    self.normalisation =
      normalisation ?? images.normalisation ?? .identity(channels: images.channels)
    places = nil
  }

  /// Samples with masks.
  ///
  /// - Precondition: Masks hold 0 ..< classes and `Mask.ignored`.
  public convenience init(
    _ name: String, scenes: any SceneSource, classes: Int, classNames: [String] = []
  ) {
    precondition(classes <= Mask.mostClasses)
    self.init(
      name, images: scenes, labels: Array(repeating: 0, count: scenes.count), classes: classes,
      classNames: classNames)
  }

  private init(_ whole: Split, name: String, indices: [Int]) {
    self.name = name
    images = whole.images
    labels = indices.map { whole.labels[$0] }
    classes = whole.classes
    classNames = whole.classNames
    normalisation = whole.normalisation
    places = indices.map { whole.places?[$0] ?? $0 }
  }

  /// Some of the samples, by index; the pictures are shared, not copied.
  public func selecting(_ indices: [Int], name: String? = nil) -> Split {
    Split(self, name: name ?? self.name, indices: indices)
  }

  public var count: Int { labels.count }
  public var height: Int { images.height }
  public var width: Int { images.width }
  public var channels: Int { images.channels }

  /// The name of a class, or its number.
  public func className(_ label: Int) -> String {
    classNames.indices.contains(label) ? classNames[label] : String(label)
  }

  /// The source's picture of a sample.
  func place(_ index: Int) -> Int { places?[index] ?? index }

  /// How many samples each class has.
  public var classCounts: [Int] {
    var counts = Array(repeating: 0, count: classes)
    for label in labels { counts[Int(label)] += 1 }
    return counts
  }

  /// The picture of a sample before normalisation.
  public func image(_ index: Int) throws -> Image { try images.image(place(index)) }

  /// Samples by index, in that order: images N H W C, normalised as (x − mean) / std with x in
  /// 0 … 1, and their labels: N classes, or N H W of masks.
  ///
  /// - Parameters:
  ///   - augmentation: Changes each picture before normalisation, and its mask alike; what it does
  ///     to a sample depends on (seed, epoch, index) alone. A mixing then mixes the pictures of the
  ///     batch.
  public func batch(
    _ indices: [Int], augmentation: Augmentation = .none, seed: Int = 0, epoch: Int = 0
  ) throws -> Batch {
    try augmentation.check(for: self)
    let size = height * width * channels
    let area = scenes == nil ? 0 : height * width
    var masks = [Int32](repeating: 0, count: indices.count * area)
    var tensor = Tensor(uninitialized: [indices.count, height, width, channels])
    var problems = [(any Error)?](repeating: nil, count: indices.count)
    // A few small pictures are copied faster than threads are told of them.
    let chunk = images.isCostly || !augmentation.steps.isEmpty ? 1 : max(1, 65_536 / max(1, size))
    tensor.mutate { target in
      masks.withUnsafeMutableBufferPointer { masks in
        problems.withUnsafeMutableBufferPointer { problems in
          let (places, classes) = (problems, masks)
          parallelFor(indices.count, chunk: chunk) { low, high in
            for row in low..<high {
              do {
                try write(
                  indices[row], augmentation, seed: seed, epoch: epoch, into: target + row * size,
                  classes.baseAddress.map { $0 + row * area })
              } catch { places[row] = error }
            }
          }
        }
      }
    }
    if let problem = problems.lazy.compactMap({ $0 }).first { throw problem }
    return try finished(tensor, masks, indices, augmentation, seed: seed, epoch: epoch)
  }

  /// The batch of images that have been written: mixed where the augmentation mixes.
  ///
  /// - Parameter masks: N·H·W classes where samples have masks.
  func finished(
    _ images: Tensor, _ masks: [Int32], _ indices: [Int], _ augmentation: Augmentation, seed: Int,
    epoch: Int
  ) throws -> Batch {
    if scenes != nil {
      return Batch(
        images: images, labels: try Labels(masks, [indices.count, height, width]), mixes: nil,
        samples: indices, seed: seed, epoch: epoch)
    }
    let own = indices.map { labels[$0] }
    let origin = Batch.Origin(split: self, augmentation: augmentation)
    guard let mixing = augmentation.mixing, !indices.isEmpty else {
      return Batch(
        images: images, labels: Labels(own), mixes: nil, samples: indices, seed: seed, epoch: epoch,
        origin: origin)
    }
    var images = images
    let mixes = mixing.apply(
      to: &images, labels: own, samples: indices, seed: seed, epoch: epoch)
    return Batch(
      images: images, labels: Labels(mixes.map(\.dominant)), mixes: mixes, samples: indices,
      seed: seed, epoch: epoch, origin: origin)
  }

  /// Writes the H·W·C numbers of one sample, augmented and normalised, and the H·W classes of its
  /// mask where it has one.
  func write(
    _ index: Int, _ augmentation: Augmentation, seed: Int, epoch: Int,
    into target: UnsafeMutablePointer<Float>, _ mask: UnsafeMutablePointer<Int32>? = nil
  ) throws {
    if let scenes, let mask {
      return try write(
        index, of: scenes, augmentation, seed: seed, epoch: epoch, into: target, mask)
    }
    let place = place(index)
    if augmentation.steps.isEmpty {
      return try images.load(place, normalised: normalisation, into: target)
    }
    var image = Image(height: height, width: width, channels: channels)
    var taken = 0
    if let framing = augmentation.framing, let photograph = try images.photograph(place) {
      var draws = augmentation.draws(0, seed: seed, epoch: epoch, sample: index)
      let frame = framing.framed(photograph, width: width, height: height, &draws)
      image.values = frame.pixels.map { Float($0) / 255 }
      taken = 1
    } else {
      try images.load(place, into: &image)
    }
    augmentation.apply(
      to: &image, seed: seed, epoch: epoch, sample: index, mean: normalisation.mean, from: taken)
    normalisation.apply(to: image, into: target)
  }
}
