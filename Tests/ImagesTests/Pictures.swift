import Foundation
import Images
import TestSupport

/// What PIL makes of the pictures beside it.
struct ImageGolden: Decodable {
  struct File: Decodable {
    var width: Int
    var height: Int
    var channels: Int
    var pixels: Data
  }

  struct Photograph: Decodable {
    var file: String
    var way: String
    var side: Int
    var crop: Int
    var channels: Int
    var crc: UInt32
    var pixels: Data?
  }

  struct Small: Decodable {
    var way: String
    var width: Int
    var height: Int
    var crc: UInt32
  }

  struct Sum: Decodable {
    var crc: UInt32
  }

  struct Resized: Decodable {
    var photographs: [Photograph]
    var small: [Small]
    var grey: Sum
  }

  var files: [String: File]
  var resized: Resized

  static let all = Result { try golden("images.json", as: ImageGolden.self) }

  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Golden")

  static func file(_ name: String) throws -> PictureFile {
    try PictureFile(path: folder.appending(path: name).path)
  }
}

/// The sum of PNG and zlib (ISO 3309), for long lists.
func crc32(_ bytes: [UInt8]) -> UInt32 {
  var table: [UInt32] = []
  for start in UInt32(0)..<256 {
    table.append(
      (0..<8).reduce(start) { sum, _ in sum & 1 == 1 ? 0xEDB8_8320 ^ sum >> 1 : sum >> 1 })
  }
  return ~bytes.reduce(~UInt32(0)) { table[Int(($0 ^ UInt32($1)) & 255)] ^ $0 >> 8 }
}

/// The largest difference of two lists of bytes; 256 where their lengths differ.
func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
  guard a.count == b.count else { return 256 }
  return zip(a, b).map { abs(Int($0) - Int($1)) }.max() ?? 0
}
