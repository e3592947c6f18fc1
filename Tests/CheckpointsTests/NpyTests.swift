import Checkpoints
import Testing

@Suite("npy and npz")
struct NpyTests {
  private func npy(_ header: String, _ data: [UInt8], version: UInt8 = 1) -> FileBytes {
    let length =
      version == 1 ? little(UInt16(header.utf8.count)) : little(UInt32(header.utf8.count))
    return FileBytes(
      [0x93] + Array("NUMPY".utf8) + [version, 0] + length + Array(header.utf8) + data,
      name: "a.npy")
  }

  private func header(_ descr: String, _ shape: String, fortran: Bool = false) -> String {
    "{'descr': '\(descr)', 'fortran_order': \(fortran ? "True" : "False"), 'shape': \(shape), }\n"
  }

  private func read(_ file: FileBytes) throws -> StoredArray {
    try #require(try Checkpoint.read(file)["array"])
  }

  @Test func readsEveryTypeInBothOrders() throws {
    let cases: [(String, [UInt8], [Float])] = [
      ("<f4", little(Float(1.5).bitPattern), [1.5]),
      (">f4", big(Float(1.5).bitPattern), [1.5]),
      ("<f8", little((-0.25).bitPattern), [-0.25]),
      (">f8", big((-0.25).bitPattern), [-0.25]),
      ("<f2", [0, 0x3C], [1]),
      (">f2", [0x3C, 0], [1]),
      ("|u1", [200], [200]),
      ("|i1", [200], [-56]),
      ("|b1", [1], [1]),
      ("<i2", little(Int16(-2)), [-2]),
      (">i2", big(Int16(-2)), [-2]),
      ("<i4", little(Int32(-2)), [-2]),
      (">i4", big(Int32(-2)), [-2]),
      ("<i8", little(Int64(-2)), [-2]),
      (">i8", big(Int64(-2)), [-2]),
      (">u2", big(UInt16(513)), [513]),
      ("=u4", little(UInt32(7)), [7]),
    ]
    for (descr, data, expected) in cases {
      #expect(try read(npy(header(descr, "(1,)"), data)).floats() == expected, "\(descr)")
    }
  }

  @Test func readsEveryVersionAndShape() throws {
    for version in [UInt8(1), 2, 3] {
      let array = try read(npy(header("|u1", "(2, 3)"), [1, 2, 3, 4, 5, 6], version: version))
      #expect(array.shape == [2, 3])
      #expect(try array.integers() == [1, 2, 3, 4, 5, 6])
    }
    #expect(try read(npy(header("|u1", "()"), [9])).shape == [])
    #expect(try read(npy(header("|u1", "(0, 5)"), [])).count == 0)
  }

  @Test func columnMajorBecomesRowMajor() throws {
    let array = try read(npy(header("|u1", "(2, 3, 2)", fortran: true), (0..<12).map { UInt8($0) }))
    // Element (i, j, k) stands at i + 2 j + 6 k.
    #expect(try array.integers() == [0, 6, 2, 8, 4, 10, 1, 7, 3, 9, 5, 11])
    let one = try read(npy(header("<i2", "(3,)", fortran: true), [1, 0, 2, 0, 3, 0]))
    #expect(try one.integers() == [1, 2, 3])
  }

  @Test func readsWhatNumPyWrote() throws {
    // numpy.save(…, asfortranarray(arange(6, dtype='>i4').reshape(2, 3))), NumPy 2.4
    let saved = """
      k05VTVBZAQB2AHsnZGVzY3InOiAnPmk0JywgJ2ZvcnRyYW5fb3JkZXInOiBUcnVlLCAnc2hhcGUnOiAoMiwgMyksIH0g\
      ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAAAAAwAA\
      AAEAAAAEAAAAAgAAAAU=
      """
    let array = try read(FileBytes(fromBase64(saved), name: "saved.npy"))
    #expect(array.shape == [2, 3])
    #expect(try array.integers() == [0, 1, 2, 3, 4, 5])
  }

  @Test func readsArchivesThatNumPyWrote() throws {
    // numpy.savez_compressed(images=arange(24, dtype='>f4').reshape(2, 3, 4), labels=int16 [3, 1, 2])
    let packed = """
      UEsDBC0AAAAIAAAAIQDzsDUk//////////8KABQAaW1hZ2VzLm5weQEAEADgAAAAAAAAAIwAAAAAAAAAm+wX6hsQychQ\
      xlCtnpJanFykbqWgbpdmoq6joJ6WX1RSlJgXn1+UkgoSd0vMKU4FihdnJBakAvkaRjoKxjoKJpo6CrUK5AEuBiCwb2Bg\
      cADSDkDCAcReAMQHgPgBA4MjUNxRAIgVgNgAiIFqHAOAOAGIC4AYqN6xA4gnAPEMIAbqdVwBxBuAeAcDAwBQSwMELQAA\
      AAgAAAAhAMS9Ztf//////////woAFABsYWJlbHMubnB5AQAQAIYAAAAAAAAASgAAAAAAAACb7BfqGxDJyFDGUK2eklqc\
      XKRupaBuk2mkrqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC+RrGOpo6CrUKFAAuZgZGBiYGAFBLAQItAy0AAAAI\
      AAAAIQDzsDUkjAAAAOAAAAAKAAAAAAAAAAAAAACAAQAAAABpbWFnZXMubnB5UEsBAi0DLQAAAAgAAAAhAMS9ZtdKAAAA\
      hgAAAAoAAAAAAAAAAAAAAIAByAAAAGxhYmVscy5ucHlQSwUGAAAAAAIAAgBwAAAATgEAAAAA
      """
    let checkpoint = try Checkpoint.read(FileBytes(fromBase64(packed), name: "packed.npz"))
    #expect(checkpoint.names == ["images", "labels"])
    #expect(checkpoint["images"]?.shape == [2, 3, 4])
    #expect(checkpoint["images"]?.floats() == (0..<24).map { Float($0) })
    #expect(try checkpoint["labels"]?.integers() == [3, 1, 2])
    let refused = fuzz(fromBase64(packed), seed: 4) { file in
      for entry in try CheckpointFormat.npz.read(file).entries { _ = entry.array.floats() }
    }
    #expect(refused > 500)
  }

  @Test func writtenArraysReadBack() throws {
    let folder = try TemporaryFolder()
    for array in [
      StoredArray([Float(1), -2.5, 3], shape: [3]), StoredArray([1, 2, 3, 4], shape: [2, 2]),
      StoredArray([UInt8(5)], shape: []),
    ] {
      try array.writeNpy(folder.file("a.npy"))
      #expect(try Checkpoint.read(folder.file("a.npy"))["array"] == array)
      let written = try bytes(of: folder.file("a.npy"))
      #expect((Int(written[8]) + Int(written[9]) * 256 + 10) % 64 == 0)
    }
  }

  @Test func lyingHeadersAreRefused() {
    func refusal(_ header: String, _ data: [UInt8] = [1, 2, 3, 4], version: UInt8 = 1) -> String {
      reason { _ = try read(npy(header, data, version: version)) }
    }
    #expect(refusal(header("|O", "(4,)")).contains("run code"))
    #expect(refusal(header("<c8", "(4,)")).contains("'<c8'"))
    #expect(refusal("{'descr': [('a', '<f4')], }").contains("records"))
    #expect(refusal(header("|u1", "(5,)")).contains("would take 5 bytes, 4 are left"))
    #expect(refusal(header("|u1", "(3,)")).contains("1 bytes follow"))
    #expect(refusal(header("<f4", "(4611686018427387904, 4)")).contains("larger than any file"))
    #expect(refusal(header("|u1", "(99999999999999999999999,)")).contains("no size"))
    #expect(refusal(header("|u1", "(-4,)")).contains("no size"))
    #expect(refusal(header("|u1", "(4,")) != "")
    #expect(
      refusal(header("|u1", "(\(Array(repeating: "1", count: 40).joined(separator: ",")))"))
        .contains("32 axes"))
    #expect(refusal("{'descr': '|u1', 'shape': (4,)}").contains("lacks 'fortran_order'"))
    #expect(refusal("{'descr': '|u1', 'descr': '|u1'}").contains("twice"))
    #expect(refusal("{'evil': '|u1'}").contains("unknown key"))
    #expect(refusal(header("|u1", "(4,)"), version: 9).contains("version 9"))
    #expect(refusal("", version: 1) != "")
    let long = FileBytes(
      [0x93] + Array("NUMPY".utf8) + [2, 0] + little(UInt32.max) + [0x7B], name: "long.npy")
    #expect(reason { _ = try Checkpoint.read(long) }.contains("4294967295"))
  }

  @Test func noiseIsRefusedWithoutACrash() {
    let good: [UInt8] = npy(header("<i2", "(2, 3)", fortran: true), Array(0..<12)).all.bytes
    let refused = fuzz(good, seed: 2) { file in
      for entry in try CheckpointFormat.npy.read(file).entries { _ = try entry.array.integers() }
    }
    #expect(refused > 500)
  }
}
