import Conversation
import Synchronization

/// Brings a request to stop to whatever the session is doing: computing or asking the person.
final class Attention: Sendable {
  private struct State {
    var isExecuting = false
    var answers: [String] = []
    var isClosed = false
  }

  let interruption: Interruption
  private let state = Monitor(State())

  init(_ interruption: Interruption = Interruption()) { self.interruption = interruption }

  /// Stops what is executed. While nothing is, it does nothing: the next input must not suffer.
  func interrupt() {
    state.change { state in
      if state.isExecuting { interruption.request() }
    }
  }

  /// Stops what is executed and every question from now on: the kernel ends.
  func close() {
    state.change { state in
      state.isClosed = true
      interruption.request()
    }
  }

  /// Performs one execution, during which an interrupt counts.
  func during<Result>(_ execution: () -> Result) -> Result {
    state.with { state in
      if !state.isClosed { interruption.reset() }
      state.isExecuting = true
    }
    defer { state.change { $0.isExecuting = false } }
    return execution()
  }

  /// What the person typed.
  func receive(_ answer: String) { state.change { $0.answers.append(answer) } }

  /// Waits for an answer to the question that `ask` puts. Answers to older ones are forgotten.
  func answer(_ ask: () -> Void) throws(Interrupted) -> String {
    state.with { $0.answers = [] }
    ask()
    let answer: String?? = state.wait { state in
      if state.isClosed || interruption.isRequested { return .some(nil) }
      return state.answers.isEmpty ? nil : .some(state.answers.removeFirst())
    }
    guard let answer, let answer else { throw Interrupted() }
    return answer
  }
}
