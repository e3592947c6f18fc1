/// A small picture inside a drawing.
struct Bitmap {
  enum Pixels {
    /// Numbers of a palette of at most 256 colours.
    case indexed([RGB], [UInt8])
    case colors([RGB])
  }

  let width: Int
  let height: Int
  let pixels: Pixels

  init(width: Int, height: Int, pixels: Pixels) {
    self.width = width
    self.height = height
    self.pixels = pixels
  }

  init(_ picture: Picture) {
    width = picture.width
    height = picture.height
    guard picture.channels == 1 else {
      pixels = .colors(
        (0..<picture.height).flatMap { y in
          (0..<picture.width).map { picture.color($0, y) }
        })
      return
    }
    // Sixty-four greys are as many as an eye tells apart, and the palette stays short.
    let greys = (0..<64).map { level in
      let grey = UInt32(level * 255 / 63)
      return RGB(grey << 16 | grey << 8 | grey)
    }
    pixels = .indexed(greys, picture.pixels.map { UInt8((Int($0) * 63 + 127) / 255) })
  }

  /// The colour at a place inside.
  func color(_ x: Int, _ y: Int) -> RGB {
    switch pixels {
    case .indexed(let palette, let numbers): palette[Int(numbers[y * width + x])]
    case .colors(let colors): colors[y * width + x]
    }
  }

  /// As an uncompressed file (Microsoft, "BITMAPINFOHEADER", Windows GDI reference): browsers show it
  /// in a data address, and small pictures are smaller so than as squares told in SVG.
  var file: [UInt8] {
    switch pixels {
    case .indexed(let palette, let numbers):
      var result = Bitmap.header(width, height, bits: 8, colors: palette.count)
      for color in palette {
        result += [UInt8(color.blue), UInt8(color.green), UInt8(color.red), 0]
      }
      let padding = [UInt8](repeating: 0, count: (4 - width % 4) % 4)
      for y in (0..<height).reversed() {
        result += numbers[y * width..<(y + 1) * width]
        result += padding
      }
      return result
    case .colors(let colors):
      var result = Bitmap.header(width, height, bits: 24, colors: 0)
      let padding = [UInt8](repeating: 0, count: (4 - width * 3 % 4) % 4)
      for y in (0..<height).reversed() {
        for color in colors[y * width..<(y + 1) * width] {
          result += [UInt8(color.blue), UInt8(color.green), UInt8(color.red)]
        }
        result += padding
      }
      return result
    }
  }

  private static func header(_ width: Int, _ height: Int, bits: Int, colors: Int) -> [UInt8] {
    let rowBytes = (width * bits / 8 + 3) / 4 * 4
    let start = 54 + colors * 4
    let body = rowBytes * height
    var result: [UInt8] = [0x42, 0x4D]
    for field in [start + body, 0, start, 40, width, height] { result += bytes(field, 4) }
    result += bytes(1, 2) + bytes(bits, 2)
    for field in [0, body, 2835, 2835, colors, 0] { result += bytes(field, 4) }
    return result
  }

  private static func bytes(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }
}
