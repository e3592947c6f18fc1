extension Checkpoint {
  /// Writes the arrays and metadata as safetensors; the same checkpoint gives the same bytes.
  ///
  /// The header keeps the order of the entries; the numbers stand with the widest types first, so
  /// that each is aligned. A file that was there is replaced only once the new one is whole.
  public func writeSafetensors(_ path: String) throws(CheckpointError) {
    let header = safetensorsHeader()
    try AtomicFile.write(path) { (file) throws(CheckpointError) in
      try file.write(header)
      for index in dataOrder() {
        try entries[index].array.bytes.withBytes { (bytes) throws(CheckpointError) in
          try file.write(bytes)
        }
      }
    }
  }

  /// Places of the entries in the order of their numbers in the file.
  private func dataOrder() -> [Int] {
    entries.indices.sorted {
      let (a, b) = (entries[$0].array.type.size, entries[$1].array.type.size)
      return a != b ? a > b : $0 < $1
    }
  }

  private func safetensorsHeader() -> [UInt8] {
    var offsets = Array(repeating: 0, count: entries.count)
    var next = 0
    for index in dataOrder() {
      offsets[index] = next
      next += entries[index].array.bytes.count
    }
    var parts: [String] = []
    if !metadata.isEmpty {
      let words = metadata.sorted { $0.key < $1.key }.map {
        jsonText($0.key) + ":" + jsonText($0.value)
      }
      parts.append("\"__metadata__\":{" + words.joined(separator: ",") + "}")
    }
    for (entry, offset) in zip(entries, offsets) {
      let shape = entry.array.shape.map(String.init).joined(separator: ",")
      parts.append(
        jsonText(entry.name) + ":{\"dtype\":\"\(entry.array.type.rawValue)\",\"shape\":[\(shape)],"
          + "\"data_offsets\":[\(offset),\(offset + entry.array.bytes.count)]}")
    }
    var json = Array(("{" + parts.joined(separator: ",") + "}").utf8)
    json.append(contentsOf: Array(repeating: 0x20, count: (8 - json.count % 8) % 8))
    let size = withUnsafeBytes(of: UInt64(json.count).littleEndian) { Array($0) }
    return size + json
  }
}

/// A string as JSON writes it.
private func jsonText(_ text: String) -> String {
  var result = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"": result += "\\\""
    case "\\": result += "\\\\"
    case _ where scalar.value < 0x20:
      let digits = String(scalar.value, radix: 16)
      result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result + "\""
}
