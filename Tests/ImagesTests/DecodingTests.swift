import Catalog
import Foundation
import Images
import Testing

@Suite("Reading pictures")
struct DecodingTests {
  @Test(
    "PNG files of every kind have PIL's pixels",
    arguments: try pictures { $0.hasSuffix(".png") && !isMask($0) })
  func png(name: String) throws {
    let wanted = try #require(try ImageGolden.all.get().files[name])
    let raster = try ImageGolden.file("images/" + name).raster()
    #expect(raster.width == wanted.width && raster.height == wanted.height)
    #expect(raster.channels == wanted.channels)
    #expect(raster.pixels == [UInt8](wanted.pixels))
  }

  @Test("masks keep their numbers", arguments: try pictures { isMask($0) })
  func masks(name: String) throws {
    let wanted = try #require(try ImageGolden.all.get().files[name])
    let indices = try PNG.indices(try ImageGolden.file("images/" + name))
    #expect(indices.width == wanted.width && indices.height == wanted.height)
    let bytes = [UInt8](wanted.pixels)
    let values = stride(from: 0, to: bytes.count, by: 2).map {
      UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8
    }
    #expect(indices.values == values)
  }

  @Test("JPEG files have PIL's pixels", arguments: try pictures { $0.hasSuffix(".jpg") })
  func jpeg(name: String) throws {
    let wanted = try #require(try ImageGolden.all.get().files[name])
    let raster = try ImageGolden.file("images/" + name).raster()
    #expect(raster.width == wanted.width && raster.height == wanted.height)
    #expect(raster.channels == wanted.channels)
    // Versions of the library round their transforms differently.
    #expect(distance(raster.pixels, [UInt8](wanted.pixels)) <= (name == "inks.jpg" ? 2 : 1))
  }

  @Test("a camera's orientation can be left alone")
  func orientation() throws {
    let file = try ImageGolden.file("images/turned6.jpg")
    let (turned, plain) = (try file.raster(), try file.raster(isUpright: false))
    #expect(turned.width == plain.height && turned.height == plain.width)
    // What was at the bottom on the left is at the top on the left.
    let corner = (plain.height - 1) * plain.width * 3
    #expect(Array(turned.pixels[0..<3]) == Array(plain.pixels[corner..<corner + 3]))
  }

  @Test("opacity is kept where it is wanted")
  func opacity() throws {
    for (name, channels) in [("rgba8.png", 4), ("grey_alpha8.png", 2), ("rgb8_key.png", 4)] {
      let file = try ImageGolden.file("images/" + name)
      let (whole, plain) = (try file.raster(keepsOpacity: true), try file.raster())
      #expect(whole.channels == channels)
      #expect(whole.converted(to: plain.channels) == plain)
    }
    let ramp = try ImageGolden.file("images/rgba8.png").raster(keepsOpacity: true)
    #expect(ramp.pixels[3] == 0 && ramp.pixels.last == 255)
    let key = try ImageGolden.file("images/rgb8_key.png").raster(keepsOpacity: true)
    #expect(key.pixels[(5 * 47 + 7) * 4 + 3] == 0)
  }

  @Test("what is written is read again")
  func writing() throws {
    for name in ["rgb8.png", "grey8.png", "rgba8.png", "grey_alpha8.png"] {
      let raster = try ImageGolden.file("images/" + name).raster(keepsOpacity: true)
      let again = PictureFile(PNG.encoded(raster), name: name)
      #expect(try again.raster(keepsOpacity: true) == raster)
    }
    let ids = PNG.Indices(width: 3, height: 2, values: [0, 1, 255, 256, 40_000, 65_535])
    let file = PictureFile(PNG.encoded(ids), name: "ids")
    #expect(try PNG.indices(file) == ids)
  }

  @Test("other files are named")
  func otherKinds() {
    let cases: [([UInt8], String)] = [
      (Array("GIF89a".utf8), "is a GIF picture"), ([], "is empty"),
      ([1, 2, 3], "is not a picture"),
      (Array("RIFFxxxxWEBPVP8 ".utf8), "is a WebP picture"), ([0xFF, 0xD8, 0xFF], "ends before"),
      ([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], "ends too early"),
    ]
    for (bytes, reason) in cases {
      #expect(message { try PictureFile(bytes, name: "x").raster() }.contains(reason))
    }
    #expect(message { try Raster(path: "/nowhere/x.png") }.contains("there is no file"))
    #expect(message { try Raster(path: "/tmp") }.contains("not a regular file"))
    #expect(message { try Raster(path: "/dev/zero") }.contains("not a regular file"))
  }
}

private func isMask(_ name: String) -> Bool { name.hasPrefix("places") || name.hasPrefix("ids") }

private func pictures(_ isWanted: (String) -> Bool) throws -> [String] {
  try ImageGolden.all.get().files.keys.sorted().filter(isWanted)
}

/// The text of the failure of an operation.
func message<Result>(_ body: () throws -> Result) -> String {
  do {
    _ = try body()
    return "no failure"
  } catch {
    return (error as? any Explained)?.failure.message ?? "\(error)"
  }
}
