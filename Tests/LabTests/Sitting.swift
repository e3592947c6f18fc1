import Catalog
import Conversation
import Foundation
import Lab

/// A session with somebody who writes down everything it shows.
final class Sitting: Listener {
  private(set) var events: [Event] = []
  let interruption = Interruption()
  private(set) lazy var session: any Interpreter = makePrivateSession(self, interruption)
  /// Called at every event, to act in the midst of a statement.
  var react: (Event) -> Void = { _ in }

  func receive(_ event: Event) {
    events.append(event)
    react(event)
  }

  func ask(_ prompt: String, secret: Bool) throws -> String { throw InputUnavailable() }

  /// Executes code; what it showed as text, errors too.
  @discardableResult
  func run(_ code: String) -> String {
    let first = events.count
    let outcome = execute(code)
    var text = events[first...].map { event -> String in
      switch event {
      case .text(let text), .warning(let text): text
      case .display(let display, _), .value(let display, _), .page(let display):
        display.plain + "\n"
      case .update, .clear, .nextInput: ""
      case .aside(_, _, let note, _): note.map { $0 + "\n" } ?? ""
      }
    }.joined()
    if case .failed(let report) = outcome { text += report.lines.joined(separator: "\n") + "\n" }
    return text
  }

  /// Executes code that must fail; the report.
  func failure(_ code: String) -> Report? {
    guard case .failed(let report) = execute(code) else { return nil }
    return report
  }

  /// As a front door does it: what was asked before the input started is forgotten.
  private func execute(_ code: String) -> Outcome {
    interruption.reset()
    return session.execute(Request(code))
  }

  /// Small things to work with.
  static let prelude = """
    data = digits()
    student = mlp(hidden=[8], size=8)
    teacher = mlp(hidden=[16], size=8, seed=1)
    run = distill(student, teacher, data, ce() + 5*kd(T=1), batch=256, epochs=1)
    """
}

/// A folder of this test's own, removed at the end.
func withFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
  let folder = FileManager.default.temporaryDirectory.appending(
    path: "athanor-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  return try body(folder.path)
}
