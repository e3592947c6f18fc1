public import Conversation

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The Jupyter kernel: serves one session over ZeroMQ (Jupyter messaging 5.5,
/// https://jupyter-client.readthedocs.io/en/stable/messaging.html).
public enum Kernel {
  /// What the kernel says its version is.
  public static let version = programVersion

  /// Serves the channels that a connection file names until a client or a signal ends the kernel.
  ///
  /// SIGINT interrupts what is executed; SIGTERM, SIGHUP and the end of the process that started
  /// the kernel end it.
  /// - Parameters:
  ///   - connectionFile: JSON as a Jupyter front end writes it. Ports of 0 are chosen and written
  ///     back.
  ///   - factory: Makes the session, on the thread on which it then lives.
  /// - Returns: The exit code of the process: 0 after `shutdown_request`, that of `quit`, or 128
  ///   and the signal's number.
  /// - Throws: `FileError` or `ValueError` for a connection file that cannot be used, `StateError`
  ///   for an address that cannot be bound.
  public static func run(
    connectionFile: String, factory: @escaping InterpreterFactory
  ) throws -> Int32 {
    let requested = try ConnectionInfo(file: connectionFile)
    let server = try Server(requested)
    if server.info != requested { try write(server.info, to: connectionFile) }
    return try serve(server, factory)
  }

  /// Serves on ports of this machine's choice and writes its own connection file, readable by its
  /// owner alone, into Jupyter's runtime folder; it is removed at the end.
  public static func run(factory: @escaping InterpreterFactory) throws -> Int32 {
    var requested = ConnectionInfo()
    requested.key = randomText()
    for channel in ConnectionInfo.Channel.allCases { requested.ports[channel] = 0 }
    let server = try Server(requested)
    let folder = JupyterFolders().runtime
    try SmallFile.makeFolder(folder, mode: 0o700)
    let name = "kernel-athanor-\(getpid()).json"
    let file = folder + "/" + name
    try write(server.info, to: file)
    defer { unlink(file) }
    log("to connect: jupyter console --existing \(name)")
    return try serve(server, factory)
  }

  private static func write(_ info: ConnectionInfo, to file: String) throws {
    try SmallFile.write(Array((info.json.indented() + "\n").utf8), to: file, mode: 0o600)
  }

  private static func serve(_ server: Server, _ factory: @escaping InterpreterFactory) throws
    -> Int32
  {
    let signals = try Signals()
    let parent = ParentWatch()
    try server.start(factory)
    let waker = try Strand("ending") {
      _ = server.waitForEnd()
      Signals.wake()
    }
    var code: Int32?
    while code == nil {
      for signal in signals.wait(milliseconds: 1000) {
        switch signal {
        case 0: break
        case SIGINT: server.interrupt()
        default: server.office.end(128 + signal)
        }
      }
      if parent.isGone { server.office.end(0) }
      code = server.waitForEnd(milliseconds: 0)
    }
    waker.join()
    let hasEnded = server.stop()
    // A session that does not let itself be stopped: nothing of it may run while the process is
    // taken down around it.
    if !hasEnded { _exit(code ?? 0) }
    return code ?? 0
  }
}

/// Whether the process that started this one still lives.
private struct ParentWatch {
  private let first: pid_t?

  /// Nothing is watched where the kernel was started to outlive its parent: with SIGHUP ignored and
  /// no word of Jupyter's, or by the system's first process.
  init() {
    let parent = getppid()
    let isJupyter = getenv("JPY_PARENT_PID") != nil
    first = parent > 1 && (isJupyter || !Signals.ignoresHangUp) ? parent : nil
  }

  var isGone: Bool { first.map { getppid() != $0 } ?? false }
}
