import Catalog
import Checkpoints

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Data sets in the layout of MNIST: a folder of four IDX files.
enum MNIST {
  static let declaration = Declaration(
    "mnist", "A data set in MNIST's layout: a folder of four IDX files, gzipped or not.",
    details: """
      `train-images-idx3-ubyte`, `train-labels-idx1-ubyte`, `t10k-images-idx3-ubyte`, \
      `t10k-labels-idx1-ubyte`, with or without `.gz` (LeCun et al. 1998). MNIST itself, \
      Fashion-MNIST, KMNIST and others come so.
      """,
    Argument<String>("path", "The folder."),
    examples: ["data = mnist(\"\(FashionMNIST.folder)\")"],
    keywords: ["idx", "handwritten", "images", "file"]
  ) { path in
    try read(path, name: "mnist", classNames: [], script: "mnist(\(quotedText(path)))")
  }

  static func read(
    _ folder: String, name: String, classNames: [String], script: String
  ) throws -> Dataset {
    let train = try readPart(folder, "train", name: "\(name).train", classNames, like: nil)
    let test = try readPart(folder, "t10k", name: "\(name).test", classNames, like: train)
    return Dataset(name: name, script: script, train: train, test: test)
  }

  private static func readPart(
    _ folder: String, _ stem: String, name: String, _ classNames: [String], like train: Split?
  ) throws -> Split {
    let imagePath = try find(folder, "\(stem)-images", "idx3-ubyte")
    let labelPath = try find(folder, "\(stem)-labels", "idx1-ubyte")
    let images = try IDX(FileBytes(path: imagePath), axes: 3)
    let labels = try IDX(FileBytes(path: labelPath), axes: 1).bytes.bytes
    guard images.shape[0] == labels.count else {
      throw Failure(
        .data,
        "\(shown(imagePath)) has \(images.shape[0]) images, \(shown(labelPath)) has "
          + "\(labels.count) labels")
    }
    guard images.bytes.count > 0 else {
      throw Failure(.data, "\(shown(imagePath)) has no pixels: \(images.shape)")
    }
    if let train, images.shape[1...] != [train.height, train.width] {
      throw Failure(
        .data,
        "\(shown(imagePath)) has images of \(images.shape[1])×\(images.shape[2]), those for "
          + "training have \(train.height)×\(train.width)")
    }
    let most = labels.max().map { Int($0) + 1 } ?? 0
    let classes = train?.classes ?? max(most, classNames.count)
    guard most <= classes else {
      throw Failure(
        .data, "\(shown(labelPath)) has the label \(most - 1), there are \(classes) classes")
    }
    return Split(
      name,
      images: ByteImages(
        images.bytes.bytes, height: images.shape[1], width: images.shape[2], channels: 1,
        normalisation: train?.normalisation),
      labels: labels.map { Int32($0) }, classes: classes, classNames: classNames)
  }

  /// The file under any of the names it is published with.
  private static func find(_ folder: String, _ stem: String, _ kind: String) throws -> String {
    let base = folder.hasSuffix("/") ? folder : folder + "/"
    for name in ["\(stem)-\(kind)", "\(stem).\(kind)"] {
      for ending in [".gz", ""] where access(base + name + ending, F_OK) == 0 {
        return base + name + ending
      }
    }
    throw Failure(
      .file, "\(shown(folder)) has no file '\(stem)-\(kind).gz'",
      advice: "a folder with MNIST's four files is needed")
  }
}
