import Catalog

/// The plain form of a plot: braille, blocks or ASCII, panels one below the other.
extension Plot {
  func text(_ style: Style) -> String {
    var style = style
    // In less, nothing could be read.
    style.width = max(40, style.width)
    var lines: [String] = []
    if !title.isEmpty {
      lines.append(bold(centered(singleLine(title), style), style))
    }
    let rows = panels.count == 1 ? 14 : 9
    for (index, panel) in panels.enumerated() {
      if index > 0 { lines.append("") }
      if !panel.title.isEmpty {
        lines.append(bold(centered(singleLine(panel.title), style), style))
      }
      switch panel.content {
      case .marks(let marks):
        lines += TextMarks(marks, panel: panel, colors: colorIndices, rows: rows, style).lines()
      case .bars(let bars):
        lines += TextBars(bars, panel: panel, colors: colorIndices, style).lines()
      case .heatMap(let map): lines += TextHeatMap(map, panel: panel, style).lines()
      case .images(let grid): lines += TextImages(grid, style).lines()
      }
    }
    return lines.map(trimmedEnd).joined(separator: "\n")
  }

  private func centered(_ text: String, _ style: Style) -> String {
    let short = cut(text, to: style.width, unicode: style.unicode)
    return spaces((style.width - textWidth(short)) / 2) + short
  }
}
