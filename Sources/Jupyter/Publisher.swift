import CZeroMQ
import Conversation

/// The one owner of the IOPub socket: publishes what the queue holds, and welcomes subscribers.
///
/// Nothing is dropped: a subscriber that does not read holds the queue back, and with it whoever
/// prints, until it reads again. After half a minute without any progress it alone loses messages.
final class Publisher: Sendable {
  private struct State {
    var queue = OutputQueue()
    var isFinishing = false
  }

  /// Messages that the library keeps for one subscriber before it says that it is full.
  static let messagesKept: Int32 = 2048
  /// Bytes that may wait here before whoever prints has to wait.
  static let mostBytes = 16 << 20
  static let longestStall = 30_000

  private let socket: Socket
  private let composer: Composer
  private let bell: Doorbell
  private let state = Monitor(State())
  private let strand = Monitor<Strand?>(nil)

  /// - Parameter socket: An XPUB socket, bound by the caller; the publisher's thread closes it.
  init(socket: Socket, composer: Composer) throws {
    self.socket = socket
    self.composer = composer
    bell = try Doorbell()
    socket.set(ZMQ_SNDHWM, Publisher.messagesKept)
    socket.set(ZMQ_XPUB_NODROP, 1)
    // Without it only the first subscriber of a topic would be welcomed.
    socket.set(ZMQ_XPUB_VERBOSE, 1)
  }

  func start() throws {
    let strand = try Strand("iopub") { [self] in run() }
    self.strand.with { $0 = strand }
  }

  /// Publishes what waits and closes the socket.
  func finish() {
    state.change { $0.isFinishing = true }
    bell.ring()
    strand.with { $0 }?.join()
  }

  func post(_ type: String, _ content: JSON, parent: [UInt8]) {
    append(.broadcast(type: type, content: content.bytes, parent: parent))
  }

  /// `busy` or `idle`: goes around every request of every channel.
  func postStatus(_ status: String, parent: [UInt8]) {
    post("status", ["execution_state": .string(status)], parent: parent)
  }

  func append(_ entry: OutputQueue.Entry) {
    let now = monotonicMilliseconds()
    if state.with({ $0.queue.append(entry, now: now) }) { bell.ring() }
  }

  /// Bytes that have not been handed to the library.
  var waitingBytes: Int { state.with { $0.queue.bytes } }

  /// Waits while too much waits to be published, unless the person asks to stop.
  func waitForRoom(_ interruption: Interruption) {
    while !interruption.isRequested {
      let hasRoom: Bool? = state.wait(milliseconds: 50) { state in
        state.queue.bytes <= Publisher.mostBytes || state.isFinishing ? true : nil
      }
      if hasRoom != nil { return }
    }
  }

  private func run() {
    defer { socket.close() }
    var watch = Watch([socket], bell)
    var isStalled = false
    while true {
      let (next, isFinishing, isRelieved) = state.with { state in
        let bytes = state.queue.bytes
        let next = state.queue.next(now: state.isFinishing ? .max / 2 : monotonicMilliseconds())
        let isRelieved = bytes > Publisher.mostBytes && state.queue.bytes <= Publisher.mostBytes
        return (next, state.isFinishing, isRelieved)
      }
      if isRelieved { state.wakeAll() }
      switch next {
      case .entry(let entry): publish(entry, &isStalled, isFinishing)
      case .empty where isFinishing: return
      case .empty: if !watch.wait() { return }
      case .wait(let milliseconds): if !watch.wait(milliseconds: milliseconds) { return }
      }
      welcomeSubscribers()
    }
  }

  private func publish(_ entry: OutputQueue.Entry, _ isStalled: inout Bool, _ isLast: Bool) {
    switch entry {
    case .action(let action): action()
    case .broadcast(let type, let content, let parent):
      send(type, topic: "kernel.\(composer.session).\(type)", content, parent, &isStalled, isLast)
    case .update(_, let content, let parent):
      let type = "update_display_data"
      send(type, topic: "kernel.\(composer.session).\(type)", content, parent, &isStalled, isLast)
    case .stream(let name, let text, let parent):
      let content: JSON = ["name": .string(name), "text": .string(text)]
      send("stream", topic: "stream.\(name)", content.bytes, parent, &isStalled, isLast)
    }
  }

  private func send(
    _ type: String, topic: String, _ content: [UInt8], _ parent: [UInt8],
    _ isStalled: inout Bool, _ isLast: Bool
  ) {
    let frames =
      [Array(topic.utf8), Message.delimiter] + composer.frames(type, content, parent: parent)
    if socket.send(frames) {
      isStalled = false
      return
    }
    // The library cannot say when there is room again, so it is asked every few milliseconds.
    let start = monotonicMilliseconds()
    var watch = Watch([socket])
    while !isStalled, !isLast, !state.with({ $0.isFinishing }),
      monotonicMilliseconds() - start < Publisher.longestStall
    {
      guard watch.wait(milliseconds: 3) else { return }
      welcomeSubscribers()
      if socket.send(frames) { return }
    }
    if !isStalled { log("a client does not read what is published; it loses messages") }
    isStalled = true
    socket.set(ZMQ_XPUB_NODROP, 0)
    socket.send(frames)
    socket.set(ZMQ_XPUB_NODROP, 1)
  }

  /// Reads subscriptions (first byte 1, then the topic) and answers each with `iopub_welcome`
  /// (Jupyter enhancement proposal 65), so that a client knows when it hears everything.
  private func welcomeSubscribers() {
    while case .frames(let frames) = socket.receive() {
      guard let event = frames.first, event.first == 1,
        let topic = String(validating: event.dropFirst(), as: UTF8.self)
      else { continue }
      let content: JSON = ["subscription": .string(topic)]
      socket.send(
        [Array(topic.utf8), Message.delimiter] + composer.frames("iopub_welcome", content.bytes))
    }
  }
}
