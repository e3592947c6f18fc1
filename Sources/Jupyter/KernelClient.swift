import CZeroMQ
import Catalog
public import Conversation

/// Talks to a kernel as a front end does: for the doctor, for documents replayed through the
/// kernel, and for tests. To be used from one thread.
public final class KernelClient {
  private let context: SocketContext
  private let composer: Composer
  private let signer: Signer
  private var sockets: [ConnectionInfo.Channel: Socket] = [:]

  /// Connects to the kernel of a connection file.
  public convenience init(connectionFile: String) throws {
    try self.init(ConnectionInfo(file: connectionFile))
  }

  /// - Parameter identity: The routing frame of the client; the same for shell and stdin.
  init(_ info: ConnectionInfo, identity: String = randomText()) throws {
    context = try SocketContext()
    signer = try Signer(key: info.key, scheme: info.signatureScheme)
    composer = Composer(signer: signer)
    for channel in ConnectionInfo.Channel.allCases {
      let socket = try Socket(channel == .iopub ? .subscriber : .dealer, in: context)
      socket.set(ZMQ_LINGER, 0)
      socket.set(ZMQ_RCVHWM, 0)
      if channel == .iopub {
        socket.set(ZMQ_SUBSCRIBE, bytes: [])
      } else {
        socket.set(ZMQ_IDENTITY, bytes: Array(identity.utf8))
      }
      try info.encrypt(socket)
      try socket.connect(to: info.address(channel))
      sockets[channel] = socket
    }
  }

  deinit {
    for socket in sockets.values { socket.close() }
    context.end()
  }

  /// Sends a request. Returns its identifier.
  @discardableResult
  func send(
    _ type: String, _ content: JSON = [:], on channel: ConnectionInfo.Channel = .shell
  ) -> String {
    let frames = composer.frames(type, content.bytes)
    sendRaw([Message.delimiter] + frames, on: channel)
    return (try? JSON(parsing: frames[1]))?["msg_id"]?.text ?? ""
  }

  func sendRaw(_ frames: [[UInt8]], on channel: ConnectionInfo.Channel) {
    sockets[channel]?.send(frames)
  }

  /// The frames of the next message; nil when so many milliseconds have passed without.
  func receiveRaw(on channel: ConnectionInfo.Channel, milliseconds: Int) -> [[UInt8]]? {
    guard let socket = sockets[channel] else { return nil }
    let end = monotonicMilliseconds() + milliseconds
    var watch = Watch([socket])
    while true {
      if case .frames(let frames) = socket.receive() { return frames }
      let rest = end - monotonicMilliseconds()
      guard rest > 0, watch.wait(milliseconds: rest) else { return nil }
    }
  }

  /// The next message; nil when so many milliseconds have passed without.
  func receive(
    on channel: ConnectionInfo.Channel, milliseconds: Int = 60_000
  ) throws -> Message? {
    try receiveRaw(on: channel, milliseconds: milliseconds)
      .map { try Message($0, checkedBy: signer) }
  }

  /// Waits until everything that is published from now on is heard and the kernel answers.
  ///
  /// - Returns: The kernel's `implementation` and its version.
  /// - Throws: `StateError` if there is no answer within so many milliseconds.
  @discardableResult
  public func waitUntilReady(milliseconds: Int = 10_000) throws -> String {
    let end = monotonicMilliseconds() + milliseconds
    func rest() -> Int { max(0, end - monotonicMilliseconds()) }
    var isHeard = false
    while !isHeard, let message = try receive(on: .iopub, milliseconds: rest()) {
      isHeard = message.type == "iopub_welcome"
    }
    // Asked only now: what is published around the answer is heard for sure.
    let id = send("kernel_info_request", on: .control)
    while isHeard, let reply = try receive(on: .control, milliseconds: rest()) {
      guard reply.parentID == id else { continue }
      let name = reply.content["implementation"]?.text ?? "?"
      return name + " " + (reply.content["implementation_version"]?.text ?? "?")
    }
    throw Failure(.state, "the kernel does not answer within \(milliseconds) ms")
  }

  /// Executes an input; its outputs come as the events that the session showed.
  ///
  /// - Returns: How it ended; nil if that is not known within so many milliseconds.
  public func execute(
    _ code: String, milliseconds: Int = 600_000, receive: (Event) -> Void
  ) throws -> Outcome? {
    let id = send(
      "execute_request", ["code": .string(code), "silent": false, "allow_stdin": false])
    let end = monotonicMilliseconds() + milliseconds
    func rest() -> Int { max(0, end - monotonicMilliseconds()) }
    while true {
      guard let message = try self.receive(on: .iopub, milliseconds: rest()) else { return nil }
      guard message.parentID == id else { continue }
      if message.content["execution_state"]?.text == "idle" { break }
      if let event = KernelClient.event(message) { receive(event) }
    }
    while let reply = try self.receive(on: .shell, milliseconds: rest()) {
      guard reply.parentID == id else { continue }
      for payload in reply.content["payload"]?.items ?? [] {
        if let event = KernelClient.event(payload: payload) { receive(event) }
      }
      return KernelClient.outcome(reply.content)
    }
    return nil
  }

  /// Asks the kernel to end. Returns whether it said that it will.
  @discardableResult
  public func shutDown(milliseconds: Int = 5_000) throws -> Bool {
    let id = send("shutdown_request", ["restart": false], on: .control)
    while let reply = try receive(on: .control, milliseconds: milliseconds) {
      if reply.parentID == id { return true }
    }
    return false
  }

  private static func display(_ bundle: JSON?) -> Display {
    var display = Display("")
    for member in bundle?.members ?? [] {
      let text = member.value.text ?? String(decoding: member.value.bytes, as: UTF8.self)
      if member.name == "text/plain" {
        display.plain = text
      } else {
        display.forms.append(Display.Form(member.name, text))
      }
    }
    return display
  }

  private static func event(_ message: Message) -> Event? {
    let content = message.content
    let id = content["transient"]?["display_id"]?.text
    switch message.type {
    case "stream":
      let text = content["text"]?.text ?? ""
      return content["name"]?.text == "stderr" ? .warning(text) : .text(text)
    case "display_data": return .display(display(content["data"]), id: id)
    case "update_display_data": return .update(display(content["data"]), id: id ?? "")
    case "execute_result": return .value(display(content["data"]), last: true)
    case "clear_output": return .clear(wait: content["wait"]?.flag ?? false)
    default: return nil
    }
  }

  private static func event(payload: JSON) -> Event? {
    switch payload["source"]?.text {
    case "page": .page(display(payload["data"]))
    case "set_next_input": .nextInput(payload["text"]?.text ?? "")
    default: nil
    }
  }

  private static func outcome(_ reply: JSON) -> Outcome {
    guard reply["status"]?.text == "ok" else {
      let lines = reply["traceback"]?.items?.compactMap(\.text) ?? []
      return .failed(
        Report(
          name: reply["ename"]?.text ?? reply["status"]?.text ?? "",
          message: reply["evalue"]?.text ?? "", lines: lines.map(withoutColors)))
    }
    let leaves = reply["payload"]?.items?.contains { $0["source"]?.text == "ask_exit" } ?? false
    return leaves ? .quit(code: 0) : .done
  }

  /// The text without its ANSI colour sequences.
  private static func withoutColors(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    var isEscape = false
    for scalar in text.unicodeScalars {
      if scalar == "\u{1B}" { isEscape = true }
      if !isEscape { result.append(scalar) }
      if isEscape, scalar == "m" { isEscape = false }
    }
    return String(result)
  }
}
