/// A matrix of coloured cells as a drawing, with a scale at its right.
struct HeatMapDrawing {
  let map: HeatMap
  let panel: Panel
  private let shades: HeatMap.Shades

  init(_ map: HeatMap, panel: Panel) {
    self.map = map.reduced(rows: 160, columns: 160)
    self.panel = panel
    shades = self.map.shades
  }

  struct Layout {
    var cellWidth: Double
    var cellHeight: Double
    var left: Double
    var bottom: Double
    var turned: Bool
    var height: Double
  }

  func layout(width: Double) -> Layout {
    let columns = Double(max(1, map.columnCount))
    let rows = Double(max(1, map.rowCount))
    let longest = rowNames.map { drawnWidth($0, size: 10) }.max() ?? 0
    let left = min(longest, width * 0.3) + 12 + (panel.y.text.isEmpty ? 0 : 18)
    let available = width - left - 62
    let cellWidth = max(1, min(64, available / columns))
    let square = min(cellWidth, columns <= 12 ? 36 : 28)
    let cellHeight = max(1, min(square, 480 / rows))
    let labels = columnNames.map { drawnWidth($0, size: 10) }.max() ?? 0
    let turned = labels > cellWidth - 4 && map.columns.count > 0
    let names = turned ? min(labels, 90) + 8 : 18.0
    let bottom = names + (panel.x.text.isEmpty ? 0 : 18)
    return Layout(
      cellWidth: cellWidth, cellHeight: cellHeight, left: left, bottom: bottom, turned: turned,
      height: cellHeight * rows + bottom + 6)
  }

  private var rowNames: [String] { map.values.indices.map(map.rowName) }
  private var columnNames: [String] { (0..<map.columnCount).map(map.columnName) }

  func draw(into drawing: inout Drawing, _ frame: Frame) {
    guard map.rowCount > 0, map.columnCount > 0 else {
      drawing.text("no data", x: frame.x + frame.width / 2, y: frame.y + 14, .middle)
      return
    }
    let layout = layout(width: frame.width)
    let width = layout.cellWidth * Double(map.columnCount)
    // A narrow map stands in the middle of its panel.
    let free = max(0, frame.width - layout.left - width - 62) / 2
    let area = Frame(
      x: frame.x + layout.left + free, y: frame.y, width: width,
      height: layout.cellHeight * Double(map.rowCount))
    cells(layout, area, &drawing)
    names(layout, area, &drawing)
    scale(area, &drawing)
    let middle = area.y + area.height / 2
    drawing.text(
      cutDrawn(panel.y.text, to: max(60, area.height)), x: frame.x + free + 12, y: middle, .middle,
      turned: true)
    drawing.text(
      cutDrawn(panel.x.text, to: max(80, area.width)), x: area.x + area.width / 2,
      y: area.bottom + layout.bottom - 3, .middle)
  }

  private func cells(_ layout: Layout, _ area: Frame, _ drawing: inout Drawing) {
    guard map.rowCount * map.columnCount <= 400 else {
      drawing.image(area, bitmap: bitmap())
      return
    }
    let format = map.settledFormat
    for row in map.values.indices {
      for column in 0..<map.columnCount {
        let cell = Frame(
          x: area.x + Double(column) * layout.cellWidth,
          y: area.y + Double(row) * layout.cellHeight,
          width: layout.cellWidth - 1, height: layout.cellHeight - 1)
        guard let value = map.value(row, column) else { continue }
        let color = shades.color(value)
        drawing.box(cell, color: color)
        let text = map.hasTexts ? format.text(value) : ""
        if !text.isEmpty, layout.cellHeight >= 13,
          drawnWidth(text, size: 10) <= layout.cellWidth - 3
        {
          drawing.text(
            text, x: cell.x + cell.width / 2, y: cell.y + cell.height / 2 + 3.5, .middle, size: 10,
            fill: RGB(color.lightness > 0.52 ? 0x000000 : 0xFFFFFF))
        }
      }
    }
  }

  /// All cells as one picture of 64 shades; the last palette entry stands for missing values.
  private func bitmap() -> Bitmap {
    let palette =
      (0..<64).map { level in
        let share = Double(level) / 63
        return shades.diverging ? Palette.diverging(share) : Palette.sequential(share)
      } + [RGB(0x808080)]
    var pixels: [UInt8] = []
    for row in map.values.indices {
      for column in 0..<map.columnCount {
        let level = map.value(row, column).map { (shades.share($0) * 63).rounded() }
        pixels.append(level.map { UInt8($0) } ?? 64)
      }
    }
    return Bitmap(
      width: map.columnCount, height: map.rowCount, pixels: .indexed(palette, pixels))
  }

  /// Names of rows and columns, every so many of them where they are close.
  private func names(_ layout: Layout, _ area: Frame, _ drawing: inout Drawing) {
    // Where there are many rows, they are a scale rather than names.
    let spacing = map.rowCount > 20 ? 30.0 : 12
    let rowStride = max(1, Int((spacing / layout.cellHeight).rounded(.up)))
    for row in stride(from: 0, to: map.rowCount, by: rowStride) {
      drawing.text(
        cutDrawn(map.rowName(row), to: layout.left - 8, size: 10), x: area.x - 6,
        y: area.y + (Double(row) + 0.5) * layout.cellHeight + 3, .end, size: 10)
    }
    let widest = columnNames.map { drawnWidth($0, size: 10) }.max() ?? 0
    let needed = layout.turned ? (map.columnCount > 20 ? 30 : 12) : widest + 4
    let columnStride = max(1, Int((needed / layout.cellWidth).rounded(.up)))
    for column in stride(from: 0, to: map.columnCount, by: columnStride) {
      let middle = area.x + (Double(column) + 0.5) * layout.cellWidth
      if layout.turned {
        drawing.text(
          cutDrawn(map.columnName(column), to: 90, size: 10), x: middle + 3, y: area.bottom + 6,
          .end, size: 10, turned: true)
      } else {
        drawing.text(map.columnName(column), x: middle, y: area.bottom + 13, .middle, size: 10)
      }
    }
  }

  private func scale(_ area: Frame, _ drawing: inout Drawing) {
    let steps = 24
    let x = area.right + 10
    let height = max(40, min(area.height, 200))
    for step in 0..<steps {
      let share = (Double(steps - 1 - step) + 0.5) / Double(steps)
      let color = shades.diverging ? Palette.diverging(share) : Palette.sequential(share)
      let top = area.y + height * Double(step) / Double(steps)
      // Overlapping by half a pixel leaves no seams.
      drawing.box(
        Frame(
          x: x, y: top, width: 10, height: height / Double(steps) + (step < steps - 1 ? 0.5 : 0)),
        color: color)
    }
    let format = map.format.settled(for: [shades.lower, shades.upper])
    drawing.text(format.text(shades.upper), x: x + 14, y: area.y + 9, size: 10)
    drawing.text(format.text(shades.lower), x: x + 14, y: area.y + height, size: 10)
  }
}
