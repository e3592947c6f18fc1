import Catalog
import Datasets
import Images
import Models
import Plots
import Tensors
import Training

/// What `show` can draw: the training part of a data set, a split, or a run's next batch.
enum Showable: ArgumentType {
  case split(Split)
  case run(Run)

  static var expected: String { "a data set, a split or a run" }
  static var valueKind: String? { "data set" }

  static func read(_ value: Value) throws -> Showable {
    switch value {
    case .object(let data as Dataset): return .split(data.train)
    case .object(let split as Split): return .split(split)
    case .object(let run as Run): return .run(run)
    default: throw Mismatch()
    }
  }
}

enum Show {
  static let declaration: Declaration = .command(
    "show", "Draws pictures as the student sees them, augmented and mixed, with their labels.",
    details: """
      `show data` draws the first training samples as they are, `show data, augment=…` what an \
      augmentation makes of them in an epoch. `show run` draws the run's next batch. A picture \
      that is mixed of two carries both classes, and the share of the greater one. Pictures with \
      masks stand beside them.
      """,
    Argument("what", "A data set (its training part), a split or a run.") as Argument<Showable>,
    Argument(
      "augment", "Random changes to the images; of a run: its own.", default: Augmentation.none),
    Argument("n", "How many pictures.", default: 12) {
      (1...256).contains($0) ? nil : "must be in 1..256"
    },
    Argument("epoch", "The epoch that is drawn for.", default: 0) {
      $0 < 0 ? "must be at least 0" : nil
    },
    Argument("seed", "What is drawn from; none: the session's seed.", default: Int?.none),
    examples: ["show data, n=4", "show data, augment=random_crop() + mixup(0.8), n=4"],
    keywords: ["picture", "image", "augmentation", "batch", "look"]
  ) { session, what, augment, count, epoch, seed in
    switch what {
    case .run(let run):
      return try sheet(
        try run.nextBatch(), of: run.data.train, count, title: run.augmentation.script)
    case .split(let split):
      guard split.count > 0 else { throw Failure(.data, "'\(split.name)' is empty") }
      let batches = Batches(
        split, seed: seed ?? session.seed, epoch: epoch,
        batchSize: min(count, split.count), shuffle: false)
      return try sheet(
        try batches.batch(0, augmentation: augment), of: split, count,
        title: augment.isIdentity ? split.name : augment.script)
    }
  }

  /// A batch's pictures with their classes.
  private static func sheet(
    _ batch: Batch, of split: Split, _ count: Int, title: String
  ) throws -> Plot {
    if split.task == .segmentation { return try masks(batch, of: split, count, title: title) }
    let shown = min(count, batch.images.shape[0])
    let pictures = try (0..<shown).map { try picture(of: $0, in: batch, split) }
    let captions = (0..<shown).map { row in
      batch.mixes.map { caption($0[row], split) }
        ?? split.className(Int(batch.labels.values[row]))
    }
    return Plot(panel: Panel(title, images: ImageGrid(pictures, captions: captions)))
  }

  /// A batch's pictures, each beside its mask.
  private static func masks(
    _ batch: Batch, of split: Split, _ count: Int, title: String
  ) throws -> Plot {
    let drawing = MaskPictures(split)
    let area = split.height * split.width
    let scenes = try (0..<min(count, batch.images.shape[0])).map { row -> Scene in
      let picture = try picture(of: row, in: batch, split)
      return Scene(
        Raster(
          width: split.width, height: split.height, channels: picture.channels,
          pixels: picture.pixels),
        mask: Mask(
          height: split.height, width: split.width,
          values: batch.labels.values[row * area..<(row + 1) * area].map { UInt8($0) }))
    }
    let pictures = scenes.flatMap { [drawing.image($0), drawing.overlay($0, $0.mask)] }
    return Plot(
      panel: Panel(
        title,
        images: ImageGrid(
          pictures.compactMap { $0 }, columns: scenes.count > 2 ? 6 : 2 * scenes.count,
          keys: [drawing.key(scenes.map(\.mask))])))
  }

  /// `coat 62 %, bag`: the class that the picture is most of, its share, and the other one.
  private static func caption(_ mix: MixedLabel, _ split: Split) -> String {
    let own = split.className(Int(mix.label))
    if mix.share == 1 || mix.label == mix.other { return own }
    let other = split.className(Int(mix.other))
    return mix.share >= 0.5
      ? "\(own) \(percent(mix.share)), \(other)" : "\(other) \(percent(1 - mix.share)), \(own)"
  }

  private static func percent(_ share: Float) -> String {
    NumberFormat.percent(0).text(Double(share))
  }

  /// A row of a batch on the scale of pixels: colours, or the first channel as grey.
  private static func picture(of row: Int, in batch: Batch, _ split: Split) throws -> Plots.Picture
  {
    let (height, width, channels) = (split.height, split.width, split.channels)
    let size = height * width * channels
    let drawn = channels >= 3 ? 3 : 1
    let normalisation = split.normalisation
    let values = batch.images.read { images in
      (0..<height * width).flatMap { place in
        (0..<drawn).map { channel in
          images[row * size + place * channels + channel] * normalisation.std[channel]
            + normalisation.mean[channel]
        }
      }
    }
    // Numbers that are no pixels are stretched.
    let low = min(0, values.min() ?? 0)
    let high = max(1, values.max() ?? 1)
    let isPixels = low > -1e-3 && high < 1.001
    guard
      let picture = Plots.Picture(
        width: width, height: height, channels: drawn, values: values, lower: isPixels ? 0 : low,
        upper: isPixels ? 1 : high)
    else { throw Failure(.shape, "'\(split.name)' has no pictures that can be drawn") }
    return picture
  }
}
