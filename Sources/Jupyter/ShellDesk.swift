/// Sorts what comes on the shell and stdin sockets, on their thread.
struct ShellDesk: Sendable {
  let office: Office
  let signer: Signer
  let control: ControlDesk

  func receive(_ frames: [[UInt8]], on socket: Int) {
    do throws(WireFault) {
      let message = try Message(frames, checkedBy: signer)
      if socket == Office.ShellSocket.stdin {
        try receiveInput(message)
      } else if message.type == "interrupt_request" {
        // In its turn it would come too late.
        control.answer(message, on: office.shell)
      } else {
        office.inbox.put(message)
      }
    } catch {
      let channel = socket == Office.ShellSocket.stdin ? "stdin" : "shell"
      log("a message on \(channel) is dropped: \(error.reason)")
    }
  }

  private func receiveInput(_ message: Message) throws(WireFault) {
    guard message.type == "input_reply", let answer = message.content["value"]?.text else {
      throw WireFault("it is no input reply with a value")
    }
    office.attention.receive(answer)
  }
}
