import CZlib

/// A zip archive (PKWARE APPNOTE 6.3, with zip64), read through its central directory.
///
/// Refused: encryption, split archives, two entries of one name, entries that overlap or lie
/// outside, and archives that expand out of all proportion.
public struct ZipArchive: Sendable {
  public struct Entry: Sendable {
    public let name: String
    /// Bytes of the content.
    public let size: Int
    let method: UInt16
    let checkSum: UInt32
    /// Where the (compressed) content stands in the archive.
    let data: ByteRange
  }

  public let entries: [Entry]
  private let file: FileBytes
  /// Content beyond this and beyond a hundred times the archive is meant to exhaust its reader.
  private static let harmless = 64 << 20
  private static let proportion = 100

  /// Whether the bytes begin as an archive with entries does.
  public static func recognises(_ file: FileBytes) -> Bool {
    file.starts(with: [0x50, 0x4B, 3, 4])
  }

  public init(_ file: FileBytes) throws(CheckpointError) {
    self.file = file
    let directory = try ZipDirectory(file)
    var entries: [Entry] = []
    var spans: [Range<Int>] = []
    var names: Set<String> = []
    var total = 0
    var reader = ByteReader(directory.range)
    for _ in 0..<directory.count {
      let record = try ZipRecord(&reader)
      guard names.insert(record.name).inserted else {
        throw reader.error("two entries are named \(shown(record.name))")
      }
      let data = try record.locate(in: file, before: directory.range.range.lowerBound)
      spans.append(record.localHeader..<data.range.upperBound)
      let sum = total.addingReportingOverflow(record.size)
      total = sum.overflow ? .max : sum.partialValue
      entries.append(
        Entry(
          name: record.name, size: record.size, method: record.method, checkSum: record.checkSum,
          data: data))
    }
    spans.sort { $0.lowerBound < $1.lowerBound }
    for (a, b) in zip(spans, spans.dropFirst()) where a.upperBound > b.lowerBound {
      throw CheckpointError(file.name, at: b.lowerBound, "two entries of the archive overlap")
    }
    guard total <= Self.harmless || total / Self.proportion <= file.count else {
      throw CheckpointError(
        file.name, "\(file.count) bytes would expand to \(total): refused as a zip bomb")
    }
    self.entries = entries
  }

  public subscript(name: String) -> Entry? { entries.first { $0.name == name } }

  /// The content of an entry: in place where it is stored, else expanded; its check sum must hold.
  public func content(of entry: Entry) throws(CheckpointError) -> ByteRange {
    let name = file.name + "/" + entry.name
    var content = entry.data
    if entry.method != 0 {
      content = try Inflating.expand(
        entry.data, .raw, name: name, hint: entry.size, limit: entry.size
      ).all
    }
    guard content.count == entry.size else {
      throw CheckpointError(
        name, "holds \(content.count) bytes where the archive promises \(entry.size)")
    }
    let sum = content.withBytes { bytes in
      // zlib counts in 32 bits.
      stride(from: 0, to: bytes.count, by: 1 << 30).reduce(crc32(0, nil, 0)) { sum, start in
        let part = UnsafeRawBufferPointer(rebasing: bytes[start...].prefix(1 << 30))
        return crc32(
          sum, part.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt32(part.count))
      }
    }
    guard UInt32(truncatingIfNeeded: sum) == entry.checkSum else {
      throw CheckpointError(name, "its check sum is wrong", advice: "the archive is damaged")
    }
    return content
  }
}

/// Where the central directory stands.
private struct ZipDirectory {
  var range: ByteRange
  var count: Int

  init(_ file: FileBytes) throws(CheckpointError) {
    let end = try ZipDirectory.findEnd(file)
    var reader = ByteReader(ByteRange(file, end..<file.count))
    _ = try reader.take(4, "the end record")
    let disk = try reader.integer(UInt16.self, "the disk number")
    let firstDisk = try reader.integer(UInt16.self, "the disk number")
    _ = try reader.integer(UInt16.self, "the entry count")
    var count = UInt64(try reader.integer(UInt16.self, "the entry count"))
    var size = UInt64(try reader.integer(UInt32.self, "the directory size"))
    var offset = UInt64(try reader.integer(UInt32.self, "the directory offset"))
    var limit = end
    if count == 0xFFFF || size == 0xFFFF_FFFF || offset == 0xFFFF_FFFF, end >= 20,
      file.withBytes({ $0[(end - 20)...].starts(with: [0x50, 0x4B, 6, 7]) })
    {
      var locator = ByteReader(ByteRange(file, end - 12..<end))
      let place = try locator.integer(UInt64.self, "the zip64 locator")
      guard place <= UInt64(end - 20) else {
        throw CheckpointError(file.name, at: end - 20, "the zip64 record lies outside the file")
      }
      var record = ByteReader(ByteRange(file, Int(place)..<end - 20))
      guard try record.integer(UInt32.self, "the zip64 record") == 0x0606_4B50 else {
        throw CheckpointError(file.name, at: Int(place), "there is no zip64 record")
      }
      _ = try record.take(28, "the zip64 record")
      count = try record.integer(UInt64.self, "the entry count")
      size = try record.integer(UInt64.self, "the directory size")
      offset = try record.integer(UInt64.self, "the directory offset")
      limit = Int(place)
    } else if disk != 0 || firstDisk != 0 {
      throw CheckpointError(file.name, at: end, "is one part of a split archive")
    }
    guard offset <= UInt64(limit), size <= UInt64(limit) - offset else {
      throw CheckpointError(
        file.name, at: end,
        "the archive's directory would take \(size) bytes from byte \(offset): outside the file")
    }
    // An entry of the directory takes at least 46 bytes.
    guard count <= size / 46 else {
      throw CheckpointError(
        file.name, at: end, "\(count) entries cannot stand in a directory of \(size) bytes")
    }
    self.range = ByteRange(file, Int(offset)..<Int(offset + size))
    self.count = Int(count)
  }

  /// The end record: the last 22 bytes, or earlier by the length of a comment.
  private static func findEnd(_ file: FileBytes) throws(CheckpointError) -> Int {
    guard file.count >= 22 else {
      throw CheckpointError(file.name, "is too short for a zip archive: \(file.count) bytes")
    }
    let found: Int? = file.withBytes { bytes in
      let last = bytes.count - 22
      return stride(from: last, through: max(0, last - 0xFFFF), by: -1).first { at in
        bytes[at] == 0x50 && bytes[at + 1] == 0x4B && bytes[at + 2] == 5 && bytes[at + 3] == 6
          && Int(bytes[at + 20]) | Int(bytes[at + 21]) << 8 == last - at
      }
    }
    guard let found else {
      throw CheckpointError(
        file.name, "is no zip archive or is cut off: its end record is missing",
        advice: "copy or download the file again")
    }
    return found
  }
}

/// One entry of the central directory.
private struct ZipRecord {
  var name: String
  var nameLength: Int
  var method: UInt16
  var checkSum: UInt32
  var packed: Int
  var size: Int
  var localHeader: Int

  init(_ reader: inout ByteReader) throws(CheckpointError) {
    let what = "an entry of the directory"
    guard try reader.integer(UInt32.self, what) == 0x0201_4B50 else {
      throw reader.error("an entry of the archive's directory does not begin as one")
    }
    _ = try reader.take(4, what)
    let flags = try reader.integer(UInt16.self, what)
    method = try reader.integer(UInt16.self, what)
    _ = try reader.take(4, what)
    checkSum = try reader.integer(UInt32.self, what)
    var packed = UInt64(try reader.integer(UInt32.self, what))
    var size = UInt64(try reader.integer(UInt32.self, what))
    nameLength = Int(try reader.integer(UInt16.self, what))
    let extraLength = Int(try reader.integer(UInt16.self, what))
    let commentLength = Int(try reader.integer(UInt16.self, what))
    _ = try reader.take(8, what)
    var offset = UInt64(try reader.integer(UInt32.self, what))
    name = String(decoding: try reader.take(nameLength, "an entry's name").bytes, as: UTF8.self)
    var extra = ByteReader(try reader.take(extraLength, "an entry's extra field"))
    _ = try reader.take(commentLength, "an entry's comment")
    // Zip64: sizes that do not fit stand in the extra field of id 1, in this order.
    while extra.remaining >= 4 {
      let id = try extra.integer(UInt16.self, what)
      let length = Int(try extra.integer(UInt16.self, what))
      var field = ByteReader(try extra.take(length, "an extra field"))
      guard id == 1 else { continue }
      if size == 0xFFFF_FFFF { size = try field.integer(UInt64.self, "a zip64 size") }
      if packed == 0xFFFF_FFFF { packed = try field.integer(UInt64.self, "a zip64 size") }
      if offset == 0xFFFF_FFFF { offset = try field.integer(UInt64.self, "a zip64 offset") }
    }
    guard flags & 1 == 0 else { throw reader.error("\(shown(name)) is encrypted") }
    guard method == 0 || method == 8 else {
      throw reader.error("\(shown(name)) is packed by method \(method); only deflate is known")
    }
    guard let packed = Int(exactly: packed), let size = Int(exactly: size),
      let localHeader = Int(exactly: offset)
    else { throw reader.error("\(shown(name)) claims to be larger than any file") }
    let isPossible =
      method == 0 ? size == packed : size / Inflating.highestRatio <= packed
    guard isPossible else {
      throw reader.error("\(shown(name)) claims \(size) bytes out of \(packed)")
    }
    (self.packed, self.size, self.localHeader) = (packed, size, localHeader)
  }

  /// Where the content stands: behind the local header, whose own lengths count.
  func locate(in file: FileBytes, before limit: Int) throws(CheckpointError) -> ByteRange {
    guard localHeader <= limit else {
      throw CheckpointError(file.name, at: limit, "\(shown(name)) lies outside the file")
    }
    var reader = ByteReader(ByteRange(file, localHeader..<limit))
    guard try reader.integer(UInt32.self, "an entry's header") == 0x0403_4B50 else {
      throw CheckpointError(file.name, at: localHeader, "there is no entry \(shown(name))")
    }
    _ = try reader.take(22, "an entry's header")
    let localName = Int(try reader.integer(UInt16.self, "an entry's header"))
    let localExtra = Int(try reader.integer(UInt16.self, "an entry's header"))
    let written = String(
      decoding: try reader.take(localName, "an entry's name").bytes, as: UTF8.self)
    guard written == name else {
      throw CheckpointError(
        file.name, at: localHeader, "\(shown(name)) is called \(shown(written)) at its own place")
    }
    _ = try reader.take(localExtra, "an entry's extra field")
    return try reader.take(packed, "the content of \(shown(name))")
  }
}
