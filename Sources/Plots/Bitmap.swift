/// Pictures as uncompressed bitmaps (Microsoft, "BITMAPINFOHEADER", Windows GDI reference): browsers
/// show them in a data address, and small ones are smaller than the same squares told in SVG.
enum Bitmap {
  /// A picture whose pixels are numbers of a palette of at most 256 colours.
  static func indexed(width: Int, height: Int, palette: [RGB], pixels: [UInt8]) -> [UInt8] {
    var result = header(width: width, height: height, bits: 8, colors: palette.count)
    for color in palette {
      result += [UInt8(color.blue), UInt8(color.green), UInt8(color.red), 0]
    }
    let padding = [UInt8](repeating: 0, count: (4 - width % 4) % 4)
    for y in (0..<height).reversed() {
      result += pixels[y * width..<(y + 1) * width]
      result += padding
    }
    return result
  }

  /// A picture of red, green and blue.
  static func colored(width: Int, height: Int, color: (Int, Int) -> RGB) -> [UInt8] {
    var result = header(width: width, height: height, bits: 24, colors: 0)
    let padding = [UInt8](repeating: 0, count: (4 - width * 3 % 4) % 4)
    for y in (0..<height).reversed() {
      for x in 0..<width {
        let pixel = color(x, y)
        result += [UInt8(pixel.blue), UInt8(pixel.green), UInt8(pixel.red)]
      }
      result += padding
    }
    return result
  }

  static func of(_ picture: Picture) -> [UInt8] {
    guard picture.channels == 1 else {
      return colored(width: picture.width, height: picture.height, color: picture.color)
    }
    // Sixty-four greys are as many as an eye tells apart, and the palette stays short.
    let greys = (0..<64).map { level in
      let grey = UInt32(level * 255 / 63)
      return RGB(grey << 16 | grey << 8 | grey)
    }
    return indexed(
      width: picture.width, height: picture.height, palette: greys,
      pixels: picture.pixels.map { UInt8((Int($0) * 63 + 127) / 255) })
  }

  private static func header(width: Int, height: Int, bits: Int, colors: Int) -> [UInt8] {
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

/// Base 64 with padding (RFC 4648, 2006).
func base64(_ bytes: [UInt8]) -> String {
  let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  var result: [UInt8] = []
  result.reserveCapacity((bytes.count + 2) / 3 * 4)
  var index = 0
  while index < bytes.count {
    let rest = bytes.count - index
    var group = UInt32(bytes[index]) << 16
    if rest > 1 { group |= UInt32(bytes[index + 1]) << 8 }
    if rest > 2 { group |= UInt32(bytes[index + 2]) }
    for position in 0..<4 {
      let isPadding = position > rest
      result.append(isPadding ? 61 : alphabet[Int(group >> (18 - 6 * UInt32(position)) & 63)])
    }
    index += 3
  }
  return String(decoding: result, as: UTF8.self)
}
