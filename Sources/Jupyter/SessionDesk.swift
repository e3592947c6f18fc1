import Catalog
import Conversation

/// Answers the shell channel in order, on the session's own thread.
final class SessionDesk {
  private let office: Office
  private let listener: OutputListener
  private let interpreter: any Interpreter
  /// Executions so far that went into the history.
  private var count = 0
  private var hasEnded = false
  /// Whether the session was left by `quit`.
  private var isLeft = false

  /// Milliseconds that the process lives on after `quit`, for a client that looks whether it does
  /// before it reads the reply, as Jupyter's console; one that asks for the end meanwhile gets it.
  static let farewell = 500
  /// Requests that arrive so soon after one that then fails were sent together with it: they are
  /// aborted even if the failure was faster than they were.
  static let sentTogether = 20

  init(_ office: Office, _ factory: InterpreterFactory) {
    self.office = office
    listener = OutputListener(office)
    interpreter = factory(listener, office.attention.interruption)
    // Plain and 80 wide, so that a notebook reads the same wherever it is shown.
    interpreter.style = Style(width: 80, color: false, unicode: true)
    interpreter.isLive = true
    interpreter.hasTimeAside = true
  }

  /// Answers until the kernel ends; between requests the session works at what it has aside.
  func run() {
    while !hasEnded {
      while interpreter.hasWorkAside, !office.inbox.isReady {
        interpreter.workAside { office.inbox.isReady }
      }
      guard let item = office.inbox.take() else { return }
      office.around(item.message) { answer(item) }
      guard hasEnded else { continue }
      if isLeft { _ = office.ending.wait(milliseconds: SessionDesk.farewell) { $0 } }
      office.end(exitCode)
    }
  }

  private var exitCode: Int32 = 0

  private func answer(_ item: Inbox.Item) {
    let message = item.message
    log("'\(message.type)' on shell", at: .debug)
    switch message.type {
    case "execute_request" where item.isAborted:
      reply(["status": "aborted", "execution_count": .integer(count)], to: message)
    case "execute_request": execute(message)
    case "kernel_info_request": reply(KernelInfo.content, to: message)
    case "complete_request":
      reply(Introspection.completion(message.content, interpreter), to: message)
    case "inspect_request":
      reply(Introspection.inspection(message.content, interpreter), to: message)
    case "is_complete_request":
      reply(Introspection.completeness(message.content, interpreter), to: message)
    case "history_request": reply(HistoryContent.reply(message.content, interpreter), to: message)
    case "comm_info_request": reply(["status": "ok", "comms": [:]], to: message)
    case "connect_request": reply(office.ports, to: message)
    case "comm_open":
      // There is no target to be found: the other side must hear that its end is alone.
      let content: JSON = ["comm_id": message.content["comm_id"] ?? "", "data": [:]]
      office.publisher.post("comm_close", content, parent: message.header)
    case "comm_msg", "comm_close": break
    case "shutdown_request":
      office.announceEnd(answering: message, on: office.shell)
      hasEnded = true
    default: log("'\(message.type)' on shell is not answered")
    }
  }

  private func reply(_ content: JSON, to message: Message) {
    let type = message.type.replacingSuffix("_request", by: "_reply")
    office.sendAfterOutput(type, content, answering: message)
  }

  private func execute(_ message: Message) {
    let content: ExecuteContent
    do {
      content = try ExecuteContent(message.content)
    } catch {
      let fault = ErrorContent("the request cannot be executed: \(error.reason)")
      office.publisher.post("error", .object(fault.members), parent: message.header)
      reply(fault.reply.adding("execution_count", .integer(count)), to: message)
      return
    }
    let start = monotonicMilliseconds()
    if content.isRecorded { count += 1 }
    listener.begin(message, content, count: count)
    defer { listener.end() }
    let (outcome, expressions) = office.attention.during {
      // From the moment that a client can know of the execution, it can be interrupted.
      announce(content, message)
      return perform(content)
    }
    if case .failed(let report) = outcome {
      fail(ErrorContent(report), content, message, elapsed: monotonicMilliseconds() - start)
      return
    }
    var payloads = listener.payloads
    if case .quit(let code) = outcome {
      payloads.append(["source": "ask_exit", "keepkernel": false])
      hasEnded = true
      isLeft = true
      exitCode = code
    }
    reply(
      [
        "status": "ok", "execution_count": .integer(count), "user_expressions": expressions,
        "payload": .array(payloads),
      ], to: message)
  }

  private func announce(_ content: ExecuteContent, _ message: Message) {
    if content.isSilent { return }
    let input: JSON = ["code": .string(content.code), "execution_count": .integer(count)]
    office.publisher.post("execute_input", input, parent: message.header)
  }

  private func perform(_ content: ExecuteContent) -> (Outcome, JSON) {
    let outcome = interpreter.execute(
      Request(
        content.code, isRecorded: content.isRecorded, showsValues: !content.isSilent))
    guard case .done = outcome else { return (outcome, [:]) }
    let members = content.expressions.map { expression in
      JSON.Member(name: expression.name, value: evaluate(expression.code))
    }
    return (outcome, .object(members))
  }

  private func evaluate(_ expression: String) -> JSON {
    switch interpreter.evaluate(expression) {
    case .success(let display):
      ["status": "ok", "data": mimeBundle(display), "metadata": [:]]
    case .failure(let report): ErrorContent(report).reply
    }
  }

  private func fail(
    _ error: ErrorContent, _ content: ExecuteContent, _ message: Message, elapsed: Int
  ) {
    if !content.isSilent {
      office.publisher.post("error", .object(error.members), parent: message.header)
    }
    if content.stopsOnError {
      office.inbox.abortExecutions(arrivingWithin: max(0, SessionDesk.sentTogether - elapsed))
    }
    reply(error.reply.adding("execution_count", .integer(count)), to: message)
  }
}

extension String {
  fileprivate func replacingSuffix(_ suffix: String, by other: String) -> String {
    hasSuffix(suffix) ? String(dropLast(suffix.count)) + other : self
  }
}
