import Catalog

/// A matrix as text: values with shades where they fit, else shades alone.
struct TextHeatMap {
  let map: HeatMap
  let panel: Panel
  let style: Style
  private let shades: HeatMap.Shades

  init(_ map: HeatMap, panel: Panel, _ style: Style) {
    self.map = map
    self.panel = panel
    self.style = style
    shades = map.shades
  }

  func lines() -> [String] {
    guard map.rowCount > 0, map.columnCount > 0 else { return ["no data"] }
    var result: [String] = []
    let axes = [panel.y.text, panel.x.text].map(singleLine)
    if !axes[0].isEmpty || !axes[1].isEmpty {
      let arrows = style.unicode ? ("↓", "→") : ("rows:", "columns:")
      let parts = zip([arrows.0, arrows.1], axes).filter { !$1.isEmpty }.map { "\($0) \($1)" }
      result.append(cut(parts.joined(separator: "   "), to: style.width, unicode: style.unicode))
    }
    return result + (withValues() ?? withoutValues()) + [scaleLine()]
  }

  private var inks: [Character] {
    style.unicode ? [" ", "░", "▒", "▓", "█"] : [" ", ".", ":", "+", "#"]
  }

  private func ink(_ value: Double) -> Character {
    inks[Int((shades.share(value) * Double(inks.count - 1)).rounded())]
  }

  private func nameWidth(_ names: [String]) -> Int {
    min(style.width / 4, names.map { textWidth($0) }.max() ?? 0)
  }

  /// Nil if the values do not fit.
  private func withValues() -> [String]? {
    guard map.hasTexts, map.rowCount <= 40 else { return nil }
    let format = map.settledFormat
    let texts = map.values.indices.map { row in
      (0..<map.columnCount).map { map.value(row, $0).map(format.text) ?? "" }
    }
    let names = map.values.indices.map(map.rowName)
    let left = nameWidth(names)
    let widest = texts.joined().map { textWidth($0) }.max() ?? 1
    let titles = (0..<map.columnCount).map(map.columnName)
    let wish = max(widest, min(9, titles.map { textWidth($0) }.max() ?? 0))
    let room = (style.width - left) / map.columnCount - (style.color ? 1 : 2)
    guard room >= widest else { return nil }
    let width = min(room, wish)
    let gap = style.color ? " " : "  "
    let heading = titles.map {
      gap + padded(cut($0, to: width, unicode: style.unicode), to: width, .right)
    }
    var lines = [trimmedEnd(spaces(left) + heading.joined())]
    for row in map.values.indices {
      let name = padded(cut(names[row], to: left, unicode: style.unicode), to: left)
      let cells = texts[row].enumerated().map { column, text in
        cell(padded(text, to: width, .right), map.value(row, column))
      }
      lines.append(name + cells.joined())
    }
    return lines
  }

  /// With colours on a coloured ground, otherwise behind the mark of its shade.
  private func cell(_ text: String, _ value: Double?) -> String {
    guard let value else { return (style.color ? " " : "  ") + text }
    guard style.color else { return " \(ink(value))" + text }
    let color = shades.color(value)
    let letters = color.lightness > 0.52 ? 16 : 231
    return "\u{1B}[48;5;\(color.terminalIndex)m\u{1B}[38;5;\(letters)m \(text)\u{1B}[39;49m"
  }

  private func withoutValues() -> [String] {
    let names = map.values.indices.map(map.rowName)
    let left = nameWidth(names)
    let space = max(8, style.width - left - 1)
    let isWide = map.columnCount * 2 <= space
    let small = map.reduced(rows: 40, columns: isWide ? space / 2 : space)
    var lines: [String] = []
    for row in small.values.indices {
      let name = padded(cut(small.rowName(row), to: left, unicode: style.unicode), to: left)
      var line = name + " "
      for column in 0..<small.columnCount {
        let text = small.value(row, column).map { String(ink($0)) } ?? "·"
        let both = isWide ? text + text : text
        let color = small.value(row, column).map { shades.color($0).terminalIndex }
        line += color.map { colored(both, $0, style) } ?? both
      }
      lines.append(line)
    }
    let (first, last) = (map.columnName(0), map.columnName(map.columnCount - 1))
    let width = small.columnCount * (isWide ? 2 : 1)
    let free = width - textWidth(first) - textWidth(last)
    if free > 0 { lines.append(spaces(left + 1) + first + spaces(free) + last) }
    return lines
  }

  private func scaleLine() -> String {
    let format = map.format.settled(for: [shades.lower, shades.upper])
    let ends = (format.text(shades.lower), format.text(shades.upper))
    if style.color {
      let bar = (0..<12).map { step -> String in
        let share = Double(step) / 11
        let color = shades.diverging ? Palette.diverging(share) : Palette.sequential(share)
        return colored(style.unicode ? "█" : "#", color.terminalIndex, style)
      }
      return "\(ends.0) \(bar.joined()) \(ends.1)"
    }
    return "\(ends.0) [\(String(inks.flatMap { [$0, $0] }))] \(ends.1)"
  }
}
