import Catalog
import Checkpoints

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// CIFAR-10 and CIFAR-100 in their binary version (Krizhevsky 2009, "Learning multiple layers of
/// features from tiny images", https://www.cs.toronto.edu/~kriz/cifar.html): a record is one label
/// byte, or a coarse and a fine one, and 3072 bytes: 32×32 red, green, blue, a plane each.
enum CIFAR {
  private static let pixels = 3072
  private static let mostRecords = 1_000_000

  /// Which of CIFAR-100's labels.
  enum Labels: String, Choice {
    case fine, coarse
  }

  static let ten = Declaration(
    "cifar10", "CIFAR-10: 50000 + 10000 colour pictures, 32×32, 10 classes.",
    details: """
      Krizhevsky 2009, https://www.cs.toronto.edu/~kriz/cifar.html, the binary version: a folder \
      with `data_batch_1.bin` to `data_batch_5.bin` and `test_batch.bin`.
      """,
    Argument<String>("path", "The folder."),
    examples: ["data = cifar10(\"cifar-10-batches-bin\")"],
    keywords: ["images", "binary", "tiny"]
  ) { path in
    let folder = inner(path, "cifar-10-batches-bin")
    let train = (1...5).map { "data_batch_\($0).bin" }.filter { exists(folder, $0) }
    return try dataset(
      "cifar10", script: "cifar10(\(quotedText(path)))",
      train: try records(folder, train.isEmpty ? ["data_batch_1.bin"] : train, labels: 1, at: 0),
      test: try records(folder, ["test_batch.bin"], labels: 1, at: 0), classes: 10,
      names: names(folder, "batches.meta.txt") ?? [
        "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
      ])
  }

  static let hundred = Declaration(
    "cifar100", "CIFAR-100: 50000 + 10000 colour pictures, 32×32, 100 classes in 20 groups.",
    details: """
      Krizhevsky 2009, https://www.cs.toronto.edu/~kriz/cifar.html, the binary version: a folder \
      with `train.bin` and `test.bin`.
      """,
    Argument<String>("path", "The folder."),
    Argument("labels", "The 100 fine classes or their 20 groups.", default: Labels.fine),
    examples: ["data = cifar100(\"cifar-100-binary\")"],
    keywords: ["images", "binary", "tiny"]
  ) { path, labels in
    let folder = inner(path, "cifar-100-binary")
    let place = labels == .fine ? 1 : 0
    return try dataset(
      "cifar100",
      script: "cifar100(\(quotedText(path))\(labels == .fine ? "" : ", labels=\"coarse\""))",
      train: try records(folder, ["train.bin"], labels: 2, at: place),
      test: try records(folder, ["test.bin"], labels: 2, at: place),
      classes: labels == .fine ? 100 : 20,
      names: names(folder, "\(labels.rawValue)_label_names.txt") ?? [])
  }

  private struct Part {
    var bytes: [UInt8] = []
    var labels: [Int32] = []
    var file = ""
  }

  private static func dataset(
    _ name: String, script: String, train: Part, test: Part, classes: Int, names: [String]
  ) throws -> Dataset {
    for part in [train, test] {
      if let wrong = part.labels.first(where: { $0 >= classes }) {
        throw Failure(
          .data, "\(shown(part.file)) has the label \(wrong), there are \(classes) classes")
      }
    }
    let pictures = ByteImages(train.bytes, height: 32, width: 32, channels: 3)
    let classNames = names.count == classes ? names : []
    return Dataset(
      name: name, script: script,
      train: Split(
        "\(name).train", images: pictures, labels: train.labels, classes: classes,
        classNames: classNames),
      test: Split(
        "\(name).test",
        images: ByteImages(
          test.bytes, height: 32, width: 32, channels: 3, normalisation: pictures.normalisation),
        labels: test.labels, classes: classes, classNames: classNames))
  }

  /// The records of files, one behind the other.
  ///
  /// - Parameters:
  ///   - count: Label bytes of a record.
  ///   - place: The one that is taken.
  private static func records(
    _ folder: String, _ files: [String], labels count: Int, at place: Int
  ) throws -> Part {
    var part = Part()
    let size = count + pixels
    for name in files {
      let path = folder + name
      guard access(path, F_OK) == 0 else {
        throw Failure(
          .file, "\(shown(folder)) has no file '\(name)'",
          advice: "the binary version of CIFAR is needed")
      }
      let file = try FileBytes(path: path)
      guard file.count > 0, file.count % size == 0, file.count / size <= mostRecords else {
        throw Failure(
          .file, "\(shown(path)) has \(file.count) bytes, no whole number of records of \(size)",
          advice: "the binary version of CIFAR is needed")
      }
      part.file = path
      let bytes = file.all.bytes
      for start in stride(from: 0, to: bytes.count, by: size) {
        part.labels.append(Int32(bytes[start + place]))
        part.bytes += bytes[start + count..<start + size]
      }
    }
    part.bytes = channelsLast(part.bytes, channels: 3, area: 1024)
    return part
  }

  /// The folder itself, or the one in it that the archive makes.
  private static func inner(_ path: String, _ name: String) -> String {
    let folder = path.hasSuffix("/") ? path : path + "/"
    return exists(folder, name) ? folder + name + "/" : folder
  }

  private static func exists(_ folder: String, _ name: String) -> Bool {
    access(folder + name, F_OK) == 0
  }

  /// The lines of a small text file that are not empty.
  private static func names(_ folder: String, _ file: String) -> [String]? {
    guard let bytes = try? FileBytes(path: folder + file), bytes.count < 65_536 else { return nil }
    let text = bytes.withBytes { String(decoding: $0, as: UTF8.self) }
    return text.split(whereSeparator: \.isNewline).map { String($0) }
  }
}
