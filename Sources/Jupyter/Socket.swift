import CZeroMQ
import Catalog

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The library's context: its input and output thread and all sockets made in it.
///
/// Sendable because libzmq's contexts may be used from any thread (zmq_ctx_new(3)).
final class SocketContext: @unchecked Sendable {
  let pointer: UnsafeMutableRawPointer

  init() throws {
    guard let pointer = zmq_ctx_new() else {
      throw Failure(.memory, "cannot start ZeroMQ: \(socketErrorText())")
    }
    self.pointer = pointer
    zmq_ctx_set(pointer, ZMQ_BLOCKY, 0)
  }

  /// Makes every waiting call on its sockets return.
  func interrupt() { zmq_ctx_shutdown(pointer) }

  /// Waits until all sockets are closed and what lingers is sent, or given up.
  func end() {
    while zmq_ctx_term(pointer) != 0, zmq_errno() == EINTR {}
  }
}

/// One ZeroMQ socket of multipart messages.
///
/// Sendable so that it can be handed to the one thread that uses it from then on; libzmq allows a
/// socket to move between threads with a full fence, which starting a thread is.
final class Socket: @unchecked Sendable {
  enum Kind {
    case router, dealer, publisher, subscriber
  }

  enum Received: Equatable {
    case frames([[UInt8]])
    case nothing
    /// More bytes or frames than are kept: read to its end and forgotten.
    case tooLarge
    case ended
  }

  static let mostBytes = 64 << 20
  static let mostFrames = 1024

  let pointer: UnsafeMutableRawPointer
  private var isOpen = true

  init(_ kind: Kind, in context: SocketContext) throws {
    let type =
      switch kind {
      case .router: ZMQ_ROUTER
      case .dealer: ZMQ_DEALER
      case .publisher: ZMQ_XPUB
      case .subscriber: ZMQ_SUB
      }
    guard let pointer = zmq_socket(context.pointer, type) else {
      throw Failure(.memory, "cannot make a ZeroMQ socket: \(socketErrorText())")
    }
    self.pointer = pointer
    set(ZMQ_LINGER, 1000)
    set(ZMQ_SNDHWM, 0)
    // A frame larger than this closes the connection before it is held in memory.
    var limit = Int64(4 * Socket.mostBytes)
    zmq_setsockopt(pointer, ZMQ_MAXMSGSIZE, &limit, MemoryLayout<Int64>.size)
    // A client that comes back with its old identity takes its old place.
    if kind == .router { set(ZMQ_ROUTER_HANDOVER, 1) }
  }

  deinit { close() }

  func close() {
    if isOpen { zmq_close(pointer) }
    isOpen = false
  }

  func set(_ option: Int32, _ value: Int32) {
    var value = value
    zmq_setsockopt(pointer, option, &value, MemoryLayout<Int32>.size)
  }

  /// False if the library refuses the option or its value.
  @discardableResult
  func set(_ option: Int32, bytes: [UInt8]) -> Bool {
    zmq_setsockopt(pointer, option, bytes, bytes.count) == 0
  }

  func bind(to address: String) throws {
    if zmq_bind(pointer, address) == 0 { return }
    throw Failure(
      .state, "cannot listen on '\(address)': \(socketErrorText().lowercased())",
      advice: "is another kernel using it?")
  }

  func connect(to address: String) throws {
    if zmq_connect(pointer, address) == 0 { return }
    throw Failure(.state, "cannot connect to '\(address)': \(socketErrorText().lowercased())")
  }

  /// The address it is bound to, with the port the system chose.
  var address: String {
    var bytes = [CChar](repeating: 0, count: 512)
    var count = bytes.count
    guard zmq_getsockopt(pointer, ZMQ_LAST_ENDPOINT, &bytes, &count) == 0 else { return "" }
    return String(decoding: bytes.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  /// All frames of the next message, if one is there.
  func receive() -> Received {
    var frames: [[UInt8]] = []
    var bytes = 0
    var isTooLarge = false
    while true {
      var message = zmq_msg_t()
      zmq_msg_init(&message)
      defer { zmq_msg_close(&message) }
      while zmq_msg_recv(&message, pointer, ZMQ_DONTWAIT) < 0 {
        switch zmq_errno() {
        case EINTR: continue
        case EAGAIN: return .nothing
        default: return .ended
        }
      }
      bytes += zmq_msg_size(&message)
      if bytes > Socket.mostBytes || frames.count == Socket.mostFrames {
        isTooLarge = true
        frames = []
      } else if !isTooLarge {
        frames.append(
          Array(
            UnsafeRawBufferPointer(
              start: zmq_msg_data(&message), count: zmq_msg_size(&message))))
      }
      if zmq_msg_more(&message) == 0 { return isTooLarge ? .tooLarge : .frames(frames) }
    }
  }

  /// Hands a message to the library. False if a subscriber's queue is full or the context ended.
  @discardableResult
  func send(_ frames: [[UInt8]]) -> Bool {
    for (index, frame) in frames.enumerated() {
      let flags = ZMQ_DONTWAIT | (index + 1 < frames.count ? ZMQ_SNDMORE : 0)
      while zmq_send(pointer, frame, frame.count, flags) < 0 {
        if zmq_errno() != EINTR { return false }
      }
    }
    return true
  }
}

/// Waits for sockets to have something to read and for a bell to ring.
struct Watch {
  private var items: [zmq_pollitem_t]
  private let bell: Doorbell?

  init(_ sockets: [Socket], _ bell: Doorbell? = nil) {
    items = sockets.map {
      zmq_pollitem_t(socket: $0.pointer, fd: 0, events: Int16(ZMQ_POLLIN), revents: 0)
    }
    self.bell = bell
    if let bell {
      items.append(
        zmq_pollitem_t(socket: nil, fd: bell.descriptor, events: Int16(ZMQ_POLLIN), revents: 0))
    }
  }

  /// Waits at most so long (-1: for ever). False when the context has ended.
  mutating func wait(milliseconds: Int = -1) -> Bool {
    for index in items.indices { items[index].revents = 0 }
    if zmq_poll(&items, Int32(items.count), milliseconds) < 0 { return zmq_errno() == EINTR }
    if let bell, items[items.count - 1].revents != 0 { bell.clear() }
    return true
  }
}

private func socketErrorText() -> String { String(cString: zmq_strerror(zmq_errno())) }
