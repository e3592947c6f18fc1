/// A rectangle of a drawing, in pixels, y downwards.
struct Frame: Equatable {
  var x: Double
  var y: Double
  var width: Double
  var height: Double

  var right: Double { x + width }
  var bottom: Double { y + height }

  func intersects(_ other: Frame) -> Bool {
    x < other.right && other.x < right && y < other.bottom && other.y < bottom
  }

  /// Where a pair of shares 0 … 1 lies, the second counted from the bottom.
  func point(_ x: Double, _ y: Double) -> Point {
    // Far outside is far enough: coordinates stay short and no renderer overflows.
    let (x, y) = (max(-2, min(3, x)), max(-2, min(3, y)))
    return Point(x: self.x + x * width, y: bottom - y * height)
  }
}

/// SVG elements written one after the other (W3C, Scalable Vector Graphics 1.1, 2011).
///
/// Colours are attributes, which every reader keeps; a style sheet overrides them on dark pages by
/// class. No identifiers and no scripts are used, so drawings can stand on one page or be an image.
struct SVGDrawing {
  private(set) var body = ""

  enum Anchor: String {
    case start, middle, end
  }

  /// A line of text.
  ///
  /// - Parameters:
  ///   - fill: A fixed colour, on a ground of known colour; nil for that of the page's texts.
  ///   - turned: Reads from the bottom to the top.
  mutating func text(
    _ string: String, x: Double, y: Double, _ anchor: Anchor = .start, size: Int = 11,
    isBold: Bool = false, fill: String? = nil, turned: Bool = false
  ) {
    if string.isEmpty { return }
    var attributes = "x=\"\(px(x))\" y=\"\(px(y))\""
    if anchor != .start { attributes += " text-anchor=\"\(anchor.rawValue)\"" }
    if size != 11 { attributes += " font-size=\"\(size)\"" }
    if isBold { attributes += " font-weight=\"600\"" }
    if let fill { attributes += " fill=\"\(fill)\"" } else { attributes += " class=\"ath-t\"" }
    if turned { attributes += " transform=\"rotate(-90 \(px(x)) \(px(y)))\"" }
    body += "<text \(attributes)>\(escapedXML(string))</text>\n"
  }

  /// A hair line of the grid or, with `strong`, of an axis.
  mutating func rule(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, strong: Bool = false) {
    let opacity = strong ? ".7" : ".22"
    body +=
      "<path d=\"M\(px(x1)) \(px(y1))L\(px(x2)) \(px(y2))\" stroke=\"#808080\""
      + " stroke-opacity=\"\(opacity)\"/>\n"
  }

  /// An open line in the colour of a series.
  mutating func line(
    _ data: String, series: Int, width: Double = 1.8, opacity: Double = 1, dashed: Bool = false
  ) {
    if data.isEmpty { return }
    body +=
      "<path d=\"\(data)\"\(stroke(series)) stroke-width=\"\(px(width))\""
      + (opacity < 1 ? " stroke-opacity=\"\(fixedText(opacity, 2))\"" : "")
      + (dashed ? " stroke-dasharray=\"6 4\"" : "")
      + " fill=\"none\" stroke-linejoin=\"round\" stroke-linecap=\"round\"/>\n"
  }

  /// A closed area in the colour of a series.
  mutating func area(_ data: String, series: Int, opacity: Double) {
    if data.isEmpty { return }
    body += "<path d=\"\(data)\"\(fill(series)) fill-opacity=\"\(fixedText(opacity, 2))\"/>\n"
  }

  mutating func dot(_ point: Point, series: Int, radius: Double, opacity: Double = 1) {
    body +=
      "<circle cx=\"\(px(point.x))\" cy=\"\(px(point.y))\" r=\"\(px(radius))\"\(fill(series))"
      + (opacity < 1 ? " fill-opacity=\"\(fixedText(opacity, 2))\"" : "") + "/>\n"
  }

  mutating func box(_ frame: Frame, color: String) {
    body +=
      "<rect x=\"\(px(frame.x))\" y=\"\(px(frame.y))\" width=\"\(px(frame.width))\""
      + " height=\"\(px(frame.height))\" fill=\"\(color)\"/>\n"
  }

  mutating func bar(_ frame: Frame, series: Int, opacity: Double = 1) {
    body +=
      "<rect x=\"\(px(frame.x))\" y=\"\(px(frame.y))\" width=\"\(px(frame.width))\""
      + " height=\"\(px(frame.height))\"\(fill(series))"
      + (opacity < 1 ? " fill-opacity=\"\(fixedText(opacity, 2))\"" : "") + "/>\n"
  }

  /// A bitmap whose pixels stay sharp squares however large they are drawn.
  mutating func image(_ frame: Frame, bitmap: [UInt8]) {
    body +=
      "<image x=\"\(px(frame.x))\" y=\"\(px(frame.y))\" width=\"\(px(frame.width))\""
      + " height=\"\(px(frame.height))\" preserveAspectRatio=\"none\""
      + " style=\"image-rendering:pixelated\""
      + " href=\"data:image/bmp;base64,\(base64(bitmap))\"/>\n"
  }

  /// What `draw` draws is cut off outside of the frame.
  mutating func clipped(to frame: Frame, _ draw: (inout SVGDrawing) -> Void) {
    let box = "\(px(frame.x)) \(px(frame.y)) \(px(frame.width)) \(px(frame.height))"
    body +=
      "<svg x=\"\(px(frame.x))\" y=\"\(px(frame.y))\" width=\"\(px(frame.width))\""
      + " height=\"\(px(frame.height))\" viewBox=\"\(box)\">\n"
    draw(&self)
    body += "</svg>\n"
  }

  private func stroke(_ series: Int) -> String {
    let index = series % Palette.count
    return " stroke=\"\(Palette.light[index].hex)\" class=\"ath-s\(index)\""
  }

  private func fill(_ series: Int) -> String {
    let index = series % Palette.count
    return " fill=\"\(Palette.light[index].hex)\" class=\"ath-f\(index)\""
  }

  /// The whole document.
  func document(width: Double, height: Double, title: String) -> String {
    var dark = "text.ath-t{fill:#9ca5af}"
    for (index, color) in Palette.dark.enumerated() {
      dark += ".ath-s\(index){stroke:\(color.hex)}.ath-f\(index){fill:\(color.hex)}"
    }
    let size = "width=\"\(px(width))\" height=\"\(px(height))\""
    return "<svg xmlns=\"http://www.w3.org/2000/svg\" \(size)"
      + " viewBox=\"0 0 \(px(width)) \(px(height))\" role=\"img\""
      + " font-family=\"system-ui,-apple-system,'Segoe UI',Helvetica,Arial,sans-serif\""
      + " font-size=\"11\">\n"
      + (title.isEmpty ? "" : "<title>\(escapedXML(title))</title>\n")
      + "<style>text.ath-t{fill:#5a6470}@media(prefers-color-scheme:dark){\(dark)}</style>\n"
      + body + "</svg>\n"
  }
}

/// A coordinate with at most one decimal place.
func px(_ value: Double) -> String { tenths(Int((value * 10).rounded())) }

private func tenths(_ value: Int) -> String {
  let (whole, part) = abs(value).quotientAndRemainder(dividingBy: 10)
  let sign = value < 0 ? "-" : ""
  if part == 0 { return sign + String(whole) }
  return sign + (whole == 0 ? "" : String(whole)) + "." + String(part)
}

/// A path through points in tenths of a pixel: the first absolute, the others relative, which takes
/// half the bytes.
func pathData(_ points: [Point], closed: Bool = false) -> String {
  guard let first = points.first else { return "" }
  func quantized(_ value: Double) -> Int { Int((value * 10).rounded()) }
  var (x, y) = (quantized(first.x), quantized(first.y))
  var result = "M\(tenths(x)) \(tenths(y))"
  if points.count == 1 { return result + "h0" }
  for point in points.dropFirst() {
    let (nextX, nextY) = (quantized(point.x), quantized(point.y))
    let (dx, dy) = (nextX - x, nextY - y)
    if dy == 0 {
      result += "h" + tenths(dx)
    } else if dx == 0 {
      result += "v" + tenths(dy)
    } else {
      result += "l" + tenths(dx) + (dy < 0 ? "" : " ") + tenths(dy)
    }
    (x, y) = (nextX, nextY)
  }
  return closed ? result + "z" : result
}

/// About how wide a text is drawn in a sans-serif face, in pixels: page fonts differ by a tenth.
func drawnWidth(_ text: String, size: Int = 11) -> Double {
  var units = 0.0
  for character in text {
    switch character {
    case "i", "j", "l", "I", "t", "f", "r", ".", ",", ":", ";", "'", "|", "!", " ", "(", ")", "[",
      "]",
      "-", "/":
      units += 0.37
    case "m", "w", "M", "W", "%", "@", "—", "…", "±": units += 0.93
    case _ where character.isUppercase: units += 0.71
    case _ where character.isASCII: units += 0.615
    default: units += textWidth(String(character)) > 1 ? 1.05 : 0.6
    }
  }
  return units * Double(size)
}

/// The text cut with `…` to at most so many pixels.
func cutDrawn(_ text: String, to width: Double, size: Int = 11) -> String {
  let text = singleLine(text)
  if drawnWidth(text, size: size) <= width { return text }
  var result = text
  while !result.isEmpty, drawnWidth(result + "…", size: size) > width { result.removeLast() }
  return result + "…"
}
