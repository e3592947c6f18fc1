import Catalog
import Conversation

/// A session that answers each input with what a closure says.
final class ScriptedSession: Interpreter {
  typealias Answer = @Sendable (String, any Listener) -> Outcome

  var style = Style(width: 33, color: true, unicode: false)
  var isLive = true
  private let listener: any Listener
  private let answer: Answer

  init(_ listener: any Listener, _ answer: @escaping Answer) {
    self.listener = listener
    self.answer = answer
  }

  static func factory(_ answer: @escaping Answer) -> InterpreterFactory {
    { listener, _ in ScriptedSession(listener, answer) }
  }

  /// Answers an input of the table by its text, and any other by an error.
  static func table(_ table: [String: String]) -> InterpreterFactory {
    factory { code, listener in
      guard let text = table[code] else { return .failed(report("there is no '\(code)'")) }
      listener.receive(.value(Display(text), last: true))
      return .done
    }
  }

  static func report(_ message: String, name: String = "NameError") -> Report {
    Report(name: name, message: message, lines: ["error: " + message])
  }

  func execute(_ request: Request) -> Outcome {
    if request.code == "style" {
      listener.receive(.text("\(style.width) \(style.color) \(style.unicode) \(isLive)\n"))
      return .done
    }
    return answer(request.code, listener)
  }

  func evaluate(_ expression: String) -> Result<Display, Report> { .success(Display(expression)) }
  func complete(_ code: String, at cursor: Int) -> Completions {
    Completions(range: cursor..<cursor, items: [])
  }
  func inspect(_ code: String, at cursor: Int, detailed: Bool) -> Display? { nil }
  func completeness(_ code: String) -> Completeness { .complete }
  func past(_ query: PastQuery) -> [PastInput] { [] }
}
