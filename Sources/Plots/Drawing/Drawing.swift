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

/// What a plot looks like, told as shapes in pixels: the SVG writer and the rasteriser carry out the
/// same description.
struct Drawing {
  enum Anchor: String {
    case start, middle, end
  }

  /// A colour: fixed, or one that follows the page.
  enum Ink: Equatable {
    case series(Int)
    case fixed(RGB)
    /// That of texts.
    case text
    /// That of grids and axes.
    case rule
  }

  struct Text {
    var string: String
    var place: Point
    var anchor: Anchor
    var size: Int
    var isBold: Bool
    var ink: Ink
    /// Reads from the bottom to the top.
    var isTurned: Bool
  }

  struct Line {
    var parts: [[Point]]
    var ink: Ink
    var width: Double
    var opacity: Double
    var isDashed: Bool
  }

  enum Element {
    case text(Text)
    case line(Line)
    /// The inside of an outline.
    case area([Point], Ink, opacity: Double)
    case disc(Point, Ink, radius: Double, opacity: Double)
    case box(Frame, Ink, opacity: Double)
    /// A bitmap whose pixels stay sharp squares however large they are drawn.
    case image(Frame, Bitmap)
    /// Elements that are cut off outside of a frame.
    case clip(Frame, [Element])
  }

  private(set) var elements: [Element] = []

  /// A line of text.
  ///
  /// - Parameters:
  ///   - fill: A fixed colour, on a ground of known colour; nil for that of the page's texts.
  ///   - turned: Reads from the bottom to the top.
  mutating func text(
    _ string: String, x: Double, y: Double, _ anchor: Anchor = .start, size: Int = 11,
    isBold: Bool = false, fill: RGB? = nil, turned: Bool = false
  ) {
    if string.isEmpty { return }
    elements.append(
      .text(
        Text(
          string: string, place: Point(x: x, y: y), anchor: anchor, size: size, isBold: isBold,
          ink: fill.map { .fixed($0) } ?? .text, isTurned: turned)))
  }

  /// A hair line of the grid or, with `strong`, of an axis.
  mutating func rule(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, strong: Bool = false) {
    elements.append(
      .line(
        Line(
          parts: [[Point(x: x1, y: y1), Point(x: x2, y: y2)]], ink: .rule, width: 1,
          opacity: strong ? 0.7 : 0.22, isDashed: false)))
  }

  /// An open line in the colour of a series.
  mutating func line(
    _ parts: [[Point]], series: Int, width: Double = 1.8, opacity: Double = 1, dashed: Bool = false
  ) {
    let parts = parts.filter { !$0.isEmpty }
    if parts.isEmpty { return }
    elements.append(
      .line(
        Line(
          parts: parts, ink: .series(series), width: width, opacity: opacity, isDashed: dashed)))
  }

  /// A closed area in the colour of a series.
  mutating func area(_ outline: [Point], series: Int, opacity: Double) {
    if outline.isEmpty { return }
    elements.append(.area(outline, .series(series), opacity: opacity))
  }

  mutating func dot(_ point: Point, series: Int, radius: Double, opacity: Double = 1) {
    elements.append(.disc(point, .series(series), radius: radius, opacity: opacity))
  }

  mutating func box(_ frame: Frame, color: RGB) {
    elements.append(.box(frame, .fixed(color), opacity: 1))
  }

  mutating func bar(_ frame: Frame, series: Int, opacity: Double = 1) {
    elements.append(.box(frame, .series(series), opacity: opacity))
  }

  mutating func image(_ frame: Frame, bitmap: Bitmap) {
    elements.append(.image(frame, bitmap))
  }

  /// What `draw` draws is cut off outside of the frame.
  mutating func clipped(to frame: Frame, _ draw: (inout Drawing) -> Void) {
    var inner = Drawing()
    draw(&inner)
    elements.append(.clip(frame, inner.elements))
  }
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
