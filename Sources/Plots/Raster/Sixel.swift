extension PlotPicture {
  /// The picture as a terminal with sixel graphics draws it (DEC, "VT330/VT340 Programmer Reference",
  /// 1988, chapter 14): at most 255 colours, and what is transparent left out.
  public var sixel: String {
    let (palette, places) = reduced()
    var result = "\u{1B}P0;1;0q\"1;1;\(width);\(height)"
    for (index, color) in palette.enumerated() {
      let parts = [color.red, color.green, color.blue].map { String(($0 * 100 + 127) / 255) }
      result += "#\(index);2;" + parts.joined(separator: ";")
    }
    for top in stride(from: 0, to: height, by: 6) {
      result += band(top, places, palette.count)
    }
    return result + "\u{1B}\\"
  }

  /// Six rows: for each colour in them a line of characters whose bits say where it is.
  private func band(_ top: Int, _ places: [Int], _ count: Int) -> String {
    var columns: [Int: [UInt8]] = [:]
    for row in top..<min(top + 6, height) {
      for x in 0..<width {
        let color = places[row * width + x]
        guard color >= 0 else { continue }
        columns[color, default: [UInt8](repeating: 0, count: width)][x] |= 1 << UInt8(row - top)
      }
    }
    var lines: [String] = []
    for (color, bits) in columns.sorted(by: { $0.key < $1.key }) {
      var bytes = Array("#\(color)".utf8)
      var x = 0
      let end = (bits.lastIndex { $0 != 0 } ?? -1) + 1
      while x < end {
        var run = 1
        while x + run < end, bits[x + run] == bits[x] { run += 1 }
        if run > 3 {
          bytes += Array("!\(run)".utf8) + [63 + bits[x]]
        } else {
          bytes += [UInt8](repeating: 63 + bits[x], count: run)
        }
        x += run
      }
      lines.append(String(decoding: bytes, as: UTF8.self))
    }
    return lines.joined(separator: "$") + "-"
  }

  /// The colours that are most frequent, and for every pixel the nearest of them; -1 for none.
  private func reduced() -> ([RGB], [Int]) {
    // Colours nearer than eight steps are one.
    func code(_ pixel: Int) -> Int? {
      guard pixels[pixel * 4 + 3] >= 128 else { return nil }
      let red = Int(pixels[pixel * 4]) >> 3
      let green = Int(pixels[pixel * 4 + 1]) >> 3
      return red << 10 | green << 5 | Int(pixels[pixel * 4 + 2]) >> 3
    }
    var counts: [Int: (count: Int, first: Int)] = [:]
    for pixel in 0..<width * height {
      guard let code = code(pixel) else { continue }
      counts[code, default: (0, pixel)].count += 1
    }
    let kept = counts.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }.prefix(255)
    let palette = kept.map { entry -> RGB in
      let start = entry.value.first * 4
      return RGB(
        UInt32(pixels[start]) << 16 | UInt32(pixels[start + 1]) << 8 | UInt32(pixels[start + 2]))
    }
    var numbers = Dictionary(
      uniqueKeysWithValues: kept.enumerated().map { ($1.key, $0) })
    let places = (0..<width * height).map { pixel -> Int in
      guard let code = code(pixel) else { return -1 }
      if let number = numbers[code] { return number }
      let number = nearest(to: code, in: palette)
      numbers[code] = number
      return number
    }
    return (palette, places)
  }

  private func nearest(to code: Int, in palette: [RGB]) -> Int {
    let (red, green, blue) = ((code >> 10) << 3, ((code >> 5) & 31) << 3, (code & 31) << 3)
    func distance(_ color: RGB) -> Int {
      let (r, g, b) = (color.red - red, color.green - green, color.blue - blue)
      return r * r + g * g + b * b
    }
    return palette.indices.min { distance(palette[$0]) < distance(palette[$1]) } ?? 0
  }
}
