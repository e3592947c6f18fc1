import Conversation

/// What the kernel's threads share: the ways in and out.
final class Office: Sendable {
  /// The two sockets of the shell's wire.
  enum ShellSocket {
    static let shell = 0
    static let stdin = 1
  }

  let composer: Composer
  let publisher: Publisher
  let attention: Attention
  let inbox = Inbox()
  /// Owns the shell and stdin sockets.
  let shell: Wire
  /// Owns the control socket.
  let control: Wire
  let info: ConnectionInfo
  /// The exit code, once the kernel is to end.
  let ending = Monitor<Int32?>(nil)

  init(
    info: ConnectionInfo, composer: Composer, publisher: Publisher, attention: Attention,
    shell: Wire, control: Wire
  ) {
    self.info = info
    self.composer = composer
    self.publisher = publisher
    self.attention = attention
    self.shell = shell
    self.control = control
  }

  /// Asks for the kernel's end; the first code counts.
  func end(_ code: Int32) { ending.change { $0 = $0 ?? code } }

  /// Sends an answer along the way that the message came.
  func send(
    _ type: String, _ content: JSON, answering message: Message, on wire: Wire, socket: Int = 0
  ) {
    let frames =
      message.identities + [Message.delimiter]
      + composer.frames(type, content.bytes, parent: message.header)
    wire.send(frames, on: socket)
  }

  /// Sends an answer when everything published so far has left, so that a client that waits for it
  /// has nothing to wait for afterwards but `idle`.
  func sendAfterOutput(
    _ type: String, _ content: JSON, answering message: Message,
    socket: Int = ShellSocket.shell
  ) {
    publisher.append(
      .action { [self] in
        send(type, content, answering: message, on: shell, socket: socket)
      })
  }

  /// Publishes `busy`, does the work, publishes `idle`.
  func around(_ message: Message, _ work: () -> Void) {
    publisher.postStatus("busy", parent: message.header)
    work()
    publisher.postStatus("idle", parent: message.header)
  }

  /// The reply to `shutdown_request`, on its channel and for everyone who listens.
  func announceEnd(answering message: Message, on wire: Wire) {
    let content: JSON = [
      "status": "ok", "restart": .bool(message.content["restart"]?.flag ?? false),
    ]
    send("shutdown_reply", content, answering: message, on: wire)
    publisher.post("shutdown_reply", content, parent: message.header)
  }

  var ports: JSON {
    var members = [JSON.Member(name: "status", value: "ok")]
    for channel in ConnectionInfo.Channel.allCases {
      members.append(
        .init(name: channel.rawValue + "_port", value: .integer(info.ports[channel] ?? 0)))
    }
    return .object(members)
  }
}
