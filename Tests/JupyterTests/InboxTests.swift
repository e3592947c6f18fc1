import Testing

@testable import Jupyter

struct InboxTests {
  private let signer: Signer

  init() throws { signer = try Signer(key: "", scheme: "") }

  private func message(_ id: String, _ type: String = "execute_request") throws -> Message {
    let header: JSON = ["msg_id": .string(id), "msg_type": .string(type)]
    let empty = Array("{}".utf8)
    return try Message(
      [Message.delimiter, [], header.bytes, empty, empty, empty], checkedBy: signer)
  }

  @Test func requestsComeOutInOrder() throws {
    let inbox = Inbox()
    for id in ["a", "b", "c"] { inbox.put(try message(id)) }
    let taken = (0..<3).compactMap { _ in inbox.take()?.message.id }
    #expect(taken == ["a", "b", "c"])
  }

  @Test func onlyWaitingExecutionsAreAborted() throws {
    let inbox = Inbox()
    inbox.put(try message("a"))
    inbox.put(try message("b", "kernel_info_request"))
    inbox.put(try message("c"))
    inbox.abortExecutions(arrivingWithin: 1)
    inbox.put(try message("d"))
    let taken = (0..<4).compactMap { _ in inbox.take() }
    #expect(taken.map(\.message.id) == ["a", "b", "c", "d"])
    #expect(taken.map(\.isAborted) == [true, false, true, false])
  }

  @Test func closingEndsWhoeverWaits() throws {
    let inbox = Inbox()
    let waiter = try Strand("waiter") { while inbox.take() != nil {} }
    inbox.put(try message("a"))
    inbox.close()
    #expect(waiter.join(milliseconds: 60_000))
    inbox.put(try message("b"))
    #expect(inbox.take() == nil)
  }
}
