import Testing

@testable import Jupyter

/// Messages that no honest client sends: they are dropped, and the kernel goes on.
struct WireTests {
  private let empty = Array("{}".utf8)

  private func signed(_ key: String, _ frames: [[UInt8]]) throws -> [[UInt8]] {
    let signer = try Signer(key: key, scheme: "hmac-sha256")
    return [Message.delimiter, signer.signature(of: frames.prefix(4))] + frames
  }

  private func header(_ text: String) -> [UInt8] { Array(text.utf8) }

  /// Nothing was answered to anything but the request made now.
  private func expectAlive(_ bench: Bench) throws {
    let (reply, published) = try bench.execute("print alive")
    #expect(reply["status"] == "ok")
    #expect(kinds(published) == ["busy", "execute_input", "stdout", "idle"])
  }

  @Test func forgedMessagesAreNotExecuted() throws {
    let bench = try Bench()
    let content = Array(#"{"code":"print forged"}"#.utf8)
    let frames = [header(#"{"msg_id":"x","msg_type":"execute_request"}"#), empty, empty, content]
    var unsigned = try signed("secret", frames)
    unsigned[1] = []
    var changed = try signed("secret", frames)
    changed[5] = Array(#"{"code":"print changed"}"#.utf8)
    for message in [unsigned, changed, try signed("another key", frames)] {
      bench.client.sendRaw(message, on: .shell)
      bench.client.sendRaw(message, on: .control)
    }
    try expectAlive(bench)
  }

  @Test func aRecordedMessageIsNotExecutedAgain() throws {
    let bench = try Bench()
    let content = Array(#"{"code":"put x 1"}"#.utf8)
    let message = try signed(
      "secret", [header(#"{"msg_id":"x","msg_type":"execute_request"}"#), empty, empty, content])
    for _ in 0..<3 { bench.client.sendRaw(message, on: .shell) }
    #expect(try bench.client.receive(on: .shell)?.content["execution_count"] == 1)
    _ = try bench.until("idle")
    try expectAlive(bench)
    #expect(try bench.execute("1").reply["execution_count"] == 3)
  }

  @Test func malformedMessagesAreDropped() throws {
    let bench = try Bench()
    let right = header(#"{"msg_id":"x","msg_type":"kernel_info_request"}"#)
    let deep = Array(String(repeating: "[", count: 100_000).utf8)
    let broken: [[[UInt8]]] = [
      [header("[]"), empty, empty, empty], [header("nonsense"), empty, empty, empty],
      [[0xFF, 0xFE], empty, empty, empty], [header("{}"), empty, empty, empty],
      [header(#"{"msg_id":"x"}"#), empty, empty, empty],
      [header(#"{"msg_id":1,"msg_type":"kernel_info_request"}"#), empty, empty, empty],
      [header(#"{"msg_id":"x","msg_type":{}}"#), empty, empty, empty],
      [right, header("1"), empty, empty], [right, empty, header("null"), empty],
      [right, empty, empty, deep], [right, empty, empty, []], [[], [], [], []],
    ]
    for frames in broken {
      bench.client.sendRaw(try signed("secret", frames), on: .shell)
      bench.client.sendRaw(try signed("secret", frames), on: .control)
      bench.client.sendRaw(try signed("secret", frames), on: .stdin)
    }
    let whole = try signed("secret", [right, empty, empty, empty])
    for count in 0..<whole.count {
      bench.client.sendRaw(Array(whole[..<count]) + [[]], on: .shell)
      bench.client.sendRaw(Array(whole[count...].dropFirst()) + [[]], on: .control)
    }
    try expectAlive(bench)
  }

  @Test func extraFramesAndIdentitiesComeBackOrAreIgnored() throws {
    let bench = try Bench()
    let frames = [header(#"{"msg_id":"x","msg_type":"kernel_info_request"}"#), empty, empty, empty]
    let message = try signed("secret", frames + [[1, 2, 3], []])
    bench.client.sendRaw([[9], Array("route".utf8)] + message, on: .shell)
    let reply = try #require(bench.client.receiveRaw(on: .shell, milliseconds: 60_000))
    #expect(reply.prefix(3) == [[9], Array("route".utf8), Message.delimiter])
    #expect(reply.count == 8)
  }

  @Test func tooLargeAMessageIsDropped() throws {
    let bench = try Bench()
    let large = [UInt8](repeating: 0x20, count: Socket.mostBytes + 1)
    bench.client.sendRaw([Message.delimiter, large], on: .shell)
    bench.client.sendRaw(
      [[UInt8]](repeating: [], count: Socket.mostFrames + 1), on: .control)
    try expectAlive(bench)
  }

  @Test func longCodeIsExecuted() throws {
    let bench = try Bench()
    let word = String(repeating: "é", count: 5_000_000)
    let (reply, published) = try bench.execute("print " + word)
    #expect(reply["status"] == "ok")
    #expect(text(published) == word + "\n")
  }

  @Test func noiseIsDropped() throws {
    let bench = try Bench()
    var random = FixedRandom(state: 11)
    let frames = [header(#"{"msg_id":"x","msg_type":"execute_request"}"#), empty, empty, empty]
    for round in 0..<2000 {
      var message = try signed("wrong", frames)
      for _ in 0..<Int.random(in: 0...4, using: &random) {
        let index = Int.random(in: 0..<message.count, using: &random)
        switch Int.random(in: 0...2, using: &random) {
        case 0: message.remove(at: index)
        case 1: message.insert([UInt8(truncatingIfNeeded: round)], at: index)
        default:
          message[index] = (0..<Int.random(in: 0...40, using: &random)).map { _ in
            .random(in: 0...255, using: &random)
          }
        }
      }
      if message.isEmpty { message = [[]] }
      for channel in [ConnectionInfo.Channel.shell, .control, .stdin] {
        bench.client.sendRaw(message, on: channel)
      }
    }
    try expectAlive(bench)
  }

  @Test func withoutAKeyNothingIsSigned() throws {
    var info = Bench.localInfo()
    info.key = ""
    let server = try Server(info)
    try server.start(SampleInterpreter.factory)
    let client = try KernelClient(server.info)
    try client.waitUntilReady(milliseconds: 60_000)
    client.send("kernel_info_request")
    let frames = try #require(client.receiveRaw(on: .shell, milliseconds: 60_000))
    #expect(frames[1].isEmpty)
    #expect(server.stop(patience: 60_000))
    Bench.remove(SmallFile.parent(of: info.ip))
  }
}
