extension CheckpointFormat {
  /// PyTorch's `torch.save`: a zip archive with a pickle and a file a storage (since 1.6), or the
  /// older stream of pickles that the storages follow. Plain pickles of NumPy arrays are read, too.
  ///
  /// Arrays are named by the path of keys that leads to them: `state_dict.fc.weight`.
  /// https://docs.pytorch.org/docs/stable/notes/serialization.html
  public static let torch = CheckpointFormat(
    "PyTorch", extensions: ["pth", "pt", "bin", "ckpt", "pkl", "tar"],
    recognises: { file in
      if file.count > 2, file[0] == 0x80, (2...5).contains(file[1]) { return true }
      guard ZipArchive.recognises(file), let archive = try? ZipArchive(file) else { return false }
      return TorchArchive.pickle(of: archive) != nil
    },
    read: { (file) throws(CheckpointError) in
      ZipArchive.recognises(file) ? try TorchArchive.read(file) : try TorchStream.read(file)
    })
}

/// The zip form: `NAME/data.pkl`, `NAME/data/KEY`, `NAME/byteorder`.
enum TorchArchive {
  /// The entry with the values, and the folder it stands in.
  static func pickle(of archive: ZipArchive) -> (entry: ZipArchive.Entry, folder: String)? {
    for entry in archive.entries {
      if entry.name == "data.pkl" { return (entry, "") }
      if entry.name.hasSuffix("/data.pkl") {
        return (entry, String(entry.name.dropLast("data.pkl".count)))
      }
    }
    return nil
  }

  static func read(_ file: FileBytes) throws(CheckpointError) -> Checkpoint {
    let archive = try ZipArchive(file)
    guard let (entry, folder) = pickle(of: archive) else {
      throw CheckpointError(
        file.name, "is a zip archive without a 'data.pkl'",
        advice: "it was not written by torch.save")
    }
    var reader = ByteReader(try archive.content(of: entry))
    let pickle = try Pickle(&reader)
    let entries = Dictionary(archive.entries.map { ($0.name, $0) }, uniquingKeysWith: { a, _ in a })
    var isBigEndian = false
    if let order = entries[folder + "byteorder"] {
      isBigEndian = try archive.content(of: order).bytes.starts(with: Array("big".utf8))
    }
    var found: [String: ByteRange] = [:]
    let storages = TorchStorages(isBigEndian: isBigEndian, budget: file.count) {
      (key) throws(CheckpointError) in
      if let content = found[key] { return content }
      guard let entry = entries[folder + "data/" + key] else {
        throw CheckpointError(file.name, "the archive has no storage \(shown(key))")
      }
      let content = try archive.content(of: entry)
      found[key] = content
      return content
    }
    return try TorchTree.checkpoint(pickle, storages, file: file.name)
  }
}

/// The older form: pickles of a magic number, a version, facts about the machine, the values and
/// the keys of the storages, then each storage as a 64-bit count and its numbers.
enum TorchStream {
  /// 0x1950a86a20f9469cfc6c as a number of ten bytes, behind the pickle's protocol.
  private static let magic: [UInt8] = [
    0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19,
  ]

  static func read(_ file: FileBytes) throws(CheckpointError) -> Checkpoint {
    var reader = ByteReader(file)
    var pickle = try Pickle(&reader)
    guard file.withBytes({ $0.dropFirst(2).starts(with: magic) }) else {
      // Somebody's own pickle: it may hold NumPy arrays, and no storages follow it.
      let none = TorchStorages(isBigEndian: false, budget: file.count) {
        (key) throws(CheckpointError) in
        throw CheckpointError(file.name, "the file has no storage \(shown(key))")
      }
      return try TorchTree.checkpoint(pickle, none, file: file.name)
    }
    let version = try Pickle(&reader)
    guard case .int(1001) = version.root else {
      throw reader.error("the format's version is unknown; 1001 is read")
    }
    let machine = try Pickle(&reader)
    let isBigEndian = isBigEndian(machine)
    pickle = try Pickle(&reader)
    let keys = try Pickle(&reader)
    let found = try storages(pickle, keys, &reader, isBigEndian: isBigEndian)
    let storages = TorchStorages(isBigEndian: isBigEndian, budget: file.count) {
      (key) throws(CheckpointError) in
      guard let content = found[key] else {
        throw CheckpointError(file.name, "the file has no storage \(shown(key))")
      }
      return content
    }
    return try TorchTree.checkpoint(pickle, storages, file: file.name)
  }

  private static func isBigEndian(_ machine: Pickle) -> Bool {
    guard case .dict(let index) = machine.root else { return false }
    return machine.heap.dicts[index].contains { pair in
      guard machine.heap.string(pair.key) == "little_endian", case .bool(let flag) = pair.value
      else { return false }
      return !flag
    }
  }

  private static func storages(
    _ pickle: Pickle, _ keys: Pickle, _ reader: inout ByteReader, isBigEndian: Bool
  ) throws(CheckpointError) -> [String: ByteRange] {
    guard let list = keys.heap.elements(keys.root) else {
      throw reader.error("the list of storages is none")
    }
    let sizes = Dictionary(
      pickle.heap.storages.map { ($0.key, TorchStorages.unit($0.typeName)) },
      uniquingKeysWith: { a, _ in a })
    var found: [String: ByteRange] = [:]
    for value in list {
      guard let key = keys.heap.string(value) else {
        throw reader.error("the key of a storage is no text")
      }
      guard let size = sizes[key] ?? nil else {
        throw reader.error("no tensor says of which type storage \(shown(key)) is")
      }
      let count = try reader.integer(Int64.self, "the size of a storage")
      guard count >= 0, let bytes = checkedProduct([Int(count)], times: size) else {
        throw reader.error("storage \(shown(key)) claims \(count) elements")
      }
      guard found[key] == nil else { throw reader.error("storage \(shown(key)) is there twice") }
      found[key] = try reader.take(bytes, "storage \(shown(key))")
    }
    return found
  }
}
