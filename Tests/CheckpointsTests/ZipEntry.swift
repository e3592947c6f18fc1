import Checkpoints

/// An entry of an archive that a test writes, with any of its facts made wrong.
struct ZipEntry {
  var name: String
  var content: [UInt8]
  var isDeflated: Bool
  var size: Int?
  var checkSum: UInt32?
  var method: UInt16?
  var flags: UInt16
  var localName: String?
  var offset: UInt32?

  init(
    _ name: String, _ content: [UInt8], isDeflated: Bool = true, size: Int? = nil,
    checkSum: UInt32? = nil, method: UInt16? = nil, flags: UInt16 = 0, localName: String? = nil,
    offset: UInt32? = nil
  ) {
    self.name = name
    self.content = content
    self.isDeflated = isDeflated
    self.size = size
    self.checkSum = checkSum
    self.method = method
    self.flags = flags
    self.localName = localName
    self.offset = offset
  }

  /// The archive; `count` overrides the true number of entries.
  static func archive(_ entries: [ZipEntry], count: Int? = nil) -> [UInt8] {
    var bytes: [UInt8] = []
    var directory: [UInt8] = []
    for entry in entries {
      let gzip = Gzip.compress(entry.content)
      // A gzip stream is ten bytes of header, deflate data, check sum and size.
      let data = entry.isDeflated ? Array(gzip[10..<gzip.count - 8]) : entry.content
      let sum = entry.checkSum.map(little) ?? Array(gzip[(gzip.count - 8)..<(gzip.count - 4)])
      let facts =
        little(entry.flags) + little(entry.method ?? (entry.isDeflated ? 8 : 0)) + [0, 0, 0, 0]
        + sum
        + little(UInt32(data.count)) + little(UInt32(entry.size ?? entry.content.count))
      let local = Array((entry.localName ?? entry.name).utf8)
      let name = Array(entry.name.utf8)
      let offset = entry.offset ?? UInt32(bytes.count)
      bytes +=
        [0x50, 0x4B, 3, 4, 20, 0] + facts + little(UInt16(local.count)) + [0, 0] + local + data
      directory += [0x50, 0x4B, 1, 2, 20, 0, 20, 0] + facts + little(UInt16(name.count))
      directory += [UInt8](repeating: 0, count: 12) + little(offset) + name
    }
    let total = little(UInt16(count ?? entries.count))
    let end: [UInt8] = [0x50, 0x4B, 5, 6, 0, 0, 0, 0]
    return bytes + directory + end + total + total + little(UInt32(directory.count))
      + little(UInt32(bytes.count)) + [0, 0]
  }
}
