import Catalog
import Foundation
import Images
import Tensors
import Testing

@testable import Datasets

/// What tells two folders of pictures apart.
@Suite("contents of files")
struct FileContentTests {
  private let moment = Date(timeIntervalSince1970: 1_600_000_000)

  private func write(_ bytes: [UInt8], _ name: String, _ folder: TemporaryFolder) throws -> String {
    let path = try folder.write(bytes, name)
    try FileManager.default.setAttributes([.modificationDate: moment], ofItemAtPath: path)
    return path
  }

  private func content(_ paths: [String], most: Int = FileContents.most) -> String {
    var hash = ContentHash()
    FileContents.add(paths, to: &hash, most: most)
    return hash.text
  }

  @Test("files of one name, size and time are told apart by every byte")
  func bytes() throws {
    let folder = try TemporaryFolder()
    var bytes = (0..<(3 << 19) + 7).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    let other = try write([1, 2, 3], "other.jpg", folder)
    let paths = [try write(bytes, "a.jpg", folder), other]
    let first = content(paths)
    #expect(content(paths) == first)
    for place in [0, 1 << 20, bytes.count / 2, bytes.count - 1] {
      bytes[place] ^= 1
      _ = try write(bytes, "a.jpg", folder)
      #expect(content(paths) != first, "\(place)")
      bytes[place] ^= 1
    }
    // Another time, another place: the same pictures. Another order: others.
    let copied = try TemporaryFolder()
    let copy = [try copied.write(bytes, "b.jpg"), try copied.write([1, 2, 3], "c.jpg")]
    #expect(content(copy) == first)
    #expect(content(copy.reversed()) != first)
    #expect(content([copy[0], "/no/such/file"]) != first)
  }

  @Test("of sets too large to read, edges, sizes and times are looked at")
  func edges() throws {
    let folder = try TemporaryFolder()
    var bytes = [UInt8](repeating: 5, count: 5 * FileContents.edge)
    let paths = [try write(bytes, "a.jpg", folder)]
    let first = content(paths, most: 100)
    #expect(content(paths, most: 100) == first && content(paths) != first)
    for (place, isSeen) in [(0, true), (bytes.count - 1, true), (bytes.count / 2, false)] {
      bytes[place] ^= 1
      _ = try write(bytes, "a.jpg", folder)
      #expect((content(paths, most: 100) != first) == isSeen, "\(place)")
      bytes[place] ^= 1
    }
    try folder.write(bytes, "a.jpg")
    #expect(content(paths, most: 100) != first)
  }

  @Test("a data set of a folder is told by its pictures, not by where and when they were written")
  func folders() throws {
    func folder(_ level: UInt8) throws -> TemporaryFolder {
      let folder = try TemporaryFolder()
      for (place, name) in ["a", "b"].enumerated() {
        try FileManager.default.createDirectory(
          atPath: folder.file(name), withIntermediateDirectories: true)
        let raster = Raster(
          width: 8, height: 8, channels: 3,
          pixels: [UInt8](repeating: level + UInt8(place), count: 192))
        _ = try write(PNG.encoded(raster), "\(name)/0.png", folder)
      }
      return folder
    }
    func text(_ folder: TemporaryFolder, size: Double = 8) throws -> String {
      let data = try dataset(
        call("image_folder", (nil, .string(folder.path)), ("size", .number(size))))
      return try data.train.content().text
    }
    let (a, again, other) = (try folder(10), try folder(10), try folder(20))
    #expect(try text(a) == text(again))
    #expect(try text(a) != text(other))
    #expect(try text(a) != text(a, size: 4))
  }

  @Test("scenes that are cut from larger ones are told by the whole of them")
  func scenes() throws {
    func text(_ corner: UInt8) throws -> String {
      let folder = try TemporaryFolder()
      var pixels = [UInt8](repeating: 50, count: 16 * 16 * 3)
      pixels[0] = corner
      let image = PNG.encoded(Raster(width: 16, height: 16, channels: 3, pixels: pixels))
      let mask = PNG.encoded(
        PNG.Indices(width: 16, height: 16, values: [UInt16](repeating: 1, count: 256)))
      for (part, bytes) in [("images", image), ("masks", mask)] {
        try FileManager.default.createDirectory(
          atPath: folder.file(part), withIntermediateDirectories: true)
        try folder.write(bytes, "\(part)/a.png")
      }
      let data = try dataset(
        call(
          "segmentation_folder", (nil, .string(folder.file("images"))),
          (nil, .string(folder.file("masks"))), ("size", .number(16)), ("crop", .number(4)),
          ("test", .number(0))))
      return try data.train.content().text
    }
    // The corner is in no middle crop, and yet in random ones.
    #expect(try text(50) == text(50))
    #expect(try text(50) != text(51))
  }
}
