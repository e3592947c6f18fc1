import Catalog
import Checkpoints
import Foundation
import Testing

/// A file that PyTorch wrote, as the script beside it says.
func goldenCheckpoint(_ name: String) -> String {
  URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Golden/checkpoints/\(name)").path
}

/// What PyTorch read from its own files.
struct ExpectedFile: Decodable {
  struct Values: Decodable {
    var shape: [Int]
    var values: [Double]
    var type: String
  }

  var arrays: [String: Values]
  var words: [String: String]?

  static func all() throws -> [String: ExpectedFile] {
    let data = try Data(contentsOf: URL(filePath: goldenCheckpoint("expected.json")))
    return try JSONDecoder().decode([String: ExpectedFile].self, from: data)
  }
}

@Suite("PyTorch files")
struct TorchTests {
  static let names = [
    "types.pth", "types_legacy.pth", "views.pth", "views_legacy.pth", "views_deflated.pth",
    "training_2.pth", "training_4.pth", "training_legacy.pth", "module.pth", "parameter.pth",
    "arrays_2.pkl", "arrays_3.pkl", "arrays_4.pkl", "arrays_5.pkl",
  ]

  @Test(arguments: names)
  func readsWhatPyTorchWrote(_ name: String) throws {
    let expected = try #require(try ExpectedFile.all()[name])
    let read = try Checkpoint.read(goldenCheckpoint(name))
    #expect(Set(read.names) == Set(expected.arrays.keys))
    for (key, values) in expected.arrays {
      let array = try #require(read[key], "\(key)")
      #expect(array.shape == values.shape, "\(key)")
      #expect(array.type == Self.types[values.type], "\(key)")
      if array.type.isFloating {
        // Narrower types are widened exactly; a double is rounded once.
        #expect(array.floats() == values.values.map { Float($0) }, "\(key)")
      } else {
        #expect(try array.integers() == values.values.map { Int($0) }, "\(key)")
      }
    }
    for (key, word) in expected.words ?? [:] { #expect(read.metadata[key] == word, "\(key)") }
  }

  static let types: [String: ElementType] = [
    "float64": .float64, "float32": .float32, "float16": .float16, "bfloat16": .bfloat16,
    "float8_e4m3fn": .float8e4m3, "float8_e5m2": .float8e5m2, "int64": .int64, "int32": .int32,
    "int16": .int16, "int8": .int8, "uint64": .uint64, "uint32": .uint32, "uint16": .uint16,
    "uint8": .uint8, "bool": .bool,
  ]

  @Test func everyGoldenIsTested() throws {
    #expect(Set(try ExpectedFile.all().keys) == Set(Self.names))
    #expect(Set(Self.types.values) == Set(ElementType.allCases))
  }

  @Test func tensorsThatAreTiedShareTheirBytes() throws {
    let read = try Checkpoint.read(goldenCheckpoint("views.pth"))
    let (a, b) = (try #require(read["base"]), try #require(read["tied"]))
    #expect(a.bytes.source === b.bytes.source && a.bytes.range == b.bytes.range)
  }

  @Test func whatIsNoTensorIsNamed() throws {
    let read = try Checkpoint.read(goldenCheckpoint("training_4.pth"))
    #expect(read.unread["args"]?.contains("'argparse.Namespace'") == true)
    #expect(read["args"] == nil)
  }

  @Test func otherByteOrders() throws {
    // {"w": two floats}, as torch.save writes it on a big-endian machine.
    let path = goldenCheckpoint("parameter.pth")
    let archive = try ZipArchive(FileBytes(path: path))
    let own = try #require(try Checkpoint.read(path)["array"]).floats()
    let entries = try archive.entries.map { entry -> ZipEntry in
      var content = try archive.content(of: entry).bytes
      if entry.name.hasSuffix("byteorder") { content = Array("big".utf8) }
      if entry.name.hasSuffix("data/0") {
        content = stride(from: 0, to: content.count, by: 4).flatMap {
          content[$0..<$0 + 4].reversed()
        }
      }
      return ZipEntry(entry.name, content, isDeflated: false)
    }
    let swapped = try Checkpoint.read(FileBytes(ZipEntry.archive(entries), name: "big.pth"))
    #expect(swapped["array"]?.floats() == own)
  }

  @Test(arguments: names)
  func noiseIsRefusedWithoutACrash(_ name: String) throws {
    let good = try bytes(of: goldenCheckpoint(name))
    let refused = fuzz(good, rounds: 1000, seed: UInt64(name.count)) { file in
      for entry in try CheckpointFormat.torch.read(file).entries {
        _ = entry.array.floats()
        _ = try entry.array.integers()
      }
    }
    #expect(refused > 200)
  }

  /// The check sums of an archive catch nearly all damage before the pickle is looked at: here they
  /// are made anew.
  @Test(arguments: ["types.pth", "views.pth", "training_2.pth", "training_4.pth", "module.pth"])
  func damagedPicklesAreRefusedWithoutACrash(_ name: String) throws {
    let archive = try ZipArchive(FileBytes(path: goldenCheckpoint(name)))
    let contents = try archive.entries.map { ($0.name, try archive.content(of: $0).bytes) }
    let pickle = try #require(contents.first { $0.0.hasSuffix("data.pkl") }).1
    let refused = fuzz(pickle, rounds: 600, seed: 11) { damaged in
      let entries = contents.map { name, content in
        ZipEntry(
          name, name.hasSuffix("data.pkl") ? damaged.all.bytes : content, isDeflated: false)
      }
      let file = FileBytes(ZipEntry.archive(entries), name: "fuzz.pth")
      for entry in try CheckpointFormat.torch.read(file).entries { _ = entry.array.floats() }
    }
    #expect(refused > 300)
  }
}
