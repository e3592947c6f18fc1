/// Breaks a text at blanks into lines of at most `width` columns; a longer word gets its own line.
func wrapped(_ text: String, width: Int) -> [String] {
  var lines: [String] = []
  for paragraph in text.split(separator: "\n", omittingEmptySubsequences: false) {
    var line = ""
    var used = 0
    for word in paragraph.split(separator: " ") {
      let size = columns(of: String(word))
      if used > 0, used + 1 + size > width {
        lines.append(line)
        line = ""
        used = 0
      }
      if used > 0 {
        line += " "
        used += 1
      }
      line += word
      used += size
    }
    lines.append(line)
  }
  return lines
}

/// Two columns: names on the left, wrapped texts on the right.
func table(_ rows: [(left: String, right: String)], width: Int, indent: Int = 2) -> [String] {
  let widest = rows.map { columns(of: $0.left) }.max() ?? 0
  let left = min(widest, max(8, width / 3))
  let room = max(20, width - indent - left - 2)
  let blank = String(repeating: " ", count: indent)
  var lines: [String] = []
  for row in rows {
    var texts = wrapped(row.right, width: room)
    let size = columns(of: row.left)
    var head = blank + row.left
    if size <= left {
      head += String(repeating: " ", count: left - size + 2) + (texts.first ?? "")
      texts = Array(texts.dropFirst())
    }
    lines.append(head)
    let hanging = String(repeating: " ", count: indent + left + 2)
    lines += texts.map { hanging + $0 }
  }
  return lines.map { $0.trimmedEnd }
}

extension String {
  /// Without blanks at the end.
  var trimmedEnd: String {
    var result = Substring(self)
    while result.last == " " { result.removeLast() }
    return String(result)
  }
}
