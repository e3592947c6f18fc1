/// Whether an input can be executed as it stands.
public enum Completeness: Sendable, Equatable {
  case complete
  /// More is awaited: an open bracket, brace or string, or a trailing comma or operator. `indent`
  /// is what the next line should start with.
  case incomplete(indent: String)
  /// No continuation could mend it.
  case invalid(SyntaxError)
}

/// Whether a text is a whole program; the same answer for a continuation prompt and a notebook.
public func completeness(of code: String) -> Completeness {
  let source = SourceText(code)
  do throws(SyntaxError) {
    _ = try Parser.parse(source)
    return .complete
  } catch {
    guard error.isIncomplete else { return .invalid(error) }
    let lexed = Lexer.tokens(of: source)
    // What is typed next belongs to the string itself.
    if lexed.failure != nil { return .incomplete(indent: "") }
    let depth = max(1, lexed.open.count)
    return .incomplete(indent: String(repeating: "  ", count: depth))
  }
}
