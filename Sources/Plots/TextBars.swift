import Catalog

/// Horizontal bars as text, with their values.
struct TextBars {
  let bars: Bars
  let panel: Panel
  let style: Style
  private let colors: [Int]
  private static let limit = 60

  init(_ bars: Bars, panel: Panel, colors: [String: Int], _ style: Style) {
    self.bars = bars
    self.panel = panel
    self.style = style
    self.colors = panel.colors(of: bars.groups.map(\.name), colors)
  }

  func lines() -> [String] {
    let shown = 0..<min(TextBars.limit, bars.categories.count)
    if shown.isEmpty || bars.groups.isEmpty { return ["no data"] }
    let groups = bars.groups.map { cut(singleLine($0.name), to: 16, unicode: style.unicode) }
    let groupWidth = bars.groups.count > 1 ? (groups.map { textWidth($0) }.max() ?? 0) + 2 : 0
    let texts = bars.groups.indices.map { group in
      shown.map { ascii(bars.valueText(group, $0), unless: style.unicode) }
    }
    let valueWidth = texts.joined().map { textWidth($0) }.max() ?? 0
    // Names give way to bars of at least eight characters.
    let limit = min(style.width * 2 / 5, max(4, style.width - groupWidth - valueWidth - 12))
    let names = shown.map {
      cut(singleLine(bars.categories[$0]), to: limit, unicode: style.unicode)
    }
    let nameWidth = names.map { textWidth($0) }.max() ?? 0
    let width = max(8, style.width - nameWidth - groupWidth - valueWidth - 4)
    let scale = Scale(Axis(range: panel.y.range ?? bars.extent), for: [], margin: 0)
    var result: [String] = []
    if !panel.y.text.isEmpty { result.append(cut(singleLine(panel.y.text), to: style.width)) }
    for category in shown {
      for group in bars.groups.indices {
        let name = padded(group == 0 ? names[category] : "", to: nameWidth)
        let groupName = groupWidth > 0 ? padded(groups[group], to: groupWidth) : ""
        let bar = bar(bars.value(group, category), scale, width)
        let drawn = colored(bar, DotCanvas.color(colors[group]), style)
        let value = padded(texts[group][category], to: valueWidth, .right)
        result.append("\(name)  \(groupName)\(drawn)  \(value)")
      }
    }
    let hidden = bars.categories.count - shown.count
    if hidden > 0 { result.append((style.unicode ? "…" : "...") + " \(hidden) more") }
    return result
  }

  /// A bar of exactly `width` characters; parts of a character are drawn in eighths.
  private func bar(_ value: Double?, _ scale: Scale, _ width: Int) -> String {
    guard let value, let share = scale.share(value) else { return spaces(width) }
    let zero = max(0, min(1, scale.share(0) ?? 0))
    let end = max(0, min(1, share))
    let full: Character = style.unicode ? "█" : "#"
    if value < 0 || !style.unicode || zero > 0 {
      let start = Int((min(zero, end) * Double(width)).rounded())
      let stop = Int((max(zero, end) * Double(width)).rounded())
      let filled = String(repeating: full, count: stop - start)
      return spaces(start) + filled + spaces(width - stop)
    }
    let eighths = Int((end * Double(width) * 8).rounded())
    let parts: [Character] = ["▏", "▎", "▍", "▌", "▋", "▊", "▉"]
    var text = String(repeating: full, count: eighths / 8)
    if eighths % 8 > 0 { text.append(parts[eighths % 8 - 1]) }
    return padded(text, to: width)
  }
}
