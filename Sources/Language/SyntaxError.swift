public import Catalog

/// What the lexer and the parser throw: a text that is no program, or not yet one.
public struct SyntaxError: Error, Sendable, Equatable {
  public var message: String
  public var advice: String?
  public var span: Span
  /// Whether more text could mend it: an open bracket, string, trailing comma or operator.
  public var isIncomplete: Bool

  init(_ message: String, advice: String? = nil, at span: Span, isIncomplete: Bool = false) {
    self.message = message
    self.advice = advice
    self.span = span
    self.isIncomplete = isIncomplete
  }
}

extension SyntaxError: Explained {
  public var failure: Failure { Failure(.syntax, message, advice: advice) }
}
