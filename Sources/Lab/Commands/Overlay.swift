import Catalog
import Datasets
import Models
import Plots
import Tensors
import Training

enum Overlay {
  static let declaration: Declaration = .command(
    "overlay", "Draws pictures under the classes of their pixels: the truth and models' answers.",
    details: """
      A row a picture: the image, the truth, each model, and where the first two models differ (or \
      the only one is wrong): the pixels that only one of them has right are those that one could \
      learn of the other. Captions give the share of pixels that are right. Colours can be told \
      apart by colour-blind readers; a terminal without colours shows letters.
      """,
    Argument("models", "Models or runs; none: the truth alone.") as Argument<Rest<ModelGroup>>,
    Argument(
      "on", "A data set (its test part) or a split; none: that of the first run.",
      default: DataPart?.none),
    Argument("n", "How many pictures.", default: 4) {
      (1...20).contains($0) ? nil : "must be in 1..20"
    },
    Argument("start", "Which picture is the first.", default: 0) {
      $0 < 0 ? "must be at least 0" : nil
    },
    Argument("names", "What the models are called; none: variables' names.", default: [String]()),
    examples: [
      "overlay on=scenes(train=1, test=4), n=2",
      "d = scenes(digits=2, size=16, train=4, test=4); m = pspnet_resnet8(classes=3); "
        + "overlay m, on=d, n=2",
    ],
    keywords: ["segmentation", "mask", "picture", "difference", "prediction"]
  ) { session, rest, part, count, start, names in
    let groups = rest.items
    guard let part = part ?? groups.first?.data else {
      throw Failure(.argument, "overlay needs to know on what", advice: "on=data.test")
    }
    let split = part.split
    try split.require(.segmentation, for: "overlay")
    guard start < split.count else {
      throw Failure(
        .value, "'\(split.name)' has \(split.count) pictures, there is no picture \(start)")
    }
    let samples = Array(start..<min(split.count, start + count))
    let scenes = try samples.compactMap { try split.scene($0) }
    var columns: [(name: String, masks: [Mask])] = []
    for (index, group) in groups.enumerated() {
      guard let model = group.members.first?.model else { continue }
      try session.check()
      columns.append(
        (
          index < names.count ? names[index] : group.name(in: session),
          try segmented(samples, of: part, by: model)
        ))
    }
    return Plot(
      panel: Panel(
        split.name, images: grid(scenes, samples, columns, MaskPictures(split))))
  }

  private static func grid(
    _ scenes: [Scene], _ samples: [Int], _ columns: [(name: String, masks: [Mask])],
    _ drawing: MaskPictures
  ) -> ImageGrid {
    let difference =
      columns.first.map {
        DifferenceMap(first: $0.name, second: columns.count > 1 ? columns[1].name : nil)
      }
    var pictures: [(Plots.Picture?, String)] = []
    for (row, scene) in scenes.enumerated() {
      pictures += [
        (drawing.image(scene), "\(samples[row])"), (drawing.overlay(scene, scene.mask), "truth"),
      ]
      pictures += columns.map { name, masks in
        (
          drawing.overlay(scene, masks[row]),
          "\(name)\n\(percent(share(masks[row], scene.mask)))"
        )
      }
      if let difference {
        let second = columns.count > 1 ? columns[1].masks[row] : nil
        pictures.append(
          (difference.picture(scene.mask, columns[0].masks[row], second), "difference"))
      }
    }
    let masks = scenes.map(\.mask) + columns.flatMap(\.masks)
    let drawn = pictures.compactMap { picture, caption in picture.map { ($0, caption) } }
    return ImageGrid(
      drawn.map(\.0), captions: drawn.map(\.1),
      columns: 2 + columns.count + (difference == nil ? 0 : 1),
      keys: [drawing.key(masks)] + (difference.map { [$0.key] } ?? []))
  }

  /// The share of a picture's pixels that are right.
  private static func share(_ found: Mask, _ truth: Mask) -> Double {
    let counted = truth.values.indices.filter { truth.values[$0] != Mask.ignored }
    let right = counted.count { found.values[$0] == truth.values[$0] }
    return Double(right) / Double(max(1, counted.count))
  }

  private static func segmented(
    _ samples: [Int], of part: DataPart, by model: Model
  ) throws -> [Mask] {
    try Training.segmentation(of: samples, part.split, of: part.data, by: model)
  }
}
