/// The forms of a table for notebooks.
extension Table {
  /// Rows in a notebook at most, so that stored notebooks stay small.
  static let storedRows = 200

  func html() -> String {
    let formats = settledFormats
    let sides = alignments.map { alignment in
      switch alignment {
      case .left: "left"
      case .right: "right"
      case .center: "center"
      }
    }
    func line(_ texts: [String], tag: String) -> String {
      let cells = zip(texts, sides).map { text, side in
        "<\(tag) style=\"text-align:\(side)\">\(escapedXML(text))</\(tag)>"
      }
      return "<tr>\(cells.joined())</tr>"
    }
    func texts(_ row: [Cell]) -> [String] { zip(row, formats).map { $0.text($1) } }
    let (head, tail) = Table.split(rows.count, atMost: Table.storedRows)
    var body = rows[..<head].map { line(texts($0), tag: "td") }
    if tail > 0 {
      let text = hiddenText(rows.count - head - tail, true)
      body.append("<tr><td colspan=\"\(columns.count)\">\(text)</td></tr>")
    }
    body += rows[(rows.count - tail)...].map { line(texts($0), tag: "td") }
    var result = "<table>\n"
    if !title.isEmpty {
      result += "<caption style=\"text-align:left\"><b>\(escapedXML(title))</b></caption>\n"
    }
    result += "<thead>\(line(columns.map(\.heading), tag: "th"))</thead>\n"
    result += "<tbody>\n\(body.joined(separator: "\n"))\n</tbody>\n"
    if let footer { result += "<tfoot>\(line(texts(footer), tag: "th"))</tfoot>\n" }
    result += "</table>"
    for note in notes { result += "\n<div><small>\(escapedXML(note))</small></div>" }
    return result
  }

  /// A table in the pipe syntax of GitHub Flavored Markdown.
  func markdown() -> String {
    let formats = settledFormats
    func line(_ texts: [String]) -> String {
      "| " + texts.map(escapedMarkdown).joined(separator: " | ") + " |"
    }
    func texts(_ row: [Cell]) -> [String] { zip(row, formats).map { $0.text($1) } }
    let (head, tail) = Table.split(rows.count, atMost: Table.storedRows)
    var lines = title.isEmpty ? [] : ["**\(escapedMarkdown(title))**", ""]
    lines.append(line(columns.map(\.heading)))
    let rules = alignments.map { alignment in
      switch alignment {
      case .left: ":--"
      case .right: "--:"
      case .center: ":-:"
      }
    }
    lines.append("| " + rules.joined(separator: " | ") + " |")
    lines += rows[..<head].map { line(texts($0)) }
    if tail > 0 {
      let blank = Array(repeating: "", count: max(0, columns.count - 1))
      lines.append(line([hiddenText(rows.count - head - tail, true)] + blank))
    }
    lines += rows[(rows.count - tail)...].map { line(texts($0)) }
    if let footer {
      lines.append(
        line(texts(footer).map { $0.isEmpty ? "" : $0 }))
    }
    for note in notes { lines += ["", escapedMarkdown(note)] }
    return lines.joined(separator: "\n")
  }
}

/// Text that Markdown shows as it is.
func escapedMarkdown(_ text: String) -> String {
  var result = ""
  for character in singleLine(text) {
    switch character {
    case "|", "*", "_", "`", "<", ">", "[", "]", "\\", "#", "~", "$", "&":
      result += "\\\(character)"
    default: result.append(character)
    }
  }
  return result
}
