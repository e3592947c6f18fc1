import Catalog
import Checkpoints
import Tensors
import Testing

@Suite("safetensors")
struct SafetensorsTests {
  /// A file with this header and this many bytes of numbers.
  private func file(_ header: String, data: [UInt8]) -> FileBytes {
    FileBytes(little(UInt64(header.utf8.count)) + Array(header.utf8) + data, name: "t.safetensors")
  }

  private func refusal(_ header: String, data: Int = 8) -> String {
    reason { _ = try Checkpoint.read(file(header, data: [UInt8](repeating: 1, count: data))) }
  }

  @Test func readsWhatIsWritten() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("a.safetensors")
    let tensor = try Tensor([1.5, -2, .infinity, 0, 0x1p-140, 6], [2, 3])
    let checkpoint = Checkpoint(
      [
        .init("b.weight", StoredArray(tensor)),
        .init("steps", StoredArray([1, -2, 1 << 40], shape: [3])),
        .init("a", StoredArray([UInt8(7)], shape: [])),
        .init("empty", StoredArray([Float](), shape: [0, 4])),
      ], metadata: ["format": "pt", "quote\"\\\n": "é✓"])
    try checkpoint.writeSafetensors(path)
    let back = try Checkpoint.read(path)
    #expect(back.names == ["b.weight", "steps", "a", "empty"])
    #expect(back.metadata == checkpoint.metadata)
    for entry in checkpoint.entries { #expect(back[entry.name] == entry.array) }
    #expect(back["b.weight"]?.tensor().values == tensor.values)
    #expect(try back["steps"]?.integers() == [1, -2, 1 << 40])
    #expect(back["steps"]?.type == .int64)
    #expect(back["missing"] == nil)
  }

  @Test func sameCheckpointSameBytes() throws {
    let folder = try TemporaryFolder()
    let checkpoint = Checkpoint(
      [.init("x", StoredArray([Float(1), 2], shape: [2]))],
      metadata: ["b": "1", "a": "2", "c": "3"])
    try checkpoint.writeSafetensors(folder.file("1"))
    try checkpoint.writeSafetensors(folder.file("2"))
    #expect(try bytes(of: folder.file("1")) == bytes(of: folder.file("2")))
    #expect(folder.names == ["1", "2"])
  }

  @Test func numbersAreAligned() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("a")
    let checkpoint = Checkpoint([
      .init("odd", StoredArray([UInt8](repeating: 1, count: 3), shape: [3])),
      .init("float", StoredArray([Float(1)], shape: [1])),
      .init("long", StoredArray([1], shape: [1])),
    ])
    try checkpoint.writeSafetensors(path)
    for entry in try Checkpoint.read(path).entries {
      #expect(entry.array.bytes.range.lowerBound % entry.array.type.size == 0)
    }
  }

  @Test func layoutIsTheSpecified() throws {
    let header = #"{"w":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}}"#
    let bytes = little(UInt32(0x3F80_0000)) + little(UInt32(0xC000_0000))
    let read = try Checkpoint.read(file(header, data: bytes))
    #expect(read["w"]?.floats() == [1, -2])
    #expect(read["w"]?.shape == [1, 2])
  }

  @Test func everyTypeIsWidened() throws {
    let cases: [(String, [UInt8], [Float])] = [
      ("F64", little(0.1.bitPattern) + little((-3.0).bitPattern), [0.1, -3]),
      ("F32", little(Float(0.1).bitPattern), [0.1]),
      (
        "F16", [0, 0x3C, 1, 0, 0xFF, 3, 0, 0xFC, 0xFF, 0x7B],
        [1, 0x1p-24, 1023 * 0x1p-24, -.infinity, 65504]
      ),
      ("BF16", [0x80, 0x3F, 0, 0xC0], [1, -2]),
      ("F8_E4M3", [0x38, 0x7E, 0x01, 0xB8], [1, 448, 0x1p-9, -1]),
      ("F8_E5M2", [0x3C, 0x7B, 0x01, 0xFC], [1, 57344, 0x1p-16, -.infinity]),
      ("I64", little(Int64(-5)), [-5]),
      ("I32", little(Int32(-5)), [-5]),
      ("I16", little(Int16(-5)), [-5]),
      ("I8", [0xFB], [-5]),
      ("U64", little(UInt64(1) << 63), [0x1p63]),
      ("U32", little(UInt32(4_000_000_000)), [4e9]),
      ("U16", little(UInt16(65535)), [65535]),
      ("U8", [255, 0], [255, 0]),
      ("BOOL", [1, 0], [1, 0]),
    ]
    #expect(cases.count == ElementType.allCases.count)
    for (type, data, expected) in cases {
      let header =
        "{\"x\":{\"dtype\":\"\(type)\",\"shape\":[\(expected.count)],"
        + "\"data_offsets\":[0,\(data.count)]}}"
      let array = try #require(try Checkpoint.read(file(header, data: data))["x"])
      #expect(array.floats() == expected, "\(type)")
      #expect(array.tensor().values == expected, "\(type)")
    }
  }

  @Test func noNumbersStayNoNumbers() throws {
    for (type, data) in [("F16", [UInt8(1), 0x7C]), ("F8_E4M3", [0x7F]), ("F8_E5M2", [0x7F])] {
      let header =
        "{\"x\":{\"dtype\":\"\(type)\",\"shape\":[1],\"data_offsets\":[0,\(data.count)]}}"
      let array = try #require(try Checkpoint.read(file(header, data: data))["x"])
      #expect(array.floats()[0].isNaN, "\(type)")
    }
  }

  @Test func everyHalfIsExact() throws {
    #if arch(arm64) || os(Linux)
      let patterns = (0...UInt16.max).filter { !Float16(bitPattern: $0).isNaN }
      let header =
        "{\"x\":{\"dtype\":\"F16\",\"shape\":[\(patterns.count)],"
        + "\"data_offsets\":[0,\(patterns.count * 2)]}}"
      let data = patterns.flatMap { little($0) }
      let array = try #require(try Checkpoint.read(file(header, data: data))["x"])
      #expect(array.floats() == patterns.map { Float(Float16(bitPattern: $0)) })
    #endif
  }

  @Test func lyingHeadersAreRefused() {
    let promise = FileBytes(little(UInt64(1) << 60) + Array("{}".utf8), name: "big")
    #expect(reason { _ = try Checkpoint.read(promise) }.contains("1152921504606846976"))
    #expect(
      reason {
        _ = try Checkpoint.read(FileBytes(little(UInt64.max) + Array("{}".utf8), name: "b"))
      }
      .contains("18446744073709551615"))
    func entry(_ name: String, _ begin: Int, _ end: Int, shape: String = "[1]") -> String {
      "\"\(name)\":{\"dtype\":\"F32\",\"shape\":\(shape),\"data_offsets\":[\(begin),\(end)]}"
    }
    #expect(refusal("{\(entry("a", 0, 4)),\(entry("b", 2, 6))}").contains("overlap"))
    #expect(refusal("{\(entry("a", 0, 4)),\(entry("b", 0, 4))}").contains("overlap"))
    #expect(refusal("{\(entry("a", 0, 4)),\(entry("a", 4, 8))}").contains("twice"))
    #expect(refusal("{\(entry("a", 0, 4)),\(entry("b", 8, 12))}").contains("there are 8"))
    #expect(refusal("{\(entry("a", 4, 8))}").contains("belong to no tensor"))
    #expect(refusal("{\(entry("a", 0, 4))}").contains("last 4 bytes"))
    #expect(refusal("{\(entry("a", 8, 4))}").contains("would take"))
    #expect(refusal("{\(entry("a", 0, 8, shape: "[3]"))}").contains("has 8 bytes"))
    #expect(
      refusal("{\(entry("a", 0, 8, shape: "[4294967296,4294967296]"))}").contains("has 8 bytes"))
    #expect(
      refusal("{\(entry("a", 0, 8, shape: "[99999999999999999999]"))}").contains("larger than any"))
    #expect(refusal("{\(entry("a", 0, 8, shape: "[-2]"))}").contains("not a whole number"))
    #expect(refusal("{\(entry("a", 0, 8, shape: "[2.0]"))}").contains("not a whole number"))
    #expect(refusal("{\(entry("a", 0, 8, shape: "2"))}").contains("expected"))
    #expect(refusal("{\"a\":{\"dtype\":\"F31\"}}").contains("unknown type 'F31'"))
    #expect(refusal("{\"a\":{\"dtype\":\"F32\"}}").contains("lacks"))
    #expect(refusal("{\"__metadata__\":{\"a\":\"1\",\"a\":\"2\"}}").contains("twice"))
    #expect(refusal("{\"__metadata__\":{\"a\":1}}").contains("string"))
  }

  @Test func brokenJSONIsRefused() {
    for text in [
      "{", "{\"a", "{\"a\"", "{\"a\":", "{\"a\":}", "{} x", "{\"\\x\":1}", "{\"\\ud800\":1}",
    ] {
      #expect(refusal(text, data: 0) != "", "\(text)")
    }
    let deep = "{\"a\":{\"x\":" + String(repeating: "[", count: 100_000)
    #expect(refusal(deep, data: 0).contains("nested too deeply"))
    #expect(refusal("{}", data: 0) == "")
    // A name that is no UTF-8.
    let bad = FileBytes(little(UInt64(5)) + [0x7B, 0x22, 0xFF, 0x22, 0x7D], name: "bad")
    #expect(reason { _ = try Checkpoint.read(bad) }.contains("UTF-8"))
  }

  @Test func errorsNameFileOffsetAndReason() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("cut.safetensors")
    try write(little(UInt64(1000)) + Array("{\"a\"".utf8), to: path)
    let error = #expect(throws: CheckpointError.self) { _ = try Checkpoint.read(path) }
    #expect(error?.file == path)
    #expect(error?.offset == 0)
    #expect(error?.failure.kind == .file)
    #expect(
      error?.failure.message
        == "'\(path)', byte 0: the header would take 1000 bytes, 4 are left")
    #expect(
      reason { _ = try Checkpoint.read(folder.file("none")) } == "there is no such file")
    #expect(reason { _ = try Checkpoint.read(folder.path) } == "is a folder, not a file")
  }

  @Test func namesFromFilesCannotReachTheTerminal() {
    #expect(shown("a\u{1B}[31m\n") == "'a?[31m?'")
    #expect(shown(String(repeating: "x", count: 500)).count == 83)
  }

  @Test func noiseIsRefusedWithoutACrash() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("good")
    try Checkpoint(
      [
        .init("layer.weight", StoredArray([Float(1), 2, 3, 4], shape: [2, 2])),
        .init("n", StoredArray([5, 6], shape: [2])),
      ], metadata: ["k": "v"]
    ).writeSafetensors(path)
    let refused = fuzz(try bytes(of: path), seed: 1) { file in
      for entry in try CheckpointFormat.safetensors.read(file).entries {
        _ = entry.array.floats()
        _ = try entry.array.integers()
      }
    }
    #expect(refused > 500)
  }

  @Test func fractionsAreNoIntegers() throws {
    #expect(try StoredArray([Float(3), -1], shape: [2]).integers() == [3, -1])
    #expect(
      reason { _ = try StoredArray([Float(3), 0.5], shape: [2]).integers() }
        == "element 1 is not a whole number")
    #expect(reason { _ = try StoredArray([Float.nan], shape: [1]).integers() } != "")
    #expect(reason { _ = try StoredArray([Float(1e30)], shape: [1]).integers() } != "")
  }
}
