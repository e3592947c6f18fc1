/// Curves, bands, points and histograms over axes, as a drawing.
struct MarksDrawing {
  let marks: [Mark]
  let panel: Panel
  let context: PanelDrawing.Context
  private let extents: Extents

  init(_ marks: [Mark], panel: Panel, _ context: PanelDrawing.Context) {
    self.marks = marks
    self.panel = panel
    self.context = context
    extents = Extents(marks, x: panel.x, y: panel.y)
  }

  func draw(into drawing: inout Drawing, _ frame: Frame) {
    let axes = AxesDrawing(
      x: extents.x, y: extents.y, xLabel: panel.x.text, yLabel: panel.shownYLabel,
      isWholeX: extents.isWholeX)
    let area = axes.draw(into: &drawing, frame)
    if extents.isEmpty {
      drawing.text("no data", x: area.x + area.width / 2, y: area.y + area.height / 2, .middle)
      return
    }
    let colors = panel.colors(of: marks.map(\.name), context.colors)
    let clip = Frame(x: area.x - 3, y: area.y - 3, width: area.width + 6, height: area.height + 6)
    drawing.clipped(to: clip) { drawing in
      // Areas lie under lines, whatever the order they were given in.
      for (mark, color) in zip(marks, colors) { self.area(mark, color, area, &drawing) }
      for (mark, color) in zip(marks, colors) { line(mark, color, area, &drawing) }
    }
    labels(colors, area, &drawing)
  }

  private func place(_ area: Frame) -> (Double, Double) -> Point? {
    { x, y in
      guard let across = extents.x.share(x), let up = extents.y.share(y) else { return nil }
      return area.point(across, up)
    }
  }

  private func area(_ mark: Mark, _ color: Int, _ area: Frame, _ drawing: inout Drawing) {
    switch mark {
    case .band(let band):
      let place = place(area)
      // The lower edge is walked in the runs of the upper one, so that gaps stay gaps.
      let gaps = zip(band.lower, band.upper).map { $0.isFinite && $1.isFinite }
      let upper = zip(band.upper, gaps).map { $1 ? $0 : .nan }
      let lower = zip(band.lower, gaps).map { $1 ? $0 : .nan }
      let tops = runs(band.x, upper, place)
      let bottoms = runs(band.x, lower, place)
      for (top, bottom) in zip(tops, bottoms) where tops.count == bottoms.count {
        let edge = decimated(bottom, columns: context.columns).reversed()
        let outline = decimated(top, columns: context.columns) + edge
        drawing.area(outline, series: color, opacity: 0.2)
      }
    case .histogram(let histogram):
      let floor = extents.y.lower
      var outline: [Point] = []
      for index in histogram.counts.indices {
        let (left, right) = histogram.edges(index)
        let top = max(histogram.counts[index].isFinite ? histogram.counts[index] : 0, floor)
        guard let across = extents.x.share(left), let end = extents.x.share(right),
          let up = extents.y.share(top)
        else { continue }
        if outline.isEmpty { outline.append(area.point(across, 0)) }
        outline += [area.point(across, up), area.point(end, up)]
        if index == histogram.counts.count - 1 { outline.append(area.point(end, 0)) }
      }
      drawing.area(outline, series: color, opacity: 0.4)
      drawing.line([outline], series: color, width: 1.3)
    case .curve, .points: break
    }
  }

  private func line(_ mark: Mark, _ color: Int, _ area: Frame, _ drawing: inout Drawing) {
    let place = place(area)
    switch mark {
    case .curve(let curve):
      if curve.smooth > 0 {
        let raw = runs(curve.x, curve.y, place).map(thinned)
        drawing.line(raw, series: color, width: 1, opacity: 0.3)
      }
      let parts = runs(curve.x, curve.shownY, place)
      drawing.line(
        parts.map(thinned), series: color, dashed: curve.isDashed)
      // Where there are few values, each is marked: a line alone hides how many were measured.
      if curve.x.count <= 20, context.showsDots {
        for point in parts.joined() { drawing.dot(point, series: color, radius: 2.6) }
      }
    case .points(let points):
      let all = runs(points.x, points.y, place).flatMap { $0 }
      guard all.count > 200 else {
        for point in all { drawing.dot(point, series: color, radius: 4, opacity: 0.85) }
        return
      }
      // Lines of no length with round ends are dots of a sixth of the bytes.
      let dots = evenly(all, atMost: 3000 / max(1, pointSets)).map { [$0] }
      drawing.line(dots, series: color, width: 4, opacity: 0.6)
    case .band, .histogram: break
    }
  }

  private var pointSets: Int {
    marks.count { if case .points = $0 { true } else { false } }
  }

  private func thinned(_ points: [Point]) -> [Point] {
    decimated(points, columns: context.columns)
  }

  private func evenly(_ points: [Point], atMost limit: Int) -> [Point] {
    guard points.count > limit else { return points }
    return (0..<limit).map { points[$0 * points.count / limit] }
  }

  /// Puts each label beside its point where it covers neither points nor other labels.
  private func labels(_ colors: [Int], _ area: Frame, _ drawing: inout Drawing) {
    let place = place(area)
    var taken: [Frame] = []
    var waiting: [(text: String, point: Point)] = []
    for case .curve(let curve) in marks where curve.x.count <= 60 {
      for part in runs(curve.x, curve.y, place) { taken += beads(part) }
    }
    for case .points(let points) in marks {
      for index in points.x.indices {
        guard let point = place(points.x[index], points.y[index]) else { continue }
        if points.x.count <= 100 {
          taken.append(Frame(x: point.x - 4, y: point.y - 4, width: 8, height: 8))
        }
        if index < points.labels.count, !points.labels[index].isEmpty, waiting.count < 100 {
          waiting.append((cutDrawn(points.labels[index], to: 160), point))
        }
      }
    }
    for (text, point) in waiting {
      let width = drawnWidth(text)
      let places = [
        (point.x + 7, point.y - 7), (point.x - 7 - width, point.y - 7),
        (point.x - width / 2, point.y - 20), (point.x - width / 2, point.y + 6),
        (point.x + 6, point.y + 3), (point.x + 6, point.y - 18),
      ].map { Frame(x: $0, y: $1, width: width, height: 14) }
      let free = places.first { box in
        box.x >= area.x && box.right <= area.right + 8 && box.y >= area.y - 6
          && box.bottom <= area.bottom && !taken.contains { $0.intersects(box) }
      }
      let box = free ?? places[point.x + 7 + width > area.right ? 1 : 0]
      taken.append(box)
      drawing.text(text, x: box.x, y: box.y + 11)
    }
  }

  /// Small frames along a line, which labels keep clear of.
  private func beads(_ points: [Point]) -> [Frame] {
    zip(points, points.dropFirst()).flatMap { a, b -> [Frame] in
      let (dx, dy) = (b.x - a.x, b.y - a.y)
      let count = max(1, min(200, Int((dx * dx + dy * dy).squareRoot() / 6)))
      return (0...count).map { step in
        let share = Double(step) / Double(count)
        return Frame(x: a.x + dx * share - 2, y: a.y + dy * share - 2, width: 4, height: 4)
      }
    }
  }
}
