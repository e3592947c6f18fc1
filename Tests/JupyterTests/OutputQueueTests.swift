import Testing

@testable import Jupyter

struct OutputQueueTests {
  private func stream(_ text: String, _ name: String = "stdout", parent: UInt8 = 1)
    -> OutputQueue.Entry
  {
    .stream(name: name, text: text, parent: [parent])
  }

  private func update(_ text: String, _ id: String = "a") -> OutputQueue.Entry {
    .update(id: id, content: Array(text.utf8), parent: [1])
  }

  private func message(_ type: String) -> OutputQueue.Entry {
    .broadcast(type: type, content: [], parent: [1])
  }

  /// What leaves at that time, as short texts; the last is the wait, if there is one.
  private func leaving(_ queue: inout OutputQueue, at now: Int) -> [String] {
    var found: [String] = []
    while true {
      switch queue.next(now: now) {
      case .entry(.stream(let name, let text, _)): found.append("\(name):\(text)")
      case .entry(.update(let id, let content, _)):
        found.append("\(id)=" + String(decoding: content, as: UTF8.self))
      case .entry(.broadcast(let type, _, _)): found.append(type)
      case .entry(.action): found.append("action")
      case .wait(let milliseconds): return found + ["wait \(milliseconds)"]
      case .empty: return found
      }
    }
  }

  @Test func gathersTextForAWhile() {
    var queue = OutputQueue()
    let first = queue.append(stream("a"), now: 1000)
    let second = queue.append(stream("b"), now: 1010)
    #expect(first)
    #expect(!second)
    #expect(leaving(&queue, at: 1020) == ["wait 30"])
    #expect(leaving(&queue, at: 1050) == ["stdout:ab"])
    #expect(queue.isEmpty)
    #expect(queue.bytes == 0)
  }

  @Test func whatFollowsSendsTextOnItsWay() {
    var queue = OutputQueue()
    _ = queue.append(stream("a"), now: 0)
    _ = queue.append(stream("b", "stderr"), now: 1)
    _ = queue.append(stream("c"), now: 2)
    _ = queue.append(stream("d", parent: 2), now: 3)
    _ = queue.append(message("status"), now: 4)
    #expect(leaving(&queue, at: 4) == ["stdout:a", "stderr:b", "stdout:c", "stdout:d", "status"])
  }

  @Test func muchTextLeavesAtOnce() {
    var queue = OutputQueue()
    let half = String(repeating: "x", count: OutputQueue.streamBytes / 2)
    _ = queue.append(stream(half), now: 0)
    let wakes = queue.append(stream(half), now: 0)
    _ = queue.append(stream("y"), now: 0)
    #expect(wakes)
    #expect(queue.bytes == OutputQueue.streamBytes + 1)
    #expect(leaving(&queue, at: 0) == ["stdout:" + half + half, "wait 50"])
  }

  @Test func updatesLeaveAtMostTenTimesASecond() {
    var queue = OutputQueue()
    var left: [String] = []
    for now in 0...1000 {
      _ = queue.append(update("\(now)"), now: now)
      left += leaving(&queue, at: now).filter { !$0.hasPrefix("wait") }
    }
    _ = queue.append(message("status"), now: 1001)
    left += leaving(&queue, at: 1001)
    #expect(left.first == "a=0")
    #expect(left.count <= 13)
    #expect(left.suffix(2) == ["a=1000", "status"])
    #expect(queue.bytes == 0)
  }

  @Test func aHeldUpdateLeavesWhenItIsDue() {
    var queue = OutputQueue()
    _ = queue.append(update("1"), now: 0)
    _ = queue.append(update("2"), now: 10)
    _ = queue.append(update("x", "b"), now: 10)
    #expect(leaving(&queue, at: 10) == ["a=1", "b=x", "wait 90"])
    #expect(leaving(&queue, at: 100) == ["a=2"])
    #expect(queue.isEmpty)
  }

  @Test func aSlowReaderGetsTheNewestUpdateOnly() {
    var queue = OutputQueue()
    for now in 0..<100 { _ = queue.append(update("\(now)"), now: now * 1000) }
    #expect(leaving(&queue, at: 100_000) == ["a=99"])
  }

  @Test func actionsKeepTheirPlace() {
    var queue = OutputQueue()
    _ = queue.append(stream("a"), now: 0)
    _ = queue.append(.action {}, now: 0)
    _ = queue.append(message("status"), now: 0)
    #expect(leaving(&queue, at: 0) == ["stdout:a", "action", "status"])
  }

  @Test func aLongQueueKeepsItsOrder() {
    var queue = OutputQueue()
    for index in 0..<10_000 { _ = queue.append(message("m\(index)"), now: 0) }
    #expect(leaving(&queue, at: 0) == (0..<10_000).map { "m\($0)" })
  }
}
