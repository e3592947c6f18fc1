import Catalog
import Conversation

/// A session on a thread of its own, so that keys are answered while it works at something beside
/// the conversation. What it shows comes back to the thread that talks to the person.
final class RemoteSession: Interpreter {
  private typealias Job = @Sendable (any Interpreter) -> Void

  private struct Mailbox {
    var jobs: [Job] = []
    var isClosed = false
    var isReady: Bool { isClosed || !jobs.isEmpty }
  }

  private let mailbox: Monitor<Mailbox>
  private let relay: Relay
  private let listener: any Listener
  private let thread: SessionThread<Bool>

  /// - Parameter listener: Shows events and asks, on the thread that calls `execute`.
  init(
    _ factory: @escaping InterpreterFactory, listener: any Listener, relay: Relay,
    _ interruption: Interruption
  ) throws(Failure) {
    let mailbox = Monitor(Mailbox())
    self.mailbox = mailbox
    self.relay = relay
    self.listener = listener
    thread = try SessionThread {
      let session = factory(relay, interruption)
      session.hasTimeAside = true
      while let job = RemoteSession.next(mailbox, session) { job(session) }
      return true
    }
  }

  /// The next thing to do; until there is one, the session works at what it has aside.
  private static func next(_ mailbox: Monitor<Mailbox>, _ session: any Interpreter) -> Job? {
    while session.hasWorkAside, !mailbox.with({ $0.isReady }) {
      session.workAside { mailbox.with { $0.isReady } }
    }
    let job: Job?? = mailbox.wait { mailbox in
      guard mailbox.isReady else { return nil }
      return .some(mailbox.jobs.isEmpty ? nil : mailbox.jobs.removeFirst())
    }
    return job ?? nil
  }

  private func post(_ job: @escaping Job) { mailbox.change { $0.jobs.append(job) } }

  private func ask<Answer: Sendable>(
    _ question: @escaping @Sendable (any Interpreter) -> Answer
  ) -> Answer {
    let answer = Monitor<Answer?>(nil)
    post { session in
      let result = question(session)
      answer.change { $0 = result }
    }
    while true {
      if let result: Answer = answer.wait(for: { $0 }) { return result }
    }
  }

  /// Lets the session end after what it is doing now.
  func close() {
    relay.hangUp()
    mailbox.change { $0.isClosed = true }
    _ = thread.join()
  }

  // MARK: Interpreter

  func execute(_ request: Request) -> Outcome {
    let relay = relay
    post { session in relay.finish(session.execute(request)) }
    while true {
      for word in relay.next() {
        switch word {
        case .event(let event): listener.receive(event)
        case .question(let prompt, let secret):
          relay.answer(Result { try listener.ask(prompt, secret: secret) })
        case .end(let outcome): return outcome
        }
      }
    }
  }

  func evaluate(_ expression: String) -> Result<Display, Report> {
    ask { $0.evaluate(expression) }
  }

  func complete(_ code: String, at cursor: Int) -> Completions {
    ask { $0.complete(code, at: cursor) }
  }

  func inspect(_ code: String, at cursor: Int, detailed: Bool) -> Display? {
    ask { $0.inspect(code, at: cursor, detailed: detailed) }
  }

  func completeness(_ code: String) -> Completeness { ask { $0.completeness(code) } }

  func past(_ query: PastQuery) -> [PastInput] { ask { $0.past(query) } }

  var style = Style() {
    didSet { post { [style] in $0.style = style } }
  }

  var isLive = false {
    didSet { post { [isLive] in $0.isLive = isLive } }
  }
}
