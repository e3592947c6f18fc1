import Testing

@testable import Jupyter

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Nothing that a session shows is lost, however slow its readers are.
struct FloodTests {
  @Test func aHundredThousandLinesArriveInFewMessages() throws {
    let bench = try Bench()
    let id = bench.client.send("execute_request", ["code": "lines 100000"])
    // A reader that looks away while the lines come.
    usleep(500_000)
    let published = try bench.until("idle")
    #expect(published.allSatisfy { $0.parentID == id })
    let expected = (0..<100_000).map { "line \($0)\n" }.joined()
    #expect(text(published) == expected)
    #expect(published.count < 100)
  }

  @Test func moreMessagesThanAnyQueueKeepsArriveInOrder() throws {
    let bench = try Bench()
    let count = 3 * Int(Publisher.messagesKept)
    bench.client.send("execute_request", ["code": .string("flood \(count)")])
    usleep(300_000)
    let published = try bench.until("idle")
    let shown = published.filter { $0.type == "display_data" }
      .compactMap { $0.content["data"]?["text/plain"]?.text }
    #expect(shown == (0..<count).map { "picture \($0)" })
    #expect(try bench.client.receive(on: .shell)?.content["status"] == "ok")
  }

  @Test func aReaderThatStopsDoesNotKeepTheKernelFromEnding() throws {
    let bench = try Bench()
    let stopped = try StoppedReader(bench.info)
    _ = try bench.until("idle")
    bench.client.send("execute_request", ["code": "flood 60000"])
    #expect(try bench.client.receive(on: .iopub) != nil)
    bench.client.send("interrupt_request", on: .control)
    #expect(try bench.client.shutDown(milliseconds: 60_000))
    #expect(bench.server.waitForEnd(milliseconds: 60_000) == 0)
    #expect(bench.server.stop(patience: 60_000))
    stopped.close()
  }

  @Test func whoeverPrintsWaitsForASlowReader() throws {
    let bench = try Bench()
    let publisher = bench.server.office.publisher
    let stopped = try StoppedReader(bench.info)
    _ = try bench.until("idle")
    // More messages than the library keeps for the reader that stopped, then more than wait here.
    bench.client.send("execute_request", ["code": "flood 20000\nheavy 100"])
    while publisher.waitingBytes <= Publisher.mostBytes { usleep(1000) }
    usleep(20_000)
    #expect(publisher.waitingBytes <= Publisher.mostBytes + (2 << 20))
    // The one that reads loses nothing when the other has gone.
    stopped.close()
    let published = try bench.until("idle")
    #expect(published.filter { $0.type == "display_data" }.count == 20_100)
  }
}

/// Options of zmq.h: ZMQ_RCVHWM and ZMQ_SUBSCRIBE.
private let receiveHighWaterMark: Int32 = 24
private let subscribe: Int32 = 6

/// A subscriber that keeps few messages and never reads them.
private struct StoppedReader {
  private let context: SocketContext
  private let socket: Socket

  init(_ info: ConnectionInfo) throws {
    let client = try KernelClient(info)
    context = try SocketContext()
    socket = try Socket(.subscriber, in: context)
    socket.set(receiveHighWaterMark, 10)
    try socket.connect(to: info.address(.iopub))
    // Known to the kernel when its control channel has answered after the subscription.
    socket.set(subscribe, bytes: [])
    try client.waitUntilReady(milliseconds: 60_000)
  }

  func close() {
    socket.close()
    context.end()
  }
}
