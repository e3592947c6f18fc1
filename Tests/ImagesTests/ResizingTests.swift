import Foundation
import Images
import Testing

@Suite("Resizing pictures")
struct ResizingTests {
  static let photographs = ["chelsea.png", "coffee.png", "camera.png", "rocket.jpg"]

  @Test("photographs are resized and cut as by PIL", arguments: photographs)
  func resizedPhotographs(name: String) throws {
    let raster = try ImageGolden.file("photos/" + name).raster()
    for wanted in try ImageGolden.all.get().resized.photographs where wanted.file == name {
      let way = try #require(Interpolation(rawValue: wanted.way))
      let mine = raster.resized(shorterSide: wanted.side, way).centerCropped(to: wanted.crop)
      #expect(mine.channels == wanted.channels)
      if let pixels = wanted.pixels {
        #expect(distance(mine.pixels, [UInt8](pixels)) <= 1, "\(name) \(wanted.way)")
      }
      // Decoders of JPEG differ in the last bit; what PNG holds is the same to the bit.
      if name.hasSuffix(".png") {
        #expect(crc32(mine.pixels) == wanted.crc, "\(name) \(wanted.way) \(wanted.side)")
      }
    }
  }

  @Test("any size up and down is PIL's to the bit")
  func sizes() throws {
    let raster = try ImageGolden.file("images/rgb8.png").raster()
    for wanted in try ImageGolden.all.get().resized.small {
      let way = try #require(Interpolation(rawValue: wanted.way))
      let mine = raster.resized(width: wanted.width, height: wanted.height, way)
      #expect(crc32(mine.pixels) == wanted.crc, "\(wanted)")
    }
  }

  @Test("colours become PIL's grey")
  func grey() throws {
    let raster = try ImageGolden.file("photos/chelsea.png").raster()
    let wanted = try ImageGolden.all.get().resized.grey.crc
    #expect(crc32(raster.converted(to: 1).pixels) == wanted)
    let back = raster.converted(to: 1).converted(to: 3)
    #expect(back.pixels[0] == back.pixels[2] && back.channels == 3)
  }

  @Test("one colour stays one colour at every size and by every way")
  func constant() {
    for channels in 1...4 {
      let raster = Raster(
        width: 7, height: 5, channels: channels,
        pixels: [UInt8](repeating: 201, count: 35 * channels))
      for way in Interpolation.allCases {
        for (width, height) in [(1, 1), (3, 11), (64, 2)] {
          let mine = raster.resized(width: width, height: height, way)
          #expect(mine.pixels == [UInt8](repeating: 201, count: width * height * channels))
        }
      }
    }
  }

  @Test("very long pictures do not become very large ones")
  func long() {
    let line = Raster(
      width: 60_000, height: 1, channels: 1, pixels: [UInt8](repeating: 9, count: 60_000))
    let mine = line.resized(shorterSide: 256, .bicubic)
    #expect(mine.height == 256 && mine.width * mine.height <= Raster.mostPixels)
    #expect(Preprocessing().prepared(line, channels: 3).pixels.count == 224 * 224 * 3)
  }

  @Test("what a network sees is the bytes, normalised")
  func preprocessing() throws {
    let raster = try ImageGolden.file("photos/coffee.png").raster()
    let way = Preprocessing(
      size: 32, crop: 0.875, interpolation: .bicubic, normalisation: .tensorFlowLite)
    #expect(way.resizedSide == 36)
    var numbers = [Float](repeating: .nan, count: 32 * 32 * 3)
    numbers.withUnsafeMutableBufferPointer { target in
      if let base = target.baseAddress { way.write(raster, into: base) }
    }
    let bytes = raster.resized(shorterSide: 36, .bicubic).centerCropped(to: 32).pixels
    for (number, byte) in zip(numbers, bytes) {
      #expect(abs(number - (Float(byte) - 127) / 128) < 1e-5)
    }
    #expect(Preprocessing(size: 224, crop: 0.9).resizedSide == 248)
    #expect(Preprocessing(size: 224, crop: 0.8).resizedSide == 280)
    #expect(Preprocessing(size: 240, crop: 0.96).resizedSide == 250)
    let grey = Normalisation.imagenet.fitted(to: 1)
    #expect(grey.mean.count == 1 && abs(grey.mean[0] - 0.449) < 1e-6)
  }
}
