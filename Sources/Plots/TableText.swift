import Catalog

/// The plain form of a table: columns aligned, cut or stacked to fit the width.
extension Table {
  func plainText(_ style: Style) -> String {
    let texts = shownTexts(style)
    let width = max(20, style.width)
    var blocks: [String] = []
    for group in columnGroups(widths: texts.widths, within: width) {
      blocks.append(block(texts, group, style))
    }
    var lines = title.isEmpty ? [] : [bold(cut(singleLine(title), to: width), style)]
    lines.append(blocks.joined(separator: "\n\n"))
    lines += notes.flatMap { Table.lines(of: singleLine($0), width: width, style) }
    return lines.joined(separator: "\n")
  }

  /// A note in as many lines as it needs, later ones set in; only a word that is longer than a line
  /// is cut.
  private static func lines(of note: String, width: Int, _ style: Style) -> [String] {
    var lines: [String] = []
    var line = ""
    for word in note.split(separator: " ") {
      let longer = line.isEmpty ? String(word) : line + " " + word
      if textWidth(longer) <= width || line.isEmpty {
        line = longer
      } else {
        lines.append(line)
        line = "  " + word
      }
    }
    return (lines + [line]).map { cut($0, to: width, unicode: style.unicode) }
  }

  /// The texts of the cells that are drawn.
  private struct Texts {
    var headings: [String]
    /// Nil stands for the rows left out.
    var rows: [[String]?]
    var hidden: Int
    var footer: [String]?
    var widths: [Int]
    var alignments: [Alignment]
  }

  private func shownTexts(_ style: Style) -> Texts {
    let formats = settledFormats
    func texts(_ row: [Cell]) -> [String] {
      zip(row, formats).map { $0.text($1, unicode: style.unicode) }
    }
    let (head, tail) = Table.split(rows.count, atMost: shownRows)
    var shown: [[String]?] = rows[..<head].map(texts)
    if tail > 0 { shown.append(nil) }
    shown += rows[(rows.count - tail)...].map(texts)
    let headings = columns.map { singleLine($0.heading) }
    let foot = footer.map(texts)
    let widths = columns.indices.map { index in
      let all =
        [headings[index]] + shown.compactMap { $0?[index] } + (foot.map { [$0[index]] } ?? [])
      return all.map { textWidth($0) }.max() ?? 0
    }
    return Texts(
      headings: headings, rows: shown, hidden: rows.count - head - tail, footer: foot,
      widths: widths, alignments: alignments)
  }

  /// How many rows are shown of the beginning and, past a gap, of the end.
  static func split(_ count: Int, atMost limit: Int) -> (head: Int, tail: Int) {
    count <= limit ? (count, 0) : (limit - 10, 10)
  }

  /// Each column's number format, with automatic places settled for the numbers in it.
  var settledFormats: [NumberFormat] {
    columns.indices.map { index in
      columns[index].format.settled(for: rows.flatMap { $0[index].numbers })
    }
  }

  /// Where not said otherwise, columns of numbers stand to the right.
  var alignments: [Alignment] {
    columns.indices.map { index in
      if let alignment = columns[index].alignment { return alignment }
      let cells = rows.lazy.map { $0[index] }.filter { $0 != .missing }
      return cells.first { !$0.numbers.isEmpty } != nil ? .right : .left
    }
  }

  /// Narrows wide columns of text; what still does not fit goes into further blocks below, each
  /// beginning with the first column.
  private func columnGroups(widths: [Int], within width: Int) -> [[(index: Int, width: Int)]] {
    guard !widths.isEmpty else { return [[]] }
    var widths = widths
    let gap = 2
    let isText = alignments.map { $0 != .right }
    func total() -> Int { widths.reduce(0, +) + gap * (widths.count - 1) }
    while total() > width {
      let candidates = widths.indices.filter {
        isText[$0] && !columns[$0].isKept && widths[$0] > 12
      }
      guard let widest = candidates.max(by: { widths[$0] < widths[$1] }) else { break }
      widths[widest] -= 1
    }
    widths = widths.map { min($0, width) }
    var groups: [[(index: Int, width: Int)]] = [[(0, widths[0])]]
    var used = widths[0]
    for index in widths.indices.dropFirst() {
      if used + gap + widths[index] > width, groups[groups.count - 1].count > 1 {
        groups.append([(0, widths[0])])
        used = widths[0]
      }
      let room = max(4, width - used - gap)
      groups[groups.count - 1].append((index, min(widths[index], room)))
      used += gap + widths[index]
    }
    return groups
  }

  private func block(
    _ texts: Texts, _ group: [(index: Int, width: Int)], _ style: Style
  ) -> String {
    func line(_ cells: [String]) -> String {
      let parts = group.map { column in
        padded(
          cut(cells[column.index], to: column.width, unicode: style.unicode), to: column.width,
          texts.alignments[column.index])
      }
      return trimmedEnd(parts.joined(separator: "  "))
    }
    let length = group.reduce(0) { $0 + $1.width } + 2 * max(0, group.count - 1)
    let rule = String(repeating: style.unicode ? "─" : "-", count: length)
    var lines = [bold(line(texts.headings), style), faint(rule, style)]
    for row in texts.rows {
      lines.append(row.map(line) ?? faint(hiddenText(texts.hidden, style.unicode), style))
    }
    if rows.isEmpty { lines.append(faint("(no rows)", style)) }
    if let footer = texts.footer { lines += [faint(rule, style), line(footer)] }
    return lines.joined(separator: "\n")
  }

  func hiddenText(_ count: Int, _ unicode: Bool) -> String {
    "\(unicode ? "…" : "...") \(groupedText(Double(count))) more rows"
  }
}
