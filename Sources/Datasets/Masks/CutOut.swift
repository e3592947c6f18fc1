import Images

/// A thing without its ground, to be pasted into pictures.
struct CutOut: Sendable {
  /// Red, green, blue and opacity, the colours multiplied by it; or opacity alone, for a thing of one
  /// colour.
  let raster: Raster
  /// Its class.
  let label: UInt8

  /// - Parameter raster: One channel of opacity, or four.
  init(_ raster: Raster, label: UInt8) {
    precondition(raster.channels == 1 || raster.channels == 4)
    self.raster = raster
    self.label = label
  }

  /// A thing from a picture with opacity, without the empty rim, at most `largest` pixels a side; nil
  /// where the picture has no opacity or nothing in it.
  static func read(_ picture: Raster, label: UInt8, largest: Int) -> CutOut? {
    guard picture.channels == 2 || picture.channels == 4 else { return nil }
    let longest = max(picture.width, picture.height)
    let factor = min(1, Double(largest) / Double(longest))
    // Colours of pixels that nobody sees must not shine into their neighbours, so they are
    // multiplied first.
    let small = multiplied(picture).resized(
      width: max(1, Int(Double(picture.width) * factor)),
      height: max(1, Int(Double(picture.height) * factor)), .bilinear)
    guard let box = small.filled() else { return nil }
    return CutOut(
      small.cropped(left: box.left, top: box.top, width: box.width, height: box.height),
      label: label)
  }

  /// Four channels, the colours multiplied by the opacity.
  private static func multiplied(_ picture: Raster) -> Raster {
    let count = picture.width * picture.height
    let channels = picture.channels
    let pixels = [UInt8](unsafeUninitializedCapacity: 4 * count) { target, size in
      picture.pixels.withUnsafeBufferPointer { source in
        for index in 0..<count {
          let opacity = UInt32(source[(index + 1) * channels - 1])
          for channel in 0..<3 {
            let color = UInt32(source[index * channels + (channels == 4 ? channel : 0)])
            target[4 * index + channel] = UInt8((color * opacity + 127) / 255)
          }
          target[4 * index + 3] = UInt8(opacity)
        }
      }
      size = 4 * count
    }
    return Raster(width: picture.width, height: picture.height, channels: 4, pixels: pixels)
  }
}

extension Raster {
  /// The smallest box around all that is more opaque than not; nil where nothing is.
  fileprivate func filled() -> (left: Int, top: Int, width: Int, height: Int)? {
    var (left, right, top, bottom) = (width, -1, height, -1)
    for y in 0..<height {
      for x in 0..<width where pixels[(y * width + x + 1) * channels - 1] >= 128 {
        (left, right) = (min(left, x), max(right, x))
        (top, bottom) = (min(top, y), max(bottom, y))
      }
    }
    return right < left ? nil : (left, top, right - left + 1, bottom - top + 1)
  }
}
