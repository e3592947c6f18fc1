import Conversation
import Synchronization

/// Brings a request to stop to whatever the session is doing: computing or asking the person.
final class Attention: Sendable {
  private struct State {
    /// Counts executions; odd while one is going on.
    var execution = 0
    var isInsisting = false
    var answers: [String] = []
    var isClosed = false
  }

  let interruption: Interruption
  private let state = Monitor(State())

  init(_ interruption: Interruption = Interruption()) { self.interruption = interruption }

  /// Stops what is executed. While nothing is, it does nothing: the next input must not suffer.
  func interrupt() {
    let (execution, mustInsist) = state.change { state in
      guard state.execution % 2 == 1 else { return (0, false) }
      interruption.request()
      defer { state.isInsisting = true }
      return (state.execution, !state.isInsisting)
    }
    if mustInsist { insist(on: execution) }
  }

  /// Asks again for a tenth of a second: a session forgets requests when it begins an input, which
  /// it may do a moment after the kernel said that the input is being executed.
  private func insist(on execution: Int) {
    let strand = try? Strand("insist") { [self] in
      for _ in 0..<5 {
        let hasEnded: Bool? = state.wait(milliseconds: 20) { state in
          state.execution != execution ? true : nil
        }
        if hasEnded != nil { break }
        state.change { state in
          if state.execution == execution { interruption.request() }
        }
      }
      state.with { $0.isInsisting = false }
    }
    if strand == nil { state.with { $0.isInsisting = false } }
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
      state.execution += 1
    }
    defer { state.change { $0.execution += 1 } }
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
