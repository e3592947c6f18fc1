import Catalog

/// The axes around a chart made of characters.
struct TextAxes {
  let x: Scale
  let yTicks: Ticks
  let isWholeX: Bool
  let style: Style

  init(x: Scale, yTicks: Ticks, isWholeX: Bool, _ style: Style) {
    self.x = x
    self.yTicks = yTicks
    self.isWholeX = isWholeX
    self.style = style
  }

  /// What stands left of a row: a label where a tick lies in it, and the axis.
  func left(_ row: Int, of rows: Int, _ scale: Scale, width: Int) -> String {
    let dots = style.unicode ? rows * 4 : rows
    for (value, label) in zip(yTicks.values, yTicks.labels) {
      guard let share = scale.share(value) else { continue }
      let dot = Int(((1 - share) * Double(dots - 1)).rounded())
      if (style.unicode ? dot / 4 : dot) == row {
        return padded(label, to: width, .right) + faint(style.unicode ? " ┤" : " +", style)
      }
    }
    return spaces(width) + faint(style.unicode ? " │" : " |", style)
  }

  /// The axis below with its ticks, and the line of their labels.
  func below(columns: Int, indent: Int) -> [String] {
    var axis = [Character](repeating: style.unicode ? "─" : "-", count: columns)
    var labels = [Character](repeating: " ", count: indent + columns + 1)
    let ticks = fittingTicks(columns)
    var end = -1
    for (value, label) in zip(ticks.values, ticks.labels) {
      guard let share = x.share(value), share >= -1e-9, share <= 1 + 1e-9 else { continue }
      let column = max(0, min(columns - 1, Int((share * Double(columns - 1)).rounded())))
      axis[column] = style.unicode ? "┬" : "+"
      let start = max(0, min(labels.count - label.count, indent + column - label.count / 2))
      guard start > end else { continue }
      for (offset, letter) in label.enumerated() where start + offset < labels.count {
        labels[start + offset] = letter
      }
      end = start + label.count
    }
    let corner = (style.unicode ? "└" : "+") + String(axis)
    return [spaces(indent - 1) + faint(corner, style), trimmedEnd(String(labels))]
  }

  /// As many ticks as there is room for their labels.
  private func fittingTicks(_ columns: Int) -> Ticks {
    var count = max(2, columns / 10)
    while true {
      let ticks = Ticks(x, count: count, wholeOnly: isWholeX)
      let needed = ticks.labels.reduce(0) { $0 + $1.count + 2 }
      if needed <= columns || count <= 2 { return ticks }
      count -= 1
    }
  }
}
