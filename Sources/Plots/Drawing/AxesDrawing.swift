/// The axes of a panel: grid, ticks and labels around the area that the data fill.
struct AxesDrawing {
  let x: Scale
  let y: Scale
  let xLabel: String
  let yLabel: String
  let isWholeX: Bool

  /// Draws them and returns the area that is left for the data.
  func draw(into drawing: inout Drawing, _ frame: Frame) -> Frame {
    let bottom = xLabel.isEmpty ? 22.0 : 38.0
    let height = frame.height - bottom - 8
    let yTicks = Ticks(y, count: max(3, Int(height / 45)))
    let widest = yTicks.labels.map { drawnWidth($0) }.max() ?? 0
    let left = widest + 12 + (yLabel.isEmpty ? 4 : 18)
    let area = Frame(
      x: frame.x + left, y: frame.y + 8, width: frame.width - left - 14, height: height)
    rows(yTicks, area, &drawing)
    columns(area, &drawing)
    drawing.text(
      cutDrawn(xLabel, to: area.width), x: area.x + area.width / 2, y: frame.bottom - 6, .middle)
    drawing.text(
      cutDrawn(yLabel, to: area.height), x: frame.x + 12, y: area.y + area.height / 2, .middle,
      turned: true)
    return area
  }

  private func rows(_ ticks: Ticks, _ area: Frame, _ drawing: inout Drawing) {
    for value in ticks.minor {
      guard let share = y.share(value) else { continue }
      let place = area.point(0, share).y
      drawing.rule(area.x, place, area.right, place)
    }
    for (value, label) in zip(ticks.values, ticks.labels) {
      guard let share = y.share(value) else { continue }
      let place = area.point(0, share).y
      drawing.rule(area.x, place, area.right, place)
      drawing.text(label, x: area.x - 7, y: place + 4, .end)
    }
  }

  private func columns(_ area: Frame, _ drawing: inout Drawing) {
    // As many ticks as there is room for their labels.
    var count = max(2, Int(area.width / 70))
    var ticks = Ticks(x, count: count, wholeOnly: isWholeX)
    while count > 2, !fits(ticks, area) {
      count -= 1
      ticks = Ticks(x, count: count, wholeOnly: isWholeX)
    }
    for value in ticks.minor {
      guard let share = x.share(value) else { continue }
      let place = area.point(share, 0).x
      drawing.rule(place, area.y, place, area.bottom)
    }
    for (value, label) in zip(ticks.values, ticks.labels) {
      guard let share = x.share(value) else { continue }
      let place = area.point(share, 0).x
      drawing.rule(place, area.bottom, place, area.bottom + 4, strong: true)
      drawing.text(label, x: place, y: area.bottom + 16, .middle)
    }
    drawing.rule(area.x, area.bottom, area.right, area.bottom, strong: true)
  }

  private func fits(_ ticks: Ticks, _ area: Frame) -> Bool {
    let widest = ticks.labels.map { drawnWidth($0) }.max() ?? 0
    return Double(ticks.labels.count) * (widest + 10) <= area.width + widest
  }
}
