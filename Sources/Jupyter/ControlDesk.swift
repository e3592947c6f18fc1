/// Answers the control channel, on its own thread, while the session may be computing.
struct ControlDesk: Sendable {
  let office: Office
  let signer: Signer
  private let usage = UsageMeter()

  init(office: Office, signer: Signer) {
    self.office = office
    self.signer = signer
  }

  func receive(_ frames: [[UInt8]]) {
    do {
      answer(try Message(frames, checkedBy: signer), on: office.control)
    } catch {
      log("a message on control is dropped: \(error.reason)")
    }
  }

  /// Answers one request; `interrupt_request` also when it comes on the shell channel, as some
  /// front ends send it there.
  func answer(_ message: Message, on wire: Wire) {
    log("'\(message.type)' on \(wire === office.control ? "control" : "shell")", at: .debug)
    var endsKernel = false
    office.around(message) {
      switch message.type {
      case "interrupt_request":
        office.attention.interrupt()
        office.send("interrupt_reply", ["status": "ok"], answering: message, on: wire)
      case "kernel_info_request":
        office.send("kernel_info_reply", KernelInfo.content, answering: message, on: wire)
      case "connect_request":
        office.send("connect_reply", office.ports, answering: message, on: wire)
      case "usage_request":
        office.send("usage_reply", usage.content, answering: message, on: wire)
      case "shutdown_request":
        office.announceEnd(answering: message, on: wire)
        endsKernel = true
      default: log("'\(message.type)' on control is not answered")
      }
    }
    if endsKernel { office.end(0) }
  }
}
