import Catalog

/// What colours mean in pictures, written below them: squares with names, or letters where a terminal
/// has no colours.
public struct ImageKey: Sendable, Equatable {
  public struct Entry: Sendable, Equatable {
    public var name: String
    /// Red, green and blue, eight bits each: 0xRRGGBB.
    public var color: UInt32
    /// Stands for the colour in text.
    public var symbol: Character

    public init(_ name: String, color: UInt32, symbol: Character) {
      self.name = name
      self.color = color
      self.symbol = symbol
    }
  }

  /// Stands in front: "classes".
  public var title: String
  public var entries: [Entry]

  public init(_ title: String, _ entries: [Entry]) {
    self.title = title
    self.entries = entries
  }

  /// Names in rows of at most `width`, each with its width as `measure` has it.
  func rows(width: Double, _ measure: (String) -> Double) -> [[(entry: Entry, x: Double)]] {
    var rows: [[(entry: Entry, x: Double)]] = [[]]
    let start = measure(title)
    var x = start
    for entry in entries {
      let size = measure(entry.name)
      if x + size > width, !rows[rows.count - 1].isEmpty {
        rows.append([])
        x = start
      }
      rows[rows.count - 1].append((entry, x))
      x += size
    }
    return rows
  }
}

/// Keys as a drawing, one below the other.
struct ImageKeysDrawing {
  let keys: [ImageKey]
  private static let rowHeight = 16.0

  private func rows(_ key: ImageKey, width: Double) -> [[(entry: ImageKey.Entry, x: Double)]] {
    // About six points a letter of eleven, the square and a gap.
    key.rows(width: width) { Double(textWidth($0)) * 6.2 + 22 }
  }

  func height(width: Double) -> Double {
    let count = keys.reduce(0) { $0 + rows($1, width: width).count }
    return count == 0 ? 0 : Double(count) * ImageKeysDrawing.rowHeight + 6
  }

  func draw(into drawing: inout Drawing, _ frame: Frame) {
    var y = frame.y + 6
    for key in keys {
      drawing.text(key.title, x: frame.x, y: y + 9, isBold: true)
      for row in rows(key, width: frame.width) {
        for (entry, x) in row {
          let square = Frame(x: frame.x + x, y: y, width: 10, height: 10)
          drawing.box(square, color: RGB(entry.color))
          drawing.text(singleLine(entry.name), x: frame.x + x + 14, y: y + 9)
        }
        y += ImageKeysDrawing.rowHeight
      }
    }
  }
}

/// Keys as text.
struct TextImageKeys {
  let keys: [ImageKey]
  let style: Style

  func lines() -> [String] {
    keys.flatMap { key in
      key.rows(width: Double(style.width)) { Double(textWidth($0) + 4) }.enumerated().map {
        index, row in
        let names = row.map { entry, _ in
          let square =
            style.color
            ? colored(style.unicode ? "■" : "#", RGB(entry.color).terminalIndex, style)
            : String(entry.symbol)
          return square + " " + singleLine(entry.name)
        }
        return (index == 0 ? key.title : spaces(textWidth(key.title))) + "  "
          + names.joined(separator: "  ")
      }
    }
  }
}
