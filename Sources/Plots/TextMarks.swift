import Catalog

/// Curves, bands, points and histograms over axes, as text.
struct TextMarks {
  let marks: [Mark]
  let panel: Panel
  let rows: Int
  let style: Style
  private let extents: Extents
  private let colors: [Int]
  private let yTicks: Ticks

  init(_ marks: [Mark], panel: Panel, colors: [String: Int], rows: Int, _ style: Style) {
    self.marks = marks
    self.panel = panel
    self.rows = rows
    self.style = style
    extents = Extents(marks, x: panel.x, y: panel.y)
    self.colors = panel.colors(of: marks.map(\.name), colors)
    yTicks = Ticks(extents.y, count: max(3, rows / 3))
  }

  func lines() -> [String] {
    let labelWidth = yTicks.labels.map(\.count).max() ?? 1
    let names = endNames(labelWidth: labelWidth)
    let nameWidth = names.isEmpty ? 0 : (names.values.map { textWidth($0) }.max() ?? 0) + 1
    let columns = max(10, style.width - labelWidth - 3 - nameWidth)
    var canvas = DotCanvas(columns: columns, rows: rows, style)
    var unplaced: [String] = []
    if extents.isEmpty {
      for (index, letter) in "no data".enumerated() {
        canvas.put(letter, columns / 2 - 3 + index, rows / 2, series: -1)
      }
    } else {
      for (mark, color) in zip(marks, colors) { draw(mark, color, &canvas) }
      unplaced = labels(&canvas)
    }
    var result = legend(names)
    let yLabel = panel.shownYLabel
    if !yLabel.isEmpty { result.append(cut(singleLine(yLabel), to: style.width)) }
    let axes = TextAxes(x: extents.x, yTicks: yTicks, isWholeX: extents.isWholeX, style)
    let ends = endRows(names, canvas)
    for row in 0..<rows {
      let start = axes.left(row, of: rows, extents.y, width: labelWidth)
      let name = ends[row].map { " " + colored($0.name, DotCanvas.color($0.color), style) } ?? ""
      result.append(trimmedEnd(start + canvas.text(row: row) + name))
    }
    result += axes.below(columns: columns, indent: labelWidth + 2)
    if !panel.x.text.isEmpty {
      let label = cut(singleLine(panel.x.text), to: columns, unicode: style.unicode)
      result.append(spaces(labelWidth + 2 + (columns - textWidth(label)) / 2) + label)
    }
    return result + unplaced
  }

  // MARK: Drawing

  private func place(_ x: Double, _ y: Double, _ canvas: DotCanvas) -> (x: Int, y: Int)? {
    guard let across = extents.x.share(x), let up = extents.y.share(y) else { return nil }
    let (right, down) = (max(-1, min(2, across)), 1 - max(-1, min(2, up)))
    return (
      Int((right * Double(canvas.width - 1)).rounded()),
      Int((down * Double(canvas.height - 1)).rounded())
    )
  }

  private func draw(_ mark: Mark, _ color: Int, _ canvas: inout DotCanvas) {
    switch mark {
    case .curve(let curve):
      draw(curve.x, curve.shownY, color, pattern(color, dashed: curve.isDashed), &canvas)
    case .band(let band):
      let sparse = [true, false, false, false]
      draw(band.x, band.lower, color, sparse, &canvas)
      draw(band.x, band.upper, color, sparse, &canvas)
    case .points(let points):
      for index in points.x.indices {
        guard let dot = place(points.x[index], points.y[index], canvas) else { continue }
        if points.x.count > 60 {
          canvas.set(dot.x, dot.y, series: color)
        } else {
          canvas.put(marker(color), column(dot.x), row(dot.y), series: color)
        }
      }
    case .histogram(let histogram): draw(histogram, color, &canvas)
    }
  }

  private func column(_ x: Int) -> Int { style.unicode ? x / 2 : x }
  private func row(_ y: Int) -> Int { style.unicode ? y / 4 : y }

  private func draw(
    _ x: [Double], _ y: [Double], _ color: Int, _ pattern: [Bool], _ canvas: inout DotCanvas
  ) {
    let size = canvas
    let parts = runs(x, y) { x, y in
      place(x, y, size).map { Point(x: Double($0.x), y: Double($0.y)) }
    }
    var phase = 0
    for part in parts {
      let thin = decimated(part, columns: canvas.width).map { (x: Int($0.x), y: Int($0.y)) }
      guard var last = thin.first else { continue }
      canvas.set(last.x, last.y, series: color)
      for next in thin.dropFirst() where next != last {
        canvas.line(from: last, to: next, series: color, pattern: pattern, phase: &phase)
        last = next
      }
    }
  }

  private func draw(_ histogram: Histogram, _ color: Int, _ canvas: inout DotCanvas) {
    let isOnly = marks.count == 1
    var last: (x: Int, y: Int)?
    for index in histogram.counts.indices {
      let (left, right) = histogram.edges(index)
      let count = max(histogram.counts[index], extents.y.lower)
      guard let start = place(left, count, canvas), let end = place(right, count, canvas) else {
        continue
      }
      var phase = 0
      if isOnly {
        for x in start.x...max(start.x, end.x - 1) where histogram.counts[index] > 0 {
          canvas.line(
            from: (x, start.y), to: (x, canvas.height - 1), series: color, pattern: [true],
            phase: &phase)
        }
      } else {
        let shape = pattern(color, dashed: false)
        if let last {
          canvas.line(from: last, to: start, series: color, pattern: shape, phase: &phase)
        }
        canvas.line(from: start, to: end, series: color, pattern: shape, phase: &phase)
        last = end
      }
    }
  }

  /// Without colours, lines differ by their dots.
  private func pattern(_ color: Int, dashed: Bool) -> [Bool] {
    if dashed { return [true, true, true, false, false] }
    if style.color || !style.unicode { return [true] }
    switch color % 4 {
    case 0: return [true]
    case 1: return [true, true, true, true, false, false]
    case 2: return [true, false]
    default: return [true, true, true, true, false, true, false]
    }
  }

  private func marker(_ color: Int) -> Character {
    let shapes: [Character] =
      style.unicode ? ["●", "○", "■", "□", "▲", "△", "◆", "◇"] : DotCanvas.inks
    return shapes[color % shapes.count]
  }

  // MARK: Names

  /// Names written at the right end of the curves, by colour; none if they do not fit.
  private func endNames(labelWidth: Int) -> [Int: String] {
    var names: [Int: String] = [:]
    for (mark, color) in zip(marks, colors) where !mark.name.isEmpty {
      guard case .curve = mark else { continue }
      names[color] = cut(singleLine(mark.name), to: 18, unicode: style.unicode)
    }
    let widest = names.values.map { textWidth($0) }.max() ?? 0
    let fits = names.count <= rows / 2 && style.width - labelWidth - widest >= 30
    return names.count > 1 && fits ? names : [:]
  }

  /// The row of each name: that of the last value of its curve, or the nearest that is free.
  private func endRows(
    _ names: [Int: String], _ canvas: DotCanvas
  ) -> [Int: (name: String, color: Int)] {
    var result: [Int: (name: String, color: Int)] = [:]
    var wishes: [(row: Double, color: Int)] = []
    for (mark, color) in zip(marks, colors) where names[color] != nil {
      guard case .curve(let curve) = mark, !wishes.contains(where: { $0.color == color }) else {
        continue
      }
      let last = zip(curve.x, curve.shownY).reversed().lazy
        .compactMap { place($0, $1, canvas) }.first
      wishes.append((Double(last?.y ?? 0) / (style.unicode ? 4 : 1), color))
    }
    for wish in wishes.sorted(by: { ($0.row, $0.color) < ($1.row, $1.color) }) {
      let row = max(0, min(rows - 1, Int(wish.row)))
      let free = (0..<rows).filter { result[$0] == nil }
      // Names keep the order of the curves: below the ones already placed, if there is room.
      let next = free.first { $0 >= row } ?? free.last
      if let next, let name = names[wish.color] { result[next] = (name, wish.color) }
    }
    return result
  }

  /// A line that names the series, where the ends of curves do not.
  private func legend(_ ends: [Int: String]) -> [String] {
    var entries: [(name: String, color: Int, sample: String)] = []
    for (mark, color) in zip(marks, colors) where !mark.name.isEmpty {
      if entries.contains(where: { $0.color == color }) { continue }
      let sample: String
      switch mark {
      case .points: sample = String(marker(color))
      case .curve(let curve): sample = lineSample(color, curve.isDashed)
      default: sample = lineSample(color, false)
      }
      entries.append((singleLine(mark.name), color, sample))
    }
    if entries.isEmpty || (entries.count < 2 && !marks.contains { $0.name.isEmpty })
      || entries.allSatisfy({ ends[$0.color] == $0.name })
    {
      return []
    }
    var lines: [String] = []
    var used = 0
    for entry in entries {
      let name = cut(entry.name, to: style.width - 8, unicode: style.unicode)
      let text = colored(entry.sample, DotCanvas.color(entry.color), style) + " " + name
      let width = textWidth(entry.sample) + 1 + textWidth(name)
      if !lines.isEmpty, used + 3 + width <= style.width {
        lines[lines.count - 1] += "   " + text
        used += 3 + width
      } else {
        lines.append(text)
        used = width
      }
    }
    return lines
  }

  private func lineSample(_ color: Int, _ dashed: Bool) -> String {
    guard style.unicode else { return String(DotCanvas.inks[color % DotCanvas.inks.count]) }
    var canvas = DotCanvas(columns: 4, rows: 1, style)
    var phase = 0
    canvas.line(
      from: (0, 1), to: (7, 1), series: 0, pattern: pattern(color, dashed: dashed), phase: &phase)
    var plain = style
    plain.color = false
    return canvas.text(row: 0, plain)
  }

  /// Writes labels beside their points; those without room are listed below.
  private func labels(_ canvas: inout DotCanvas) -> [String] {
    var unplaced: [String] = []
    for (mark, color) in zip(marks, colors) {
      guard case .points(let points) = mark else { continue }
      for index in points.labels.indices where !points.labels[index].isEmpty {
        guard let dot = place(points.x[index], points.y[index], canvas) else { continue }
        let text = Array(cut(singleLine(points.labels[index]), to: 20, unicode: style.unicode))
        let (x, y) = (column(dot.x), row(dot.y))
        let starts = [x + 2, x - 1 - text.count].filter { start in
          (start..<start + text.count).allSatisfy { canvas.isFree($0, y) }
        }
        if let start = starts.first, text.allSatisfy({ textWidth(String($0)) == 1 }) {
          for (offset, letter) in text.enumerated() {
            canvas.put(letter, start + offset, y, series: color)
          }
        } else {
          let place =
            "\(significantText(points.x[index], 4)), \(significantText(points.y[index], 4))"
          unplaced.append("\(marker(color)) \(String(text)) (\(place))")
        }
      }
    }
    return unplaced
  }
}
