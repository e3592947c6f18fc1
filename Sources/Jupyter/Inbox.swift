import Conversation

/// Requests of the shell channel that wait for the session, in order.
final class Inbox: Sendable {
  struct Item: Sendable {
    var message: Message
    /// To be answered with `aborted`: one before it failed.
    var isAborted = false
  }

  private struct State {
    var items: [Item] = []
    var bytes = 0
    var isClosed = false
  }

  /// Bytes of code that may wait; beyond, the socket is not read until the session has caught up.
  static let mostBytes = 256 << 20
  private let state = Monitor(State())

  func put(_ message: Message) {
    let size = Inbox.size(message)
    _ = state.wait { $0.bytes < Inbox.mostBytes || $0.isClosed ? true : nil }
    state.change { state in
      guard !state.isClosed else { return }
      state.items.append(Item(message: message))
      state.bytes += size
    }
  }

  /// The next request, waiting for one; nil when the kernel ends.
  func take() -> Item? {
    let item: Item?? = state.wait { state in
      if state.isClosed { return .some(nil) }
      guard !state.items.isEmpty else { return nil }
      let item = state.items.removeFirst()
      state.bytes -= Inbox.size(item.message)
      return .some(item)
    }
    state.wakeAll()
    return item ?? nil
  }

  /// Whether `take` would not have to wait.
  var isReady: Bool { state.with { $0.isClosed || !$0.items.isEmpty } }

  /// Marks all waiting executions as aborted, those too that arrive within so many milliseconds.
  func abortExecutions(arrivingWithin milliseconds: Int) {
    if milliseconds > 0 {
      let _: Bool? = state.wait(milliseconds: milliseconds) { $0.isClosed ? true : nil }
    }
    state.with { state in
      for index in state.items.indices where state.items[index].message.type == "execute_request" {
        state.items[index].isAborted = true
      }
    }
  }

  /// Forgets what waits and ends whoever takes.
  func close() {
    state.change { state in
      state.isClosed = true
      state.items = []
    }
  }

  private static func size(_ message: Message) -> Int {
    (message.content["code"]?.text?.utf8.count ?? 0) + message.header.count
  }
}
