import Images

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A scene while things are pasted into it.
struct Canvas {
  let height: Int
  let width: Int
  /// H·W·3 bytes.
  var pixels: [UInt8]
  var mask: Mask

  /// A ground of class 0.
  init(height: Int, width: Int, ground: [UInt8]) {
    precondition(ground.count == height * width * 3)
    self.height = height
    self.width = width
    pixels = ground
    mask = Mask(height: height, width: width, of: 0)
  }

  var scene: Scene {
    Scene(Raster(width: width, height: height, channels: 3, pixels: pixels), mask: mask)
  }

  /// How a thing lies in the picture.
  struct Place {
    /// The middle, in pixels from the upper left corner.
    var x: Double
    var y: Double
    /// Length of the longer side.
    var size: Double
    /// Against the clock.
    var degrees: Double
    var isMirrored = false
    /// Factor of the brightness.
    var light = 1.0
    /// What colour a thing without colours has.
    var color: [UInt8] = [255, 255, 255]
  }

  /// Pastes a thing: colours are blended by its opacity, and a pixel is of its class where it is more
  /// opaque than not.
  mutating func paste(_ thing: CutOut, at place: Place) {
    let source = thing.raster
    let factor = place.size / Double(max(source.width, source.height))
    // Shrunk with a filter first, turned then.
    let small =
      factor < 1
      ? source.resized(
        width: max(1, Int((Double(source.width) * factor).rounded())),
        height: max(1, Int((Double(source.height) * factor).rounded())), .bilinear) : source
    let zoom = max(1, factor)
    let angle = place.degrees * .pi / 180
    let (cosine, sine) = (cos(angle), sin(angle))
    let reach =
      zoom * 0.5
      * Double(small.width * small.width + small.height * small.height)
      .squareRoot()
    let rows = max(0, Int(place.y - reach))..<max(0, min(height, Int(place.y + reach) + 2))
    let columns = max(0, Int(place.x - reach))..<max(0, min(width, Int(place.x + reach) + 2))
    guard rows.lowerBound < rows.upperBound, columns.lowerBound < columns.upperBound else { return }
    let light = Int((place.light * 256).rounded())
    for y in rows {
      for x in columns {
        let (dx, dy) = (Double(x) + 0.5 - place.x, Double(y) + 0.5 - place.y)
        var column = (cosine * dx - sine * dy) / zoom
        let row = (sine * dx + cosine * dy) / zoom
        if place.isMirrored { column = -column }
        guard
          let found = small.opacityAndColor(
            x: column + 0.5 * Double(small.width) - 0.5, y: row + 0.5 * Double(small.height) - 0.5,
            color: place.color), found.opacity > 0
        else { continue }
        let start = 3 * (y * width + x)
        for channel in 0..<3 {
          let own = min(255, (found.color[channel] * light) >> 8)
          let ground = Int(pixels[start + channel]) * (255 - found.opacity) / 255
          pixels[start + channel] = UInt8(min(255, own + ground))
        }
        if found.opacity >= 128 { mask.values[y * width + x] = thing.label }
      }
    }
  }
}

extension Raster {
  /// Opacity and the colours multiplied by it between pixels, 0 … 255; nil outside.
  fileprivate func opacityAndColor(
    x: Double, y: Double, color: [UInt8]
  ) -> (opacity: Int, color: SIMD4<Int>)? {
    guard x > -1, y > -1, x < Double(width), y < Double(height) else { return nil }
    let (left, top) = (x.rounded(.down), y.rounded(.down))
    let (across, down) = (Int(256 * (x - left)), Int(256 * (y - top)))
    var sum = SIMD4<Int>()
    for (row, rowWeight) in [(Int(top), 256 - down), (Int(top) + 1, down)]
    where row >= 0 && row < height && rowWeight > 0 {
      for (column, columnWeight) in [(Int(left), 256 - across), (Int(left) + 1, across)]
      where column >= 0 && column < width && columnWeight > 0 {
        let weight = rowWeight * columnWeight
        let start = (row * width + column) * channels
        if channels == 4 {
          for channel in 0..<4 { sum[channel] += weight * Int(pixels[start + channel]) }
        } else {
          sum[3] += weight * Int(pixels[start])
        }
      }
    }
    sum = SIMD4(sum[0] >> 16, sum[1] >> 16, sum[2] >> 16, sum[3] >> 16)
    if channels == 1 {
      for channel in 0..<3 { sum[channel] = sum[3] * Int(color[channel]) / 255 }
    }
    return (sum[3], sum)
  }
}
