import Conversation

/// Errors as a terminal shows them.
enum ErrorText {
  /// The report's lines, the first word red where colours may be used.
  static func text(of report: Report, color: Bool) -> String {
    var lines = report.lines.isEmpty ? ["error: " + report.message] : report.lines
    if color, let first = lines.first {
      let word = first.prefix { $0 != " " }
      lines[0] = "\u{1B}[31m\(word)\u{1B}[0m\(first.dropFirst(word.count))"
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
