import Conversation

/// The list that is shown when more than one thing could stand at the cursor.
enum CompletionList {
  /// One line for each: the name or signature, and beside it what it is. What does not fit in
  /// `rows` lines is counted.
  static func lines(
    _ items: [Completion], width: Int, rows: Int, color: Bool
  ) -> [String] {
    let shown = items.count > max(3, rows) ? Array(items.prefix(max(3, rows) - 1)) : items
    let summaries = shown.contains { !note($0).isEmpty }
    guard summaries else { return packed(shown.map(\.text), width: width) + rest(items, shown) }
    let widest = shown.map { Columns.count($0.text) }.max() ?? 0
    let nameWidth = min(widest, max(8, width / 3))
    let lines = shown.map { item in
      let name = Columns.cut(item.text, width: nameWidth)
      let note = note(item)
      guard !note.isEmpty else { return name }
      let pad = String(repeating: " ", count: nameWidth - Columns.count(name) + 2)
      let room = width - nameWidth - 3
      guard room > 8 else { return name }
      let text = Columns.cut(note, width: room)
      return name + pad + (color ? "\u{1B}[2m\(text)\u{1B}[0m" : text)
    }
    return lines + rest(items, shown)
  }

  /// What is said of an item: its summary, or else its signature or type.
  private static func note(_ item: Completion) -> String {
    for text in [item.summary, item.signature] where !text.isEmpty {
      return text.split(separator: "\n").first.map(String.init) ?? ""
    }
    return ""
  }

  private static func rest(_ items: [Completion], _ shown: [Completion]) -> [String] {
    items.count > shown.count ? ["… and \(items.count - shown.count) more"] : []
  }

  /// Names without notes stand beside each other, top to bottom as `ls` puts them.
  private static func packed(_ names: [String], width: Int) -> [String] {
    let widest = (names.map(Columns.count).max() ?? 0) + 2
    let perLine = max(1, width / widest)
    let count = (names.count + perLine - 1) / perLine
    return (0..<count).map { row in
      let line = stride(from: row, to: names.count, by: count).map { index in
        names[index] + String(repeating: " ", count: widest - Columns.count(names[index]))
      }
      return String(line.joined().reversed().drop { $0 == " " }.reversed())
    }
  }
}
