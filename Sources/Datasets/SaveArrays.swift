import Catalog
import Checkpoints

/// A data set as arrays, for other frameworks and for `arrays`.
enum SaveArrays {
  static let declaration = Declaration(
    "save_arrays", "Writes a data set as arrays in a safetensors file.",
    details: """
      `images` N C H W (bytes where the pixels are bytes, else floats) and `labels` N; the parts \
      for validation and test as `val_…` and `test_…`. Read back by `arrays`.
      """,
    Argument<Dataset>("data", "The data set."),
    Argument<String>("path", "The file."),
    examples: ["save_arrays digits(), \"digits.safetensors\""],
    keywords: ["export", "safetensors", "numpy"]
  ) { data, path in
    var checkpoint = Checkpoint(metadata: ["name": data.name, "classes": "\(data.classes)"])
    for part in data.parts {
      let prefix = part.name == "train" ? "" : part.name + "_"
      _ = checkpoint.add(prefix + "images", try images(part.split))
      let labels = StoredArray(part.split.labels.map { Int($0) }, shape: [part.split.count])
      _ = checkpoint.add(prefix + "labels", labels)
    }
    try checkpoint.writeSafetensors(path)
    return Value.none
  }

  private static func images(_ split: Split) throws -> StoredArray {
    let shape = [split.count, split.channels, split.height, split.width]
    let area = split.height * split.width
    var values: [Float] = []
    values.reserveCapacity(split.count * split.channels * area)
    for index in 0..<split.count { values += try split.image(index).values }
    let ordered = channelsFirst(values, channels: split.channels, area: area)
    if let bytes = split.images as? ByteImages, bytes.white == 255 {
      return StoredArray(ordered.map { UInt8(($0 * 255).rounded()) }, shape: shape)
    }
    return StoredArray(ordered, shape: shape)
  }
}
