extension CheckpointFormat {
  /// NumPy's format for one array, versions 1 to 3 (NEP 1, 2007), read as the array named `array`.
  /// https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
  public static let npy = CheckpointFormat(
    "npy", extensions: ["npy"],
    recognises: { $0.starts(with: Npy.magic) },
    read: { (file) throws(CheckpointError) in
      Checkpoint([.init("array", try Npy.read(file.all))])
    })

  /// A zip archive of npy files, `name.npy` each, stored or deflated.
  public static let npz = CheckpointFormat(
    "npz", extensions: ["npz"],
    recognises: { file in
      // Other formats are zip archives too; theirs hold no .npy first.
      guard ZipArchive.recognises(file), file.count > 30 else { return false }
      let length = Int(file[26]) | Int(file[27]) << 8
      guard file.count >= 30 + length else { return false }
      return String(decoding: ByteRange(file, 30..<30 + length).bytes, as: UTF8.self)
        .hasSuffix(".npy")
    },
    read: { (file) throws(CheckpointError) in
      let archive = try ZipArchive(file)
      var checkpoint = Checkpoint()
      for entry in archive.entries where entry.name.hasSuffix(".npy") {
        let array = try Npy.read(archive.content(of: entry))
        _ = checkpoint.add(String(entry.name.dropLast(4)), array)
      }
      return checkpoint
    })
}

enum Npy {
  static let magic: [UInt8] = [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59]
  /// The header of any array without fields is shorter.
  private static let longestHeader = 1 << 16

  static func read(_ range: ByteRange) throws(CheckpointError) -> StoredArray {
    var reader = ByteReader(range)
    guard try reader.take(6, "the npy signature").bytes == magic else {
      throw CheckpointError(range.source.name, at: range.range.lowerBound, "is not an npy file")
    }
    let version = try reader.integer(UInt8.self, "the version")
    _ = try reader.integer(UInt8.self, "the version")
    guard (1...3).contains(version) else {
      throw reader.error("npy version \(version) is unknown; 1 to 3 are read")
    }
    let length =
      version == 1
      ? Int(try reader.integer(UInt16.self, "the header size"))
      : Int(try reader.integer(UInt32.self, "the header size"))
    guard length <= longestHeader else {
      throw reader.error("the header takes \(length) bytes, at most \(longestHeader) are read")
    }
    let header = try NpyHeader(reader.take(length, "the header"))
    guard let needed = checkedProduct(header.shape, times: header.type.size) else {
      throw reader.error("an array of shape \(header.shape) is larger than any file")
    }
    let data = try reader.take(needed, "the numbers of shape \(header.shape)")
    guard reader.remaining == 0 else {
      throw reader.error("\(reader.remaining) bytes follow the numbers of shape \(header.shape)")
    }
    let strides = StridedBytes.strides(of: header.shape, isColumnMajor: header.isFortran)
    return StridedBytes(
      data, type: header.type, shape: header.shape, strides: strides, offset: 0,
      isBigEndian: header.isBigEndian
    ).inOwnOrder()
  }
}

extension StoredArray {
  /// Writes the array as npy version 1; types that NumPy does not have are widened to Float32.
  public func writeNpy(_ path: String) throws(CheckpointError) {
    guard let descr = npyDescr else {
      return try StoredArray(floats(), shape: shape).writeNpy(path)
    }
    let sizes = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
    var header = "{'descr': '\(descr)', 'fortran_order': False, 'shape': (\(sizes)), }"
    // The numbers begin at a multiple of 64.
    header += String(repeating: " ", count: (64 - (header.utf8.count + 11) % 64) % 64) + "\n"
    let length = withUnsafeBytes(of: UInt16(header.utf8.count).littleEndian) { Array($0) }
    try AtomicFile.write(path) { (file) throws(CheckpointError) in
      try file.write(Npy.magic + [1, 0] + length + Array(header.utf8))
      try bytes.withBytes { (raw) throws(CheckpointError) in try file.write(raw) }
    }
  }

  private var npyDescr: String? {
    switch type {
    case .float64: "<f8"
    case .float32: "<f4"
    case .float16: "<f2"
    case .bfloat16, .float8e4m3, .float8e5m2: nil
    case .int64: "<i8"
    case .int32: "<i4"
    case .int16: "<i2"
    case .int8: "|i1"
    case .uint64: "<u8"
    case .uint32: "<u4"
    case .uint16: "<u2"
    case .uint8: "|u1"
    case .bool: "|b1"
    }
  }
}
