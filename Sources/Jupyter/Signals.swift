import Catalog

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// SIGINT, SIGTERM and SIGHUP as things to read from a pipe.
struct Signals {
  private let descriptor: Int32

  /// Installs the handlers. A signal that the person chose to ignore stays ignored, except SIGINT,
  /// which shells ignore for what they start in the background.
  init() throws {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else {
      throw Failure(.file, "cannot make a pipe: \(errorText(errno))")
    }
    for end in ends {
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
    }
    descriptor = ends[0]
    signalPipe = ends[1]
    // A log that nobody reads any more must not end the kernel.
    signal(SIGPIPE, SIG_IGN)
    Signals.handle(SIGINT)
    Signals.handle(SIGTERM)
    if !Signals.ignoresHangUp { Signals.handle(SIGHUP) }
  }

  /// Whether the kernel was started to outlive its terminal, by `nohup`.
  static var ignoresHangUp: Bool {
    var action = sigaction()
    sigaction(SIGHUP, nil, &action)
    #if canImport(Glibc)
      let handler = action.__sigaction_handler.sa_handler
    #else
      let handler = action.__sigaction_u.__sa_handler
    #endif
    return unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
  }

  /// Signals that came since the last time, waiting at most so long for the first.
  func wait(milliseconds: Int32) -> [Int32] {
    var item = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    guard poll(&item, 1, milliseconds) > 0 else { return [] }
    var bytes = [UInt8](repeating: 0, count: 64)
    let count = read(descriptor, &bytes, bytes.count)
    return count > 0 ? bytes[..<count].map(Int32.init) : []
  }

  /// Lets `wait` return at once. Signal 0 stands for it.
  static func wake() { tell(0) }

  private static func handle(_ number: Int32) {
    var action = sigaction()
    #if canImport(Glibc)
      action.__sigaction_handler.sa_handler = tell
    #else
      action.__sigaction_u.__sa_handler = tell
    #endif
    action.sa_flags = Int32(SA_RESTART)
    sigemptyset(&action.sa_mask)
    sigaction(number, &action, nil)
  }
}

/// Written once, before the first handler is installed.
nonisolated(unsafe) private var signalPipe: Int32 = -1

/// The handler: one write, which is safe in a handler, and nothing else.
private func tell(_ number: Int32) {
  let code = errno
  var byte = UInt8(truncatingIfNeeded: number)
  _ = write(signalPipe, &byte, 1)
  errno = code
}
