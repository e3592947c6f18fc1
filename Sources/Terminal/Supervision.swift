public import Catalog
public import Conversation

/// Work on a session's thread that a person can stop with ^C.
public enum Supervision {
  /// Performs the body on a thread of its own; the calling thread serves ^C meanwhile.
  /// - Throws: A `Failure` where the system has no thread left.
  public static func run<Answer: Sendable>(
    _ body: @escaping @Sendable (Interruption) -> Answer
  ) throws(Failure) -> Answer {
    let signals = Signals(Interruption(), interactive: false)
    let thread = try SessionThread {
      defer { signals.finish() }
      return body(signals.interruption)
    }
    signals.serve()
    guard let answer = thread.join() else {
      throw Failure(.state, "the session ended without an answer")
    }
    return answer
  }
}
