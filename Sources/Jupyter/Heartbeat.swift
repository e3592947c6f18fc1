import Conversation

/// Sends every message back as it came, on a thread of its own, so that a client sees the kernel
/// live while it computes.
final class Heartbeat: Sendable {
  private let socket: Socket
  private let strand = Monitor<Strand?>(nil)

  /// - Parameter socket: A ROUTER socket, bound by the caller; the heartbeat's thread closes it.
  init(_ socket: Socket) { self.socket = socket }

  func start() throws {
    let strand = try Strand("heartbeat") { [socket] in
      defer { socket.close() }
      var watch = Watch([socket])
      while watch.wait() {
        reading: while true {
          switch socket.receive() {
          case .frames(let frames): socket.send(frames)
          case .tooLarge: continue
          case .nothing: break reading
          case .ended: return
          }
        }
      }
    }
    self.strand.with { $0 = strand }
  }

  /// Waits for its end, which comes when the context is interrupted.
  func join() { strand.with { $0 }?.join() }
}
