/// Writes a drawing as SVG elements (W3C, Scalable Vector Graphics 1.1, 2011).
///
/// Colours are attributes, which every reader keeps; a style sheet overrides them on dark pages by
/// class. No identifiers and no scripts are used, so drawings can stand on one page or be an image.
struct SVGWriter {
  private var body = ""

  /// The whole document.
  static func document(
    _ drawing: Drawing, width: Double, height: Double, title: String
  ) -> String {
    var writer = SVGWriter()
    for element in drawing.elements { writer.write(element) }
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
      + writer.body + "</svg>\n"
  }

  private mutating func write(_ element: Drawing.Element) {
    switch element {
    case .text(let text): write(text)
    case .line(let line): write(line)
    case .area(let outline, let ink, let opacity):
      body += "<path d=\"\(pathData(outline, closed: true))\"\(fill(ink, opacity))/>\n"
    case .disc(let center, let ink, let radius, let opacity):
      body +=
        "<circle cx=\"\(px(center.x))\" cy=\"\(px(center.y))\" r=\"\(px(radius))\""
        + "\(fill(ink, opacity))/>\n"
    case .box(let frame, let ink, let opacity):
      body += "<rect\(place(frame))\(fill(ink, opacity))/>\n"
    case .image(let frame, let bitmap):
      body +=
        "<image\(place(frame)) preserveAspectRatio=\"none\""
        + " style=\"image-rendering:pixelated\""
        + " href=\"data:image/bmp;base64,\(base64(bitmap.file))\"/>\n"
    case .clip(let frame, let elements):
      let box = "\(px(frame.x)) \(px(frame.y)) \(px(frame.width)) \(px(frame.height))"
      body += "<svg\(place(frame)) viewBox=\"\(box)\">\n"
      for element in elements { write(element) }
      body += "</svg>\n"
    }
  }

  private mutating func write(_ text: Drawing.Text) {
    let (x, y) = (px(text.place.x), px(text.place.y))
    var attributes = "x=\"\(x)\" y=\"\(y)\""
    if text.anchor != .start { attributes += " text-anchor=\"\(text.anchor.rawValue)\"" }
    if text.size != 11 { attributes += " font-size=\"\(text.size)\"" }
    if text.isBold { attributes += " font-weight=\"600\"" }
    if case .fixed(let color) = text.ink {
      attributes += " fill=\"\(color.hex)\""
    } else {
      attributes += " class=\"ath-t\""
    }
    if text.isTurned { attributes += " transform=\"rotate(-90 \(x) \(y))\"" }
    body += "<text \(attributes)>\(escapedXML(text.string))</text>\n"
  }

  private mutating func write(_ line: Drawing.Line) {
    let opacity =
      line.opacity < 1 ? " stroke-opacity=\"\(withoutZero(fixedText(line.opacity, 2)))\"" : ""
    guard case .series = line.ink else {
      for points in line.parts {
        guard let first = points.first, let last = points.last else { continue }
        body +=
          "<path d=\"M\(px(first.x)) \(px(first.y))L\(px(last.x)) \(px(last.y))\""
          + "\(stroke(line.ink))\(opacity)/>\n"
      }
      return
    }
    body +=
      "<path d=\"\(line.parts.map { pathData($0) }.joined())\"\(stroke(line.ink))"
      + " stroke-width=\"\(px(line.width))\"\(opacity)"
      + (line.isDashed ? " stroke-dasharray=\"6 4\"" : "")
      + " fill=\"none\" stroke-linejoin=\"round\" stroke-linecap=\"round\"/>\n"
  }

  private func place(_ frame: Frame) -> String {
    " x=\"\(px(frame.x))\" y=\"\(px(frame.y))\" width=\"\(px(frame.width))\""
      + " height=\"\(px(frame.height))\""
  }

  private func stroke(_ ink: Drawing.Ink) -> String {
    switch ink {
    case .series(let series):
      let index = series % Palette.count
      return " stroke=\"\(Palette.light[index].hex)\" class=\"ath-s\(index)\""
    case .fixed(let color): return " stroke=\"\(color.hex)\""
    case .text, .rule: return " stroke=\"\(Palette.rule.hex)\""
    }
  }

  private func fill(_ ink: Drawing.Ink, _ opacity: Double) -> String {
    let faint = opacity < 1 ? " fill-opacity=\"\(fixedText(opacity, 2))\"" : ""
    switch ink {
    case .series(let series):
      let index = series % Palette.count
      return " fill=\"\(Palette.light[index].hex)\" class=\"ath-f\(index)\"" + faint
    case .fixed(let color): return " fill=\"\(color.hex)\"" + faint
    case .text, .rule: return " fill=\"\(Palette.rule.hex)\"" + faint
    }
  }

  private func withoutZero(_ text: String) -> String {
    text.hasPrefix("0.") ? String(text.dropFirst()) : text
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
