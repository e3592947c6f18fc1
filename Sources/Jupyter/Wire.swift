import Conversation
import Synchronization

/// A thread that owns ROUTER sockets: reads what comes, and sends what other threads hand it.
final class Wire: Sendable {
  private struct Outbox {
    var letters: [(socket: Int, frames: [[UInt8]])] = []
    var isFinishing = false
  }

  private let name: String
  private let sockets: [Socket]
  private let bell: Doorbell
  private let outbox = Mutex(Outbox())
  private let strand = Monitor<Strand?>(nil)

  /// - Parameter sockets: Bound by the caller; the wire's thread closes them.
  init(_ name: String, _ sockets: [Socket]) throws {
    self.name = name
    self.sockets = sockets
    bell = try Doorbell()
  }

  /// - Parameter receive: Called on the wire's thread with the index of the socket and the frames.
  func start(_ receive: @escaping @Sendable (Int, [[UInt8]]) -> Void) throws {
    let strand = try Strand(name) { [self] in run(receive) }
    self.strand.with { $0 = strand }
  }

  func send(_ frames: [[UInt8]], on socket: Int) {
    outbox.withLock { $0.letters.append((socket, frames)) }
    bell.ring()
  }

  /// Sends what waits and closes the sockets.
  func finish() {
    outbox.withLock { $0.isFinishing = true }
    bell.ring()
    strand.with { $0 }?.join()
  }

  private func run(_ receive: (Int, [[UInt8]]) -> Void) {
    defer { for socket in sockets { socket.close() } }
    var watch = Watch(sockets, bell)
    while watch.wait() {
      if sendAll() { return }
      for (index, socket) in sockets.enumerated() where !readAll(socket, index, receive) { return }
      if sendAll() { return }
    }
  }

  /// Returns whether it was the last time.
  private func sendAll() -> Bool {
    let (letters, isFinishing) = outbox.withLock { outbox in
      defer { outbox.letters = [] }
      return (outbox.letters, outbox.isFinishing)
    }
    for letter in letters where !sockets[letter.socket].send(letter.frames) {
      log("a reply on \(name) could not be sent")
    }
    return isFinishing
  }

  /// Reads at most some, so that a flood of requests does not keep replies from leaving.
  private func readAll(_ socket: Socket, _ index: Int, _ receive: (Int, [[UInt8]]) -> Void) -> Bool
  {
    for _ in 0..<64 {
      switch socket.receive() {
      case .frames(let frames): receive(index, frames)
      case .tooLarge: log("a message on \(name) is dropped: it is too large")
      case .nothing: return true
      case .ended: return false
      }
    }
    return true
  }
}
