import Catalog
import Foundation

/// Pascal VOC's segmentation task in its published layout (Everingham et al. 2015,
/// https://doi.org/10.1007/s11263-014-0733-5): `JPEGImages/NAME.jpg`, palette masks
/// `SegmentationClass/NAME.png` with 0 … 20 and 255, and lists of names in
/// `ImageSets/Segmentation`.
enum VOC {
  private static let classNames = [
    "background", "aeroplane", "bicycle", "bird", "boat", "bottle", "bus", "car", "cat", "chair",
    "cow", "diningtable", "dog", "horse", "motorbike", "person", "pottedplant", "sheep", "sofa",
    "train", "tvmonitor",
  ]

  static let declaration = Declaration(
    "voc_segmentation", "Pascal VOC's pictures with masks of 21 classes, in its own layout.",
    details: """
      The folder holds `JPEGImages`, `SegmentationClass` and `ImageSets/Segmentation`, or \
      `VOCdevkit/VOC2012` with them in it. Masks are palette pictures of 0 … 20, 255 belongs to no \
      class. Pictures are brought to `size`, filled up where their ratio differs; with `crop` \
      training pictures are parts of that (random ones by random_scale_crop). Everingham et al. \
      2015, https://doi.org/10.1007/s11263-014-0733-5.
      """,
    Argument<String>("path", "The folder."),
    Argument("size", "Height and width.", default: SceneSize(height: 512, width: 512)),
    SceneReader.cropArgument, SceneReader.fitArgument,
    Argument("train", "List of the training pictures.", default: "train"),
    Argument("test", "List of the test pictures.", default: "val"),
    SceneReader.memoryArgument,
    examples: ["data = voc_segmentation(\"VOCdevkit/VOC2012\", size=128)"],
    keywords: ["segmentation", "mask", "pascal", "palette"]
  ) {
    (
      path: String, size: SceneSize, crop: Int?, way: SceneFit.Way, train: String, test: String,
      memory: Int
    ) throws -> Dataset in
    let root = try root(path)
    var given = [quotedText(path), "size=\(size.literal)"]
    if let crop { given.append("crop=\(crop)") }
    if way != .pad { given.append("fit=\(way.literal)") }
    if train != "train" { given.append("train=\(quotedText(train))") }
    if test != "val" { given.append("test=\(quotedText(test))") }
    if memory != 1024 { given.append("memory=\(memory)") }
    return try SceneReader(
      name: "voc", script: "voc_segmentation(\(given.joined(separator: ", ")))",
      code: MaskCode(classes: classNames.count, ignored: 255), classNames: classNames,
      fit: SceneFit(height: size.height, width: size.width, way: way), crop: crop,
      memory: memory << 20
    ).dataset(train: try pairs(root, train), test: try pairs(root, test))
  }

  private static func root(_ path: String) throws -> String {
    let inner = ["", "/VOC2012", "/VOCdevkit/VOC2012", "/VOC2007", "/VOCdevkit/VOC2007"]
    guard
      let found = inner.first(where: { FolderListing.isFolder(path + $0 + "/SegmentationClass") })
    else {
      throw Failure(
        .file, "\(shownPath(path)) has no folder 'SegmentationClass'",
        advice: "Pascal VOC's own layout is needed; segmentation_folder reads others")
    }
    return path + found
  }

  private static func pairs(_ root: String, _ list: String) throws -> [ScenePair] {
    let path = "\(root)/ImageSets/Segmentation/\(list).txt"
    guard let data = FileManager.default.contents(atPath: path), data.count < 1 << 24 else {
      throw Failure(.file, "there is no list \(shownPath(path))")
    }
    let names = String(decoding: data, as: UTF8.self).split(whereSeparator: \.isWhitespace)
    guard !names.isEmpty else { throw Failure(.data, "the list \(shownPath(path)) is empty") }
    return try names.map { name in
      guard !name.contains("/") else {
        throw Failure(.data, "\(shownPath(path)) names '\(name.prefix(80))', which is no picture")
      }
      return ScenePair(
        image: "\(root)/JPEGImages/\(name).jpg", mask: "\(root)/SegmentationClass/\(name).png")
    }
  }
}
