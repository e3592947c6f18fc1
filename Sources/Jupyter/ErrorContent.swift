import Catalog
import Conversation

/// An error as `error` messages and failed replies carry it.
struct ErrorContent {
  var name: String
  var message: String
  var lines: [String]

  init(_ report: Report) {
    name = report.name
    message = report.message
    lines = report.lines
  }

  /// A fault of the request itself.
  init(_ reason: String) {
    name = Failure.Kind.value.rawValue
    message = reason
    lines = ["error: " + reason]
  }

  var members: [JSON.Member] {
    [
      .init(name: "ename", value: .string(name)),
      .init(name: "evalue", value: .string(message)),
      .init(name: "traceback", value: .array(coloredLines.map { .string($0) })),
    ]
  }

  /// The content of a reply that failed.
  var reply: JSON { .object([.init(name: "status", value: "error")] + members) }

  /// The lines, with the word before the first colon in red.
  private var coloredLines: [String] {
    guard let first = lines.first, let colon = first.firstIndex(of: ":"),
      !first[..<colon].contains(" ")
    else { return lines.isEmpty ? [message] : lines }
    return ["\u{1B}[1;31m\(first[..<colon])\u{1B}[0m\(first[colon...])"] + lines.dropFirst()
  }
}
