import Checkpoints
import Testing

@Suite("gzip and zip")
struct CompressionTests {
  private let text = Array(String(repeating: "a whole distillation, ", count: 400).utf8)

  private func zip(_ entries: [ZipEntry], count: Int? = nil) -> [UInt8] {
    ZipEntry.archive(entries, count: count)
  }

  @Test func gzipRoundTrips() throws {
    for content in [[], [7], text] {
      let packed = Gzip.compress(content)
      #expect(try Gzip.expand(FileBytes(packed, name: "a.gz")).all.bytes == content)
    }
    #expect(Gzip.compress(text).count < text.count / 10)
    #expect(Gzip.compress(text) == Gzip.compress(text))
  }

  @Test func gzipMembersAndPadding() throws {
    let two = Gzip.compress([1, 2]) + Gzip.compress(text) + [0, 0, 0]
    #expect(try Gzip.expand(FileBytes(two, name: "a")).all.bytes == [1, 2] + text)
    let rest = Gzip.compress([1]) + [9, 9]
    #expect(reason { _ = try Gzip.expand(FileBytes(rest, name: "a")) }.contains("2 bytes follow"))
  }

  @Test func damagedGzipIsRefused() {
    let packed = Gzip.compress(text)
    for cut in [3, 10, 20, packed.count - 1] {
      let file = FileBytes(Array(packed.prefix(cut)), name: "cut.gz")
      #expect(reason { _ = try Gzip.expand(file) }.contains("cut off"), "\(cut)")
    }
    var wrong = packed
    wrong[wrong.count - 6] ^= 1
    #expect(reason { _ = try Gzip.expand(FileBytes(wrong, name: "a")) }.contains("damaged"))
    #expect(
      reason { _ = try Gzip.expand(FileBytes([1, 2], name: "a")) }.contains("is not gzip data"))
  }

  @Test func expansionIsBounded() {
    let bomb = FileBytes(Gzip.compress([UInt8](repeating: 0, count: 5_000_000)), name: "bomb.gz")
    #expect(bomb.count < 10_000)
    #expect(
      reason { _ = try Gzip.expand(bomb, limit: 1_000_000) }.contains("more than 1000000 bytes"))
    // A trailer that promises four gigabytes.
    let lie = Array(Gzip.compress([1, 2, 3]).dropLast(4)) + [0xFF, 0xFF, 0xFF, 0xFF]
    #expect(reason { _ = try Gzip.expand(FileBytes(lie, name: "lie.gz")) }.contains("damaged"))
  }

  @Test func zipStoredAndDeflated() throws {
    let bytes = zip([.init("a.txt", text), .init("b/c", [1, 2], isDeflated: false)])
    let archive = try ZipArchive(FileBytes(bytes, name: "a.zip"))
    #expect(archive.entries.map(\.name) == ["a.txt", "b/c"])
    let first = try #require(archive["a.txt"])
    #expect(try archive.content(of: first).bytes == text)
    let second = try #require(archive["b/c"])
    #expect(try archive.content(of: second).bytes == [1, 2])
  }

  @Test func lyingArchivesAreRefused() throws {
    func refusal(_ bytes: [UInt8]) -> String {
      reason {
        let archive = try ZipArchive(FileBytes(bytes, name: "a.zip"))
        for entry in archive.entries { _ = try archive.content(of: entry) }
      }
    }
    let good = zip([.init("a", text)])
    #expect(refusal(good) == "")
    #expect(refusal(Array(good.dropLast(1))).contains("end record"))
    #expect(refusal([1, 2, 3]).contains("too short"))
    #expect(refusal(zip([.init("a", text), .init("a", text)])).contains("two entries are named"))
    #expect(refusal(zip([.init("a", text)], count: 500)).contains("500 entries"))
    #expect(refusal(zip([.init("a", text, checkSum: 1)])).contains("check sum"))
    #expect(refusal(zip([.init("a", text, size: 10)])).contains("more than 10 bytes"))
    #expect(refusal(zip([.init("a", text, size: text.count + 1)])).contains("promises"))
    #expect(refusal(zip([.init("a", text, size: 1 << 30)])).contains("claims"))
    #expect(refusal(zip([.init("a", [1, 2], isDeflated: false, size: 3)])).contains("claims"))
    #expect(refusal(zip([.init("a", text, flags: 1)])).contains("encrypted"))
    #expect(refusal(zip([.init("a", text, method: 12)])).contains("method 12"))
    #expect(refusal(zip([.init("a", text, localName: "b")])).contains("at its own place"))
    #expect(refusal(zip([.init("a", text), .init("b", text, offset: 0)])) != "")
    #expect(refusal(zip([.init("a", text, offset: 0xFFFF_FF00)])).contains("outside"))
  }

  @Test func zipBombsAreRefused() {
    let zeros = [UInt8](repeating: 0, count: 80 << 20)
    let bomb = FileBytes(zip([.init("zeros", zeros)]), name: "bomb.zip")
    #expect(bomb.count < 1 << 20)
    #expect(reason { _ = try ZipArchive(bomb) }.contains("zip bomb"))
  }

  @Test func noiseIsRefusedWithoutACrash() {
    let gzip = fuzz(Gzip.compress(text), seed: 5) { _ = try Gzip.expand($0, limit: 1 << 20) }
    #expect(gzip > 300)
    let good = zip([.init("a", text), .init("b", [1, 2, 3], isDeflated: false)])
    let archives = fuzz(good, seed: 6) { file in
      let archive = try ZipArchive(file)
      for entry in archive.entries { _ = try archive.content(of: entry) }
    }
    #expect(archives > 500)
  }
}
