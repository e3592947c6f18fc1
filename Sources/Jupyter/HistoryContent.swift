import Conversation

/// The content of `history_reply`: rows of session, line and input, or input and output.
enum HistoryContent {
  static func reply(_ content: JSON, _ interpreter: any Interpreter) -> JSON {
    guard let query = query(content) else {
      return ErrorContent("the history is asked for by 'tail', 'range' or 'search'").reply
    }
    let withOutput = content["output"]?.flag ?? false
    let rows = interpreter.past(query).map { past -> JSON in
      let input = JSON.string(past.code)
      return [
        .integer(past.session), .integer(past.line),
        withOutput ? [input, past.output.map { .string($0) } ?? .null] : input,
      ]
    }
    return ["status": "ok", "history": .array(rows)]
  }

  /// - Returns: nil if the kind of question is missing or unknown.
  static func query(_ content: JSON) -> PastQuery? {
    let count = content["n"]?.whole.map { min(max($0, 0), 1_000_000) }
    switch content["hist_access_type"]?.text {
    case "tail": return .tail(count: count ?? 10)
    case "range":
      let start = max(content["start"]?.whole ?? 1, 0)
      return .range(
        session: content["session"]?.whole ?? 0, start: start, stop: content["stop"]?.whole)
    case "search":
      return .search(
        pattern: content["pattern"]?.text ?? "*", count: count,
        unique: content["unique"]?.flag ?? false)
    default: return nil
    }
  }
}
