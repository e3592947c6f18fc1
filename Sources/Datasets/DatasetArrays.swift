import Checkpoints

extension Dataset {
  /// Writes the data set as arrays that other frameworks and `arrays` read, in safetensors:
  /// `images` N C H W (bytes where pixels are bytes of 0 to 255, else floats) and `labels` N,
  /// or N H W of masks; the parts for validation and test as `val_…` and `test_…`.
  public func writeArrays(_ path: String) throws {
    var checkpoint = Checkpoint(metadata: ["name": name, "classes": "\(classes)"])
    for part in parts {
      let prefix = part.name == "train" ? "" : part.name + "_"
      _ = checkpoint.add(prefix + "images", try part.split.channelsFirst())
      _ = checkpoint.add(prefix + "labels", try part.split.storedLabels())
    }
    try checkpoint.writeSafetensors(path)
  }
}

extension Split {
  /// Classes N, or masks N H W.
  fileprivate func storedLabels() throws -> StoredArray {
    guard task == .segmentation else {
      return StoredArray(labels.map { Int($0) }, shape: [count])
    }
    var values: [UInt8] = []
    values.reserveCapacity(count * height * width)
    for index in 0..<count { values += try scene(index)?.mask.values ?? [] }
    return StoredArray(values, shape: [count, height, width])
  }

  /// All pictures before normalisation, N C H W.
  fileprivate func channelsFirst() throws -> StoredArray {
    let shape = [count, channels, height, width]
    var values: [Float] = []
    values.reserveCapacity(count * channels * height * width)
    for index in 0..<count { values += try image(index).values }
    let ordered = Datasets.channelsFirst(values, channels: channels, area: height * width)
    if task == .segmentation || (images as? ByteImages)?.white == 255 {
      return StoredArray(ordered.map { UInt8(($0 * 255).rounded()) }, shape: shape)
    }
    return StoredArray(ordered, shape: shape)
  }
}
