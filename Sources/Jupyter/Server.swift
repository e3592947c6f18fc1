import Conversation

/// A kernel without its process: sockets, threads and the session between them.
final class Server: Sendable {
  /// The session's stack: code nests deeply, and so do networks.
  static let stackBytes = 64 << 20
  /// Milliseconds that a session has to end, less than a front end waits before it kills.
  static let patience = 2_000

  /// Where it listens, with the ports that the system chose.
  let info: ConnectionInfo
  let office: Office
  private let context: SocketContext
  private let signer: Signer
  private let heartbeat: Heartbeat
  private let session = Monitor<Strand?>(nil)

  /// Binds the five sockets; nothing is answered before `start`.
  init(_ requested: ConnectionInfo) throws {
    let signer = try Signer(key: requested.key, scheme: requested.signatureScheme)
    let context = try SocketContext()
    var info = requested
    func prepared(_ kind: Socket.Kind) throws -> Socket {
      let socket = try Socket(kind, in: context)
      try info.prepare(socket)
      return socket
    }
    func bind(_ socket: Socket, _ channel: ConnectionInfo.Channel) throws {
      try socket.bind(to: info.address(channel))
      if info.ports[channel] == 0,
        let port = socket.address.split(separator: ":").last.flatMap({ Int($0) })
      {
        info.ports[channel] = port
      }
    }
    func router(_ channel: ConnectionInfo.Channel) throws -> Socket {
      let socket = try prepared(.router)
      try bind(socket, channel)
      return socket
    }
    let iopub = try prepared(.publisher)
    let composer = Composer(signer: signer)
    // Set up before it is bound: a subscriber may come at once.
    let publisher = try Publisher(socket: iopub, composer: composer)
    try bind(iopub, .iopub)
    let shell = try Wire("shell", [try router(.shell), try router(.stdin)])
    let control = try Wire("control", [try router(.control)])
    heartbeat = Heartbeat(try router(.heartbeat))
    self.context = context
    self.signer = signer
    self.info = info
    office = Office(
      info: info, composer: composer, publisher: publisher, attention: Attention(), shell: shell,
      control: control)
  }

  /// Starts all threads; the session is made on its own.
  func start(_ factory: @escaping InterpreterFactory) throws {
    let office = office
    let signer = signer
    office.publisher.postStatus("starting", parent: [])
    try heartbeat.start()
    try office.publisher.start()
    let control = ControlDesk(office: office, signer: signer)
    try office.control.start { _, frames in control.receive(frames) }
    let shell = ShellDesk(office: office, signer: signer, control: control)
    try office.shell.start { socket, frames in shell.receive(frames, on: socket) }
    let strand = try Strand("session", stackBytes: Server.stackBytes) {
      SessionDesk(office, factory).run()
    }
    session.with { $0 = strand }
  }

  /// The same as an `interrupt_request`.
  func interrupt() { office.attention.interrupt() }

  /// Waits for the end; nil when so many milliseconds have passed without.
  func waitForEnd(milliseconds: Int? = nil) -> Int32? {
    office.ending.wait(milliseconds: milliseconds) { $0 }
  }

  /// Ends session and threads in an order in which everything said so far still leaves.
  ///
  /// - Parameter patience: Milliseconds that the session has to end.
  /// - Returns: Whether the session's thread has ended too.
  @discardableResult
  func stop(patience: Int = Server.patience) -> Bool {
    office.inbox.close()
    let hasEnded = endSession(patience)
    office.publisher.finish()
    office.shell.finish()
    office.control.finish()
    context.interrupt()
    heartbeat.join()
    context.end()
    for channel in ConnectionInfo.Channel.allCases { info.removeSocketFile(channel) }
    return hasEnded
  }

  private func endSession(_ patience: Int) -> Bool {
    guard let session = session.with({ $0 }) else { return true }
    for _ in 0..<patience / 50 {
      // Again and again: a session forgets requests when it begins an input.
      office.attention.close()
      if session.join(milliseconds: 50) { return true }
    }
    return false
  }
}
