/// Horizontal bars as a drawing: long names stay readable, and values stand beside the bars.
struct BarsDrawing {
  let bars: Bars
  let panel: Panel
  let context: PanelDrawing.Context
  /// More categories than this are left out of the drawing, and it says so.
  private static let limit = 120

  private let categories: Range<Int>
  private let thickness: Double

  init(_ bars: Bars, panel: Panel, _ context: PanelDrawing.Context) {
    self.bars = bars
    self.panel = panel
    self.context = context
    categories = 0..<min(BarsDrawing.limit, bars.categories.count)
    thickness = bars.groups.count > 1 ? 13 : 16
  }

  private var slot: Double { thickness * Double(max(1, bars.groups.count)) + 9 }
  private var isCut: Bool { bars.categories.count > BarsDrawing.limit }

  var height: Double {
    let axis = panel.y.text.isEmpty ? 26.0 : 42
    return max(1, Double(categories.count)) * slot + axis + (isCut ? 18 : 0)
  }

  func draw(into drawing: inout Drawing, _ frame: Frame) {
    let names = categories.map { cutDrawn(bars.categories[$0], to: frame.width * 0.4) }
    let texts = bars.groups.indices.flatMap { group in
      categories.map { drawnWidth(bars.valueText(group, $0), size: 10) }
    }
    let room = (texts.max() ?? 0) + 12
    // The values of bars to the left stand at their left.
    let isSigned = bars.extent.lowerBound < 0
    let left = (names.map { drawnWidth($0) }.max() ?? 0) + 14 + (isSigned ? room : 0)
    let area = Frame(
      x: frame.x + left, y: frame.y, width: max(40, frame.width - left - room),
      height: Double(max(1, categories.count)) * slot)
    if categories.isEmpty || bars.groups.isEmpty {
      drawing.text("no data", x: area.x + area.width / 2, y: area.y + 16, .middle)
      return
    }
    let scale = Scale(Axis(range: panel.y.range ?? bars.extent), for: [], margin: 0)
    axis(scale, area, &drawing)
    let colors = panel.colors(of: bars.groups.map(\.name), context.colors)
    for category in categories {
      let top = area.y + Double(category) * slot
      drawing.text(
        names[category], x: frame.x + left - (isSigned ? room : 0) - 8, y: top + slot / 2 + 4,
        .end)
      for group in bars.groups.indices {
        bar(group, category, colors[group], scale, area, &drawing)
      }
    }
    let zero = area.point(scale.share(0) ?? 0, 0).x
    if zero >= area.x, zero <= area.right {
      drawing.rule(zero, area.y, zero, area.bottom, strong: true)
    }
    if isCut {
      let hidden = bars.categories.count - BarsDrawing.limit
      drawing.text("… \(hidden) more", x: area.x - 8, y: frame.bottom - 4, .end)
    }
  }

  private func bar(
    _ group: Int, _ category: Int, _ color: Int, _ scale: Scale, _ area: Frame,
    _ drawing: inout Drawing
  ) {
    let top = area.y + Double(category) * slot + 4.5 + Double(group) * thickness
    let zero = max(0, min(1, scale.share(0) ?? 0))
    guard let value = bars.value(group, category), let share = scale.share(value) else {
      drawing.text("–", x: area.x + 5, y: top + thickness / 2 + 3, size: 10)
      return
    }
    let end = max(0, min(1, share))
    let (low, high) = (area.point(min(zero, end), 0).x, area.point(max(zero, end), 0).x)
    drawing.bar(
      Frame(x: low, y: top + 1, width: max(0.5, high - low), height: thickness - 2), series: color,
      opacity: bars.deviation(group, category) == nil ? 1 : 0.6)
    var ends = (low, high)
    if let deviation = bars.deviation(group, category), deviation > 0,
      let from = scale.share(value - deviation), let to = scale.share(value + deviation)
    {
      let (start, stop) = (area.point(from, 0).x, area.point(to, 0).x)
      let middle = top + thickness / 2
      // In the colour of the bar, which is paler for it: seen inside and outside of it.
      drawing.line(
        [
          [Point(x: start, y: middle), Point(x: stop, y: middle)],
          [Point(x: start, y: middle - 3), Point(x: start, y: middle + 3)],
          [Point(x: stop, y: middle - 3), Point(x: stop, y: middle + 3)],
        ], series: color, width: 1.6)
      ends = (min(low, start), max(high, stop))
    }
    let isLeft = value < 0
    drawing.text(
      bars.valueText(group, category), x: isLeft ? ends.0 - 5 : ends.1 + 5,
      y: top + thickness / 2 + 3.5, isLeft ? .end : .start, size: 10)
  }

  private func axis(_ scale: Scale, _ area: Frame, _ drawing: inout Drawing) {
    let ticks = Ticks(scale, count: max(2, Int(area.width / 80)))
    for (value, label) in zip(ticks.values, ticks.labels) {
      guard let share = scale.share(value) else { continue }
      let place = area.point(share, 0).x
      drawing.rule(place, area.y, place, area.bottom)
      let text = bars.isPercent ? significantText(value * 100, 4) + " %" : label
      drawing.text(text, x: place, y: area.bottom + 14, .middle)
    }
    drawing.text(
      cutDrawn(panel.y.text, to: area.width), x: area.x + area.width / 2, y: area.bottom + 31,
      .middle)
  }
}
