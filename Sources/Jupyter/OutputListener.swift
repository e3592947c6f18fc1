import Catalog
import Conversation

/// Turns what the session shows into messages of the IOPub channel. Lives on the session's thread.
final class OutputListener: Listener {
  private let office: Office
  private var message: Message?
  private var isSilent = true
  private var allowsInput = false
  private var count = 0
  private var hasResult = false
  /// What the reply of this execution will carry: pages, text for the next cell.
  private(set) var payloads: [JSON] = []
  /// Requests that work beside the conversation began in, by display.
  private var origins: [String: Message] = [:]

  init(_ office: Office) { self.office = office }

  func begin(_ message: Message, _ content: ExecuteContent, count: Int) {
    self.message = message
    self.count = count
    isSilent = content.isSilent
    allowsInput = content.allowsInput
    hasResult = false
    payloads = []
  }

  /// What comes from now on belongs to no request.
  func end() { message = nil }

  func receive(_ event: Event) {
    if case .aside(let display, let id, _, let isLast) = event {
      return show(aside: display, id, isLast)
    }
    guard !isSilent, let message else { return }
    let parent = message.header
    switch event {
    case .text(let text): stream("stdout", text, parent)
    case .warning(let text): stream("stderr", text, parent)
    case .display(let display, let id): show("display_data", display, id, parent)
    case .update(let display, let id):
      let content = OutputListener.content(display, id)
      office.publisher.append(.update(id: id, content: content.bytes, parent: parent))
    case .value(let display, let isLast): value(display, isLast, parent)
    case .clear(let waits):
      office.publisher.post("clear_output", ["wait": .bool(waits)], parent: parent)
    case .page(let display):
      payloads.append(["source": "page", "data": mimeBundle(display), "start": 0])
    case .nextInput(let text):
      payloads.append(["source": "set_next_input", "text": .string(text), "replace": false])
    case .aside: break
    }
    office.publisher.waitForRoom(office.attention.interruption)
  }

  func ask(_ prompt: String, secret: Bool) throws -> String {
    guard allowsInput, let message else { throw InputUnavailable() }
    let content: JSON = ["prompt": .string(prompt), "password": .bool(secret)]
    return try office.attention.answer {
      office.sendAfterOutput(
        "input_request", content, answering: message, socket: Office.ShellSocket.stdin)
    }
  }

  /// Redraws a display in the cell that it began in, whatever is being executed.
  private func show(aside display: Display, _ id: String, _ isLast: Bool) {
    let content = OutputListener.content(display, id)
    if let origin = origins[id] {
      // Clients that store notebooks take updates of the request they wait for.
      let parent = (message ?? origin).header
      office.publisher.append(.update(id: id, content: content.bytes, parent: parent))
    } else if let message, !isSilent {
      origins[id] = message
      office.publisher.append(
        .broadcast(type: "display_data", content: content.bytes, parent: message.header))
    }
    if isLast { origins[id] = nil }
  }

  private func stream(_ name: String, _ text: String, _ parent: [UInt8]) {
    if text.isEmpty { return }
    office.publisher.append(.stream(name: name, text: text, parent: parent))
  }

  private func show(_ type: String, _ display: Display, _ id: String?, _ parent: [UInt8]) {
    office.publisher.append(
      .broadcast(
        type: type, content: OutputListener.content(display, id).bytes, parent: parent))
  }

  /// The last value is the result of the cell, of which there is one at most.
  private func value(_ display: Display, _ isLast: Bool, _ parent: [UInt8]) {
    guard isLast, !hasResult else { return show("display_data", display, nil, parent) }
    hasResult = true
    let content = OutputListener.content(display, nil)
      .adding("execution_count", .integer(count))
    office.publisher.post("execute_result", content, parent: parent)
  }

  private static func content(_ display: Display, _ id: String?) -> JSON {
    let content: JSON = ["data": mimeBundle(display), "metadata": [:]]
    guard let id else { return content.adding("transient", [:]) }
    return content.adding("transient", ["display_id": .string(id)])
  }
}
