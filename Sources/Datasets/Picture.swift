import Catalog
import Images

/// A picture reduced to what a page or a terminal can show: few pixels a side, 8 bits a colour.
struct Picture {
  struct Pixel {
    var red: UInt8
    var green: UInt8
    var blue: UInt8

    /// Brightness as seen, 0 … 255 (Rec. 601).
    var luma: Int { (299 * Int(red) + 587 * Int(green) + 114 * Int(blue)) / 1000 }
  }

  private(set) var height: Int
  private(set) var width: Int
  private var pixels: [Pixel]

  /// Numbers inside 0 … 1 are taken as they are; others are stretched from their least to their
  /// greatest. The first three channels are the colours, else the first is grey.
  ///
  /// - Parameter largest: Pixels a side at most.
  init(_ image: Image, largest: Int = 64) {
    let step = max(1, (max(image.height, image.width) + largest - 1) / largest)
    height = (image.height + step - 1) / step
    width = (image.width + step - 1) / step
    pixels = []
    let low = image.values.min() ?? 0
    let high = image.values.max() ?? 1
    let isPlain = low >= 0 && high <= 1
    let (base, range) = isPlain ? (0, 1) : (low, max(high - low, .leastNormalMagnitude))
    let colours = image.channels >= 3 ? [0, 1, 2] : [0, 0, 0]
    for y in 0..<height {
      for x in 0..<width {
        let bytes = colours.map { channel in
          var sum: Float = 0
          var count: Float = 0
          for fromY in y * step..<min(image.height, (y + 1) * step) {
            for fromX in x * step..<min(image.width, (x + 1) * step) {
              sum += image.values[(fromY * image.width + fromX) * image.channels + channel]
              count += 1
            }
          }
          let share = (sum / count - base) / range
          return share.isNaN ? UInt8(0) : UInt8(max(0, min(255, (share * 255).rounded())))
        }
        pixels.append(Pixel(red: bytes[0], green: bytes[1], blue: bytes[2]))
      }
    }
  }

  private func pixel(_ y: Int, _ x: Int) -> Pixel? {
    y < height && x < width ? pixels[y * width + x] : nil
  }

  // MARK: Text

  /// Half blocks in true colour; without colour, shades of one character for two pixels, one above
  /// the other, or two characters a pixel where the picture is small.
  func text(_ style: Style) -> String {
    if style.color, style.unicode, width <= style.width { return halfBlocks() }
    let shades = Array(style.unicode ? " ░▒▓█" : " .:-=+*#%@")
    let isSmall = width <= 16 && 2 * width <= style.width
    let rows = isSmall ? height : (height + 1) / 2
    let columns = isSmall ? width : min(width, style.width)
    return (0..<rows).map { row in
      let line = (0..<columns).map { column -> String in
        let parts =
          isSmall ? [pixel(row, column)] : [pixel(2 * row, column), pixel(2 * row + 1, column)]
        let lumas = parts.compactMap { $0?.luma }
        let luma = lumas.reduce(0, +) / max(1, lumas.count)
        let shade = shades[(luma * (shades.count - 1) + 127) / 255]
        return String(repeating: shade, count: isSmall ? 2 : 1)
      }
      return trimmed(line.joined())
    }.joined(separator: "\n")
  }

  private func halfBlocks() -> String {
    stride(from: 0, to: height, by: 2).map { y in
      let cells = (0..<width).map { x -> String in
        let top = pixel(y, x).map { "38;2;\($0.red);\($0.green);\($0.blue)" } ?? "39"
        let bottom = pixel(y + 1, x).map { "48;2;\($0.red);\($0.green);\($0.blue)" } ?? "49"
        return "\u{1B}[\(top);\(bottom)m▀"
      }
      return cells.joined() + "\u{1B}[0m"
    }.joined(separator: "\n")
  }

  private func trimmed(_ line: String) -> String {
    var line = line[...]
    while line.last == " " { line = line.dropLast() }
    return String(line)
  }

  // MARK: SVG

  /// The pixels as an element of `side` points at most, with hard edges.
  private func element(x: Int, y: Int, side: Int) -> String {
    let scale = max(height, width)
    let png = PNG.encoded(
      Raster(
        width: width, height: height, channels: 3,
        pixels: pixels.flatMap { [$0.red, $0.green, $0.blue] }))
    return """
      <image x="\(x)" y="\(y)" width="\(max(1, side * width / scale))" \
      height="\(max(1, side * height / scale))" \
      image-rendering="optimizeSpeed" style="image-rendering:pixelated" \
      href="data:image/png;base64,\(Base64.encoded(png))"/>
      """
  }

  /// The picture, enlarged to 140 points.
  func svg(title: String) -> String {
    let side = 140
    let scale = max(height, width)
    let (across, down) = (max(1, side * width / scale), max(1, side * height / scale))
    return """
      <svg xmlns="http://www.w3.org/2000/svg" width="\(across)" height="\(down)" \
      viewBox="0 0 \(across) \(down)">\
      <title>\(escaped(title))</title>\(element(x: 0, y: 0, side: side))</svg>
      """
  }

  /// A picture in a sheet.
  struct Cell {
    var picture: Picture
    var column: Int
    var row: Int
    /// Stands above the picture.
    var caption: String
  }

  /// Pictures in columns.
  ///
  /// - Parameter side: Points a side.
  static func sheet(_ cells: [Cell], columns: Int, rows: Int, side: Int = 56) -> String {
    let (gap, head) = (8, 18)
    let width = columns * (side + gap) + gap
    let height = head + rows * (side + gap)
    var parts: [String] = []
    for cell in cells {
      let (x, y) = (gap + cell.column * (side + gap), head + cell.row * (side + gap))
      if !cell.caption.isEmpty {
        parts.append(
          "<text x=\"\(x + side / 2)\" y=\"\(head - 5)\" text-anchor=\"middle\">"
            + escaped(shortened(cell.caption, to: 11)) + "</text>")
      }
      parts.append(cell.picture.element(x: x, y: y, side: side))
    }
    return """
      <svg xmlns="http://www.w3.org/2000/svg" width="\(width)" height="\(height)" \
      viewBox="0 0 \(width) \(height)" font-family="sans-serif" font-size="10" \
      fill="currentColor">\(parts.joined())</svg>
      """
  }
}

private func escaped(_ text: String) -> String {
  text.reduce(into: "") { result, character in
    switch character {
    case "&": result += "&amp;"
    case "<": result += "&lt;"
    case ">": result += "&gt;"
    // XML has no control characters, and names come from files.
    case _ where character.unicodeScalars.contains { $0.value < 0x20 }: result += " "
    default: result.append(character)
    }
  }
}
