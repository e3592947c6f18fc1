import Catalog

/// Pictures as text: half blocks with colours, braille without, letters of rising weight in ASCII.
struct TextImages {
  let grid: ImageGrid
  let style: Style

  init(_ grid: ImageGrid, _ style: Style) {
    self.grid = grid
    self.style = style
  }

  private static let limit = 40

  func lines() -> [String] {
    let shown = min(TextImages.limit, grid.pictures.count)
    if shown == 0 { return ["no pictures"] }
    let widest = grid.pictures.prefix(shown).map(\.width).max() ?? 1
    // In characters; a picture is drawn with at most its own pixels.
    let wish = min(style.unicode && !style.color ? (widest + 1) / 2 : widest, 28)
    let slot = max(wish, 10, grid.captionWidth ?? 0)
    let fitting = (style.width + 2) / (slot + 2)
    // Rows that belong together stay together where ten characters are left for a picture.
    let wanted = grid.columns.map { (style.width + 2) / $0 - 2 >= 10 ? $0 : min($0, fitting) }
    let columns = max(1, min(wanted ?? fitting, shown))
    let cell = max(4, min((style.width + 2) / columns - 2, slot))
    let drawn = min(cell, wish)
    var result: [String] = []
    for start in stride(from: 0, to: shown, by: columns) {
      let indices = start..<min(start + columns, shown)
      if start > 0 { result.append("") }
      result += joined(indices.map { drawing(grid.pictures[$0], drawn) }, cell)
      let captions = indices.map { index in
        grid.caption(index).split(separator: "\n").prefix(ImageGrid.captionLines).map {
          cut(singleLine(String($0)), to: cell, unicode: style.unicode)
        }
      }
      result += joined(captions, cell)
    }
    let hidden = grid.pictures.count - shown
    if hidden > 0 { result.append((style.unicode ? "…" : "...") + " \(hidden) more") }
    let keys = TextImageKeys(keys: grid.keys, style: style).lines()
    return keys.isEmpty ? result : result + [""] + keys
  }

  /// Blocks of lines side by side.
  private func joined(_ blocks: [[String]], _ width: Int) -> [String] {
    (0..<(blocks.map(\.count).max() ?? 0)).map { line in
      let parts = blocks.map { block in
        let text = line < block.count ? block[line] : ""
        return text + spaces(width - visibleWidth(text))
      }
      return trimmedEnd(parts.joined(separator: "  "))
    }
  }

  private func drawing(_ picture: Picture, _ columns: Int) -> [String] {
    if !style.color, let symbols = picture.symbols {
      return letters(of: symbols, picture, min(columns, picture.width))
    }
    let width = style.unicode && !style.color ? columns * 2 : columns
    let scale = min(1, Double(width) / Double(picture.width))
    let across = max(1, Int((Double(picture.width) * scale).rounded()))
    let down = max(1, Int((Double(picture.height) * scale).rounded()))
    if style.unicode, style.color { return blocks(picture.resized(width: across, height: down)) }
    if style.unicode { return braille(picture.resized(width: across, height: down)) }
    // A character is about twice as high as it is wide.
    return letters(picture.resized(width: across, height: max(1, down / 2)))
  }

  /// The characters nearest to the middles of a grid's cells, which are twice as high as wide.
  private func letters(
    of symbols: [Character], _ picture: Picture, _ columns: Int
  ) -> [String] {
    let rows = max(1, picture.height * columns / picture.width / 2)
    return (0..<rows).map { row in
      let y = min(picture.height - 1, (2 * row + 1) * picture.height / (2 * rows))
      return String(
        (0..<columns).map { column in
          symbols[
            y * picture.width
              + min(picture.width - 1, (2 * column + 1) * picture.width / (2 * columns))]
        })
    }
  }

  private func blocks(_ picture: Picture) -> [String] {
    stride(from: 0, to: picture.height, by: 2).map { y in
      let cells = (0..<picture.width).map { x -> String in
        let top = "\u{1B}[38;5;\(picture.color(x, y).terminalIndex)m"
        guard y + 1 < picture.height else { return top + "▀" }
        return top + "\u{1B}[48;5;\(picture.color(x, y + 1).terminalIndex)m▀"
      }
      return cells.joined() + "\u{1B}[39;49m"
    }
  }

  /// Dots where a pixel is lighter than the threshold at its place (ordered dither, Bayer 1973).
  private func braille(_ picture: Picture) -> [String] {
    var plain = style
    plain.color = false
    var canvas = DotCanvas(
      columns: (picture.width + 1) / 2, rows: (picture.height + 3) / 4, plain)
    let thresholds = [[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]]
    for y in 0..<picture.height {
      for x in 0..<picture.width {
        let threshold = (Double(thresholds[y % 4][x % 4]) + 0.5) / 16
        if picture.color(x, y).lightness > threshold { canvas.set(x, y, series: 0) }
      }
    }
    return (0..<canvas.rows).map { canvas.text(row: $0) }
  }

  private func letters(_ picture: Picture) -> [String] {
    let inks = Array(" .:-=+*#%@")
    return (0..<picture.height).map { y in
      String(
        (0..<picture.width).map { x in
          inks[min(inks.count - 1, Int(picture.color(x, y).lightness * Double(inks.count)))]
        })
    }
  }
}

/// The columns a text takes when colour escapes are not counted.
func visibleWidth(_ text: String) -> Int {
  var width = 0
  var isEscape = false
  for character in text {
    if isEscape {
      isEscape = character != "m"
    } else if character == "\u{1B}" {
      isEscape = true
    } else {
      width += textWidth(String(character))
    }
  }
  return width
}
