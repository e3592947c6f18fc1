/// Reads what a terminal with sixel graphics would draw.
struct SixelReader {
  var width = 0
  var height = 0
  /// Red, green and blue; nil where nothing was drawn.
  var pixels: [[Int]?] = []

  static func read(_ text: String) -> SixelReader? {
    guard text.hasPrefix("\u{1B}P"), text.hasSuffix("\u{1B}\\"),
      let start = text.firstIndex(of: "q")
    else { return nil }
    var bytes = Array(text[text.index(after: start)...].dropLast(2).utf8)[...]
    func numbers() -> [Int] {
      let text = bytes.prefix { (48...57).contains($0) || $0 == 59 }
      bytes = bytes.dropFirst(text.count)
      return String(decoding: text, as: UTF8.self).split(separator: ";").compactMap { Int($0) }
    }
    var reader = SixelReader()
    var palette: [Int: [Int]] = [:]
    var (color, x, top, repeats) = (0, 0, 0, 1)
    while let byte = bytes.popFirst() {
      switch byte {
      case UInt8(ascii: "\""):
        let size = numbers()
        guard size.count == 4 else { return nil }
        (reader.width, reader.height) = (size[2], size[3])
        reader.pixels = Array(repeating: nil, count: size[2] * size[3])
      case UInt8(ascii: "#"):
        let parts = numbers()
        guard let first = parts.first else { return nil }
        color = first
        if parts.count == 5 { palette[first] = parts[2...].map { ($0 * 255 + 50) / 100 } }
      case UInt8(ascii: "!"): repeats = numbers().first ?? 1
      case UInt8(ascii: "$"): x = 0
      case UInt8(ascii: "-"): (x, top) = (0, top + 6)
      case 63...126:
        for _ in 0..<repeats {
          for row in 0..<6 where (byte - 63) >> UInt8(row) & 1 == 1 {
            guard x < reader.width, top + row < reader.height else { return nil }
            reader.pixels[(top + row) * reader.width + x] = palette[color]
          }
          x += 1
        }
        repeats = 1
      default: return nil
      }
    }
    return reader
  }
}
