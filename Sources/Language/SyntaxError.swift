public import Catalog

/// What the lexer and the parser throw: a text that is no program, or not yet one.
///
/// One reference wide, like `Diagnostic`, to keep the frames of the parser's recursion small.
public struct SyntaxError: Error, Sendable, Equatable {
  private final class Content: Sendable {
    let message: String
    let advice: String?
    let span: Span
    let isIncomplete: Bool

    init(_ message: String, _ advice: String?, _ span: Span, _ isIncomplete: Bool) {
      self.message = message
      self.advice = advice
      self.span = span
      self.isIncomplete = isIncomplete
    }
  }

  private let content: Content

  init(_ message: String, advice: String? = nil, at span: Span, isIncomplete: Bool = false) {
    content = Content(message, advice, span, isIncomplete)
  }

  public var message: String { content.message }
  public var advice: String? { content.advice }
  public var span: Span { content.span }
  /// Whether more text could mend it: an open bracket, string, trailing comma or operator.
  public var isIncomplete: Bool { content.isIncomplete }

  public static func == (a: SyntaxError, b: SyntaxError) -> Bool {
    (a.message, a.advice, a.span) == (b.message, b.advice, b.span)
  }
}

extension SyntaxError: Explained {
  public var failure: Failure { Failure(.syntax, message, advice: advice) }
}
