import Checkpoints

extension Dataset {
  /// Writes the data set as arrays that other frameworks and `arrays` read, in safetensors:
  /// `images` N C H W (bytes where pixels are bytes of 0 to 255, else floats) and `labels` N; the
  /// parts for validation and test as `val_…` and `test_…`.
  public func writeArrays(_ path: String) throws {
    var checkpoint = Checkpoint(metadata: ["name": name, "classes": "\(classes)"])
    for part in parts {
      let prefix = part.name == "train" ? "" : part.name + "_"
      _ = checkpoint.add(prefix + "images", try part.split.channelsFirst())
      let labels = StoredArray(part.split.labels.map { Int($0) }, shape: [part.split.count])
      _ = checkpoint.add(prefix + "labels", labels)
    }
    try checkpoint.writeSafetensors(path)
  }
}

extension Split {
  /// All pictures before normalisation, N C H W.
  fileprivate func channelsFirst() throws -> StoredArray {
    let shape = [count, channels, height, width]
    var values: [Float] = []
    values.reserveCapacity(count * channels * height * width)
    for index in 0..<count { values += try image(index).values }
    let ordered = Datasets.channelsFirst(values, channels: channels, area: height * width)
    if let bytes = images as? ByteImages, bytes.white == 255 {
      return StoredArray(ordered.map { UInt8(($0 * 255).rounded()) }, shape: shape)
    }
    return StoredArray(ordered, shape: shape)
  }
}
