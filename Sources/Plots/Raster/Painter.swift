/// Paints a drawing into pixels.
struct Painter {
  private let theme: Theme
  private let scale: Double
  private var canvas: PixelCanvas
  /// Pixels that may be painted.
  private var clip: PixelRectangle

  /// The picture of a drawing.
  ///
  /// - Parameter scale: Pixels for each of the drawing's.
  static func paint(
    _ drawing: Drawing, width: Double, height: Double, _ theme: Theme, scale: Double
  ) -> PixelCanvas {
    var painter = Painter(width: width, height: height, theme, scale)
    for element in drawing.elements { painter.paint(element) }
    return painter.canvas
  }

  private init(width: Double, height: Double, _ theme: Theme, _ scale: Double) {
    self.theme = theme
    self.scale = scale
    canvas = PixelCanvas(
      width: max(1, Int((width * scale).rounded(.up))),
      height: max(1, Int((height * scale).rounded(.up))), ground: theme.ground)
    clip = canvas.all
  }

  private mutating func paint(_ element: Drawing.Element) {
    switch element {
    case .text(let text): paint(text)
    case .line(let line): paint(line)
    case .area(let outline, let ink, let opacity):
      fill([outline.map(placed)], ink, opacity)
    case .disc(let center, let ink, let radius, let opacity):
      fill([Stroke.disc(placed(center), radius * scale)], ink, opacity)
    case .box(let frame, let ink, let opacity): fill([corners(frame)], ink, opacity)
    case .image(let frame, let bitmap): paint(bitmap, in: frame)
    case .clip(let frame, let elements):
      let outer = clip
      clip = clip.common(
        PixelRectangle(
          left: Int((frame.x * scale).rounded(.down)), top: Int((frame.y * scale).rounded(.down)),
          right: Int((frame.right * scale).rounded(.up)),
          bottom: Int((frame.bottom * scale).rounded(.up))))
      for element in elements { paint(element) }
      clip = outer
    }
  }

  private mutating func paint(_ line: Drawing.Line) {
    let width = line.width * scale
    var parts = line.parts.map { $0.map(placed) }
    if case .rule = line.ink {
      // Hair lines are drawn on whole pixels, or they would be blurred over two.
      parts = parts.map { $0.map { sharp($0, width) } }
    }
    if line.isDashed {
      parts = parts.flatMap { Stroke.dashes($0, on: 6 * scale, off: 4 * scale) }
    }
    let outlines = parts.flatMap {
      Stroke.outlines($0, width: width, hasRoundEnds: line.ink != .rule)
    }
    fill(outlines, line.ink, line.opacity)
  }

  private mutating func paint(_ text: Drawing.Text) {
    let size = Double(text.size) * scale
    let width = StrokeFont.width(text.string, size: size, isBold: text.isBold)
    let shift =
      switch text.anchor {
      case .start: 0.0
      case .middle: -width / 2
      case .end: -width
      }
    let origin = placed(text.place)
    let pen = StrokeFont.pen(size: size, isBold: text.isBold)
    var outlines: [[Point]] = []
    for stroke in StrokeFont.strokes(text.string, size: size, isBold: text.isBold) {
      let points = stroke.map { point in
        text.isTurned
          ? Point(x: origin.x - point.y, y: origin.y - shift - point.x)
          : Point(x: origin.x + shift + point.x, y: origin.y - point.y)
      }
      outlines += Stroke.outlines(points, width: pen, hasRoundEnds: true)
    }
    fill(outlines, text.ink, 1)
  }

  private mutating func paint(_ bitmap: Bitmap, in frame: Frame) {
    let left = Int((frame.x * scale).rounded())
    let top = Int((frame.y * scale).rounded())
    let width = max(1, Int((frame.right * scale).rounded()) - left)
    let height = max(1, Int((frame.bottom * scale).rounded()) - top)
    let area = clip.common(
      PixelRectangle(left: left, top: top, right: left + width, bottom: top + height))
    for y in area.top..<max(area.top, area.bottom) {
      let row = min(bitmap.height - 1, (y - top) * bitmap.height / height)
      for x in area.left..<max(area.left, area.right) {
        let column = min(bitmap.width - 1, (x - left) * bitmap.width / width)
        canvas.blend(bitmap.color(column, row), 1, x, y)
      }
    }
  }

  private mutating func fill(_ outlines: [[Point]], _ ink: Drawing.Ink, _ opacity: Double) {
    let color = theme.color(ink)
    let area = clip
    var filled = canvas
    canvas = PixelCanvas(width: 0, height: 0, ground: nil)
    Coverage.rows(of: outlines, in: area) { y, start, coverage in
      for (offset, share) in coverage.enumerated() where share > 0 {
        filled.blend(color, share * opacity, start + offset, y)
      }
    }
    canvas = filled
  }

  private func placed(_ point: Point) -> Point { Point(x: point.x * scale, y: point.y * scale) }

  /// The nearest place at which a line of this width has sharp edges.
  private func sharp(_ point: Point, _ width: Double) -> Point {
    let half = Int(width.rounded()).isMultiple(of: 2) ? 0.0 : 0.5
    return Point(
      x: (point.x - half).rounded() + half, y: (point.y - half).rounded() + half)
  }

  private func corners(_ frame: Frame) -> [Point] {
    let (left, top) = (frame.x * scale, frame.y * scale)
    let (right, bottom) = (frame.right * scale, frame.bottom * scale)
    return [
      Point(x: left, y: top), Point(x: right, y: top), Point(x: right, y: bottom),
      Point(x: left, y: bottom),
    ]
  }
}

/// The colours of a page.
struct Theme {
  /// What is behind the drawing; nil for nothing.
  var ground: RGB?
  var series: [RGB]
  var text: RGB
  var rule: RGB

  static let light = Theme(
    ground: RGB(0xFFFFFF), series: Palette.light, text: RGB(0x3C4450), rule: Palette.rule)
  static let dark = Theme(
    ground: RGB(0x16191D), series: Palette.dark, text: RGB(0xB4BCC6), rule: Palette.rule)

  func color(_ ink: Drawing.Ink) -> RGB {
    switch ink {
    case .series(let index): series[index % series.count]
    case .fixed(let color): color
    case .text: text
    case .rule: rule
    }
  }
}
