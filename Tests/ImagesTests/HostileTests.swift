import Catalog
import Foundation
import Images
import Testing

/// Files that lie, and thousands that are damaged: every one gives a picture or an error.
@Suite("Hostile pictures")
struct HostileTests {
  /// Small numbers in a row (Vigna 2015, splitmix64).
  struct Dice {
    var state: UInt64

    mutating func roll(_ sides: Int) -> Int {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
      return Int((z ^ z >> 31) % UInt64(max(1, sides)))
    }
  }

  static let names = [
    "rgb8.png", "rgb8_interlaced.png", "grey1_interlaced.png", "palette4.png", "rgba8.png",
    "places8.png", "ids16.png", "baseline.jpg", "progressive.jpg", "inks.jpg", "turned6.jpg",
    "restarts.jpg",
  ]

  @Test("four hundred mutations of each kind of file", arguments: names)
  func mutations(name: String) throws {
    let file = try ImageGolden.file("images/" + name)
    var dice = Dice(state: UInt64(file.bytes.count))
    var (read, refused) = (0, 0)
    for _ in 0..<400 {
      let mutant = PictureFile(mutated(file.bytes, &dice), name: name)
      do {
        let raster = try mutant.raster(keepsOpacity: dice.roll(2) == 0)
        #expect(raster.pixels.count == raster.width * raster.height * raster.channels)
        read += 1
      } catch {
        #expect(!error.message.isEmpty && !error.message.contains("\n"))
        refused += 1
      }
      _ = try? PNG.indices(mutant)
    }
    #expect(read + refused == 400 && refused > 0)
  }

  private func mutated(_ bytes: [UInt8], _ dice: inout Dice) -> [UInt8] {
    var bytes = bytes
    for _ in 0...dice.roll(4) {
      guard bytes.count > 4 else { break }
      let place = dice.roll(dice.roll(3) == 0 ? min(bytes.count, 200) : bytes.count)
      switch dice.roll(7) {
      case 0: bytes[place] = UInt8(dice.roll(256))
      case 1: bytes[place] ^= UInt8(1 << dice.roll(8))
      case 2: bytes.removeSubrange(place..<min(bytes.count, place + 1 + dice.roll(40)))
      case 3: bytes.removeLast(dice.roll(bytes.count))
      case 4:
        let from = dice.roll(bytes.count)
        bytes.insert(contentsOf: bytes[from..<min(bytes.count, from + dice.roll(60))], at: place)
      case 5: for offset in place..<min(bytes.count, place + 4) { bytes[offset] = 0xFF }
      default: bytes[place] = [0, 1, 0x7F, 0x80, 0xFF][dice.roll(5)]
      }
    }
    // Half of the time the sums are right again, so that the damage reaches what they protect.
    if bytes.count > 33, bytes[1] == 0x50, dice.roll(2) == 0 { mendSums(&bytes) }
    return bytes
  }

  private func mendSums(_ bytes: inout [UInt8]) {
    var position = 8
    while position + 12 <= bytes.count {
      let length = bytes[position..<position + 4].reduce(0) { $0 << 8 | Int($1) }
      guard length <= bytes.count - position - 12 else { return }
      let end = position + 8 + length
      let sum = crc32(Array(bytes[position + 4..<end]))
      for byte in 0..<4 {
        bytes[end + byte] = UInt8(truncatingIfNeeded: sum >> UInt32(24 - 8 * byte))
      }
      position = end + 4
    }
  }

  @Test("headers that promise more than the file can hold are refused")
  func lyingHeaders() throws {
    var png = try ImageGolden.file("images/rgb8.png").bytes
    for (offset, byte) in [(16, 0), (17, 0), (18, 0x17), (19, 0x70), (22, 0x17), (23, 0x70)] {
      png[offset] = UInt8(byte)
    }
    mendSums(&png)
    #expect(
      message { try PictureFile(png, name: "lie.png").raster() }
        .hasPrefix("'lie.png': the header promises 6000×6000 pixels"))
    for offset in 16..<24 { png[offset] = offset % 4 == 0 ? 0x7F : 0xFF }
    mendSums(&png)
    #expect(message { try PictureFile(png, name: "lie.png").raster() }.contains("damaged"))

    var jpeg = try ImageGolden.file("images/baseline.jpg").bytes
    let frame = try #require(
      jpeg.indices.first { jpeg[$0] == 0xFF && $0 + 1 < jpeg.count && jpeg[$0 + 1] == 0xC0 })
    for offset in 5..<9 { jpeg[frame + offset] = 0xFF }
    #expect(
      message { try PictureFile(jpeg, name: "lie.jpg").raster() }
        .hasPrefix("'lie.jpg': the header promises 65535×65535 pixels"))
    for offset in 5..<9 { jpeg[frame + offset] = 0 }
    #expect(message { try PictureFile(jpeg, name: "lie.jpg").raster() }.contains("0×0"))
  }

  @Test("a file cut anywhere is refused")
  func truncations() throws {
    for name in ["baseline.jpg", "progressive.jpg", "rgb8.png", "rgb8_interlaced.png"] {
      let bytes = try ImageGolden.file("images/" + name).bytes
      for count in stride(from: 0, to: bytes.count - 40, by: 17) {
        let text = message { try PictureFile(Array(bytes[..<count]), name: name).raster() }
        #expect(text != "no failure" && text.count < 200, "\(name) \(count)")
      }
    }
  }

  @Test("a text that unpacks to gigabytes is not unpacked")
  func bombs() throws {
    let bytes = try ImageGolden.file("images/rgb8.png").bytes
    // A thousand zeros' worth of deflate blocks, each a kilobyte of nothing.
    let blocks = [UInt8](repeating: 0, count: 200_000)
    var chunk: [UInt8] = Array("zTXtkey".utf8) + [0, 0, 0x78, 0x9C] + blocks
    let size = UInt32(chunk.count - 4)
    chunk =
      (0..<4).map { UInt8(truncatingIfNeeded: size >> UInt32(24 - 8 * $0)) } + chunk + [0, 0, 0, 0]
    var bomb = Array(bytes[..<33]) + chunk + Array(bytes[33...])
    mendSums(&bomb)
    let wanted = try PictureFile(bytes, name: "a").raster()
    #expect(try PictureFile(bomb, name: "bomb").raster() == wanted)
  }
}
