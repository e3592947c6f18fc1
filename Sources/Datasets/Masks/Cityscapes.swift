import Catalog
import Foundation

/// Cityscapes in its published layout (Cordts et al. 2016, https://arxiv.org/abs/1604.01685):
/// `leftImg8bit/PART/CITY/NAME_leftImg8bit.png` and `gtFine/PART/CITY/NAME_gtFine_labelTrainIds.png`
/// or `…_labelIds.png`.
enum Cityscapes {
  /// The 19 classes of the benchmark by train id, and the label ids they have in the files.
  private static let classes: [(name: String, id: Int)] = [
    ("road", 7), ("sidewalk", 8), ("building", 11), ("wall", 12), ("fence", 13), ("pole", 17),
    ("traffic light", 19), ("traffic sign", 20), ("vegetation", 21), ("terrain", 22), ("sky", 23),
    ("person", 24), ("rider", 25), ("car", 26), ("truck", 27), ("bus", 28), ("train", 31),
    ("motorcycle", 32), ("bicycle", 33),
  ]
  private static let imageEnding = "_leftImg8bit.png"

  static let declaration = Declaration(
    "cityscapes", "Cityscapes' street pictures with masks of 19 classes, in its own layout.",
    details: """
      The folder holds `leftImg8bit` and `gtFine` with `train` and `val` in them. Masks are \
      `…_labelTrainIds.png` where there are any, else `…_labelIds.png`, whose ids are mapped onto \
      the benchmark's 19 classes; all others belong to no class. With `crop` training pictures are \
      parts of the whole (random ones by random_scale_crop), test pictures are whole. Cordts et al. \
      2016, https://arxiv.org/abs/1604.01685.
      """,
    Argument<String>("path", "The folder."),
    Argument(
      "size", "Height and width of whole pictures.", default: SceneSize(height: 1024, width: 2048)),
    Argument("crop", "Height and width of training pictures; none: the whole.", default: Int?(512))
    {
      $0.map { $0 > 0 } ?? true ? nil : "must be positive"
    },
    SceneReader.memoryArgument,
    examples: ["data = cityscapes(\"Cityscapes\", size=[256, 512], crop=128)"],
    keywords: ["segmentation", "mask", "street", "train ids"]
  ) { (path: String, size: SceneSize, crop: Int?, memory: Int) throws -> Dataset in
    for folder in ["leftImg8bit", "gtFine"] where !FolderListing.isFolder("\(path)/\(folder)") {
      throw Failure(
        .file, "\(shownPath(path)) has no folder '\(folder)'",
        advice: "Cityscapes' own layout is needed; segmentation_folder reads others")
    }
    let (train, test) = (try pairs(path, "train"), try pairs(path, "val"))
    guard let first = train.first else {
      throw Failure(.data, "\(shownPath("\(path)/leftImg8bit/train")) has no pictures")
    }
    let hasTrainIDs = first.mask.hasSuffix("TrainIds.png")
    let map =
      hasTrainIDs
      ? nil : Dictionary(uniqueKeysWithValues: classes.enumerated().map { ($1.id, $0) })
    var given = [quotedText(path), "size=\(size.literal)"]
    if crop != 512 { given.append("crop=\(crop.literal)") }
    if memory != 1024 { given.append("memory=\(memory)") }
    return try SceneReader(
      name: "cityscapes", script: "cityscapes(\(given.joined(separator: ", ")))",
      code: MaskCode(classes: classes.count, ignored: 255, map: map),
      classNames: classes.map(\.name),
      fit: SceneFit(height: size.height, width: size.width, way: .stretch), crop: crop,
      memory: memory << 20
    ).dataset(train: train, test: test)
  }

  private static func pairs(_ root: String, _ part: String) throws -> [ScenePair] {
    let folder = "\(root)/leftImg8bit/\(part)"
    guard FolderListing.isFolder(folder) else { return [] }
    let images = try PictureTree(folder, endings: ["png"]).paths.filter {
      $0.hasSuffix(imageEnding)
    }
    var kind: String?
    return try images.map { image in
      let stem =
        "\(root)/gtFine/\(part)" + image.dropFirst(folder.count).dropLast(imageEnding.count)
      // One kind for all, so that no mask is read by the ids of another.
      let kinds = kind.map { [$0] } ?? ["_gtFine_labelTrainIds.png", "_gtFine_labelIds.png"]
      guard let found = kinds.first(where: { FileManager.default.fileExists(atPath: stem + $0) })
      else {
        throw Failure(.file, "\(shownPath(image)) has no mask \(shownPath(stem + kinds[0]))")
      }
      kind = found
      return ScenePair(image: image, mask: stem + found)
    }
  }
}
