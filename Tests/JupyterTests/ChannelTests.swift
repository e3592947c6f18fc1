import Testing

@testable import Jupyter

struct ChannelTests {
  @Test func heartbeatEchoesEveryByte() throws {
    let bench = try Bench()
    bench.client.send("execute_request", ["code": "spin"])
    // Only what is being executed can be interrupted, and the channels are read independently.
    while try #require(try bench.client.receive(on: .iopub)).type != "execute_input" {}
    for frames: [[UInt8]] in [[[], Array("ping".utf8)], [[0, 255, 10]], [[], [], [1]]] {
      bench.client.sendRaw(frames, on: .heartbeat)
      #expect(bench.client.receiveRaw(on: .heartbeat, milliseconds: 60_000) == frames)
    }
    bench.client.send("interrupt_request", on: .control)
    #expect(try bench.client.receive(on: .shell)?.content["ename"] == "Interrupted")
  }

  @Test func everySubscriberIsWelcomed() throws {
    let bench = try Bench()
    for _ in 0..<3 {
      let client = try bench.anotherClient()
      let welcome = try #require(try client.receive(on: .iopub))
      #expect(welcome.type == "iopub_welcome")
      #expect(welcome.content == ["subscription": ""])
      #expect(welcome.parentID == nil)
    }
  }

  @Test func controlAnswersWhileTheSessionComputes() throws {
    let bench = try Bench()
    let id = bench.client.send("execute_request", ["code": "spin"])
    #expect(kinds([try #require(try bench.client.receive(on: .iopub))]) == ["busy"])
    #expect(kinds([try #require(try bench.client.receive(on: .iopub))]) == ["execute_input"])
    for (type, member) in [
      ("kernel_info_request", "protocol_version"), ("usage_request", "kernel_memory"),
      ("connect_request", "hb_port"),
    ] {
      let (reply, published) = try bench.ask(type, on: .control)
      #expect(kinds(published) == ["busy", "idle"])
      #expect(reply.content[member] != nil)
    }
    bench.client.send("interrupt_request", on: .control)
    let reply = try #require(try bench.client.receive(on: .shell))
    #expect(reply.parentID == id)
  }

  @Test func kernelInfoIsWhole() throws {
    let bench = try Bench()
    let (shell, published) = try bench.ask("kernel_info_request")
    #expect(kinds(published) == ["busy", "idle"])
    #expect(shell.type == "kernel_info_reply")
    #expect(shell.content["status"] == "ok")
    #expect(shell.content["protocol_version"] == "5.5")
    #expect(shell.content["language_info"]?["name"] == "athanor")
    #expect(shell.content["language_info"]?["file_extension"] == ".ath")
    #expect(try bench.ask("kernel_info_request", on: .control).reply.content == shell.content)
  }

  @Test func unknownRequestsAreSurvived() throws {
    let bench = try Bench()
    for channel in [ConnectionInfo.Channel.shell, .control] {
      for type in ["debug_request", "create_subshell_request", "no such thing", ""] {
        let id = bench.client.send(type, on: channel)
        let published = try bench.until("idle")
        #expect(kinds(published) == ["busy", "idle"])
        #expect(published.allSatisfy { $0.parentID == id })
      }
    }
    #expect(try bench.execute("1").reply["status"] == "ok")
    #expect(bench.client.receiveRaw(on: .control, milliseconds: 0) == nil)
  }

  @Test func unknownCommsAreClosed() throws {
    let bench = try Bench()
    bench.client.send("comm_open", ["comm_id": "c1", "target_name": "widget", "data": [:]])
    let published = try bench.until("idle")
    #expect(kinds(published) == ["busy", "comm_close", "idle"])
    #expect(published[1].content == ["comm_id": "c1", "data": [:]])
    for type in ["comm_msg", "comm_close"] {
      bench.client.send(type, ["comm_id": "c1", "data": [:]])
      #expect(kinds(try bench.until("idle")) == ["busy", "idle"])
    }
    #expect(
      try bench.ask("comm_info_request").reply.content == ["status": "ok", "comms": [:]])
  }

  @Test func twoClientsHearTheSameAndGetTheirOwnReplies() throws {
    let bench = try Bench()
    let other = try bench.anotherClient()
    try other.waitUntilReady(milliseconds: 60_000)
    let first = bench.client.send("execute_request", ["code": "print a"])
    let second = other.send("execute_request", ["code": "print b"])
    #expect(try bench.client.receive(on: .shell)?.parentID == first)
    #expect(try other.receive(on: .shell)?.parentID == second)
    var heard = ""
    while !heard.contains("a\n") || !heard.contains("b\n") {
      let message = try #require(try other.receive(on: .iopub))
      heard += text([message])
    }
  }

  @Test func aClientComesBackUnderItsIdentity() throws {
    let bench = try Bench()
    for _ in 0..<5 {
      let client = try KernelClient(bench.info, identity: "front end")
      let id = client.send("kernel_info_request")
      #expect(try client.receive(on: .shell)?.parentID == id)
    }
  }

  @Test func portsAreChosenWhereNoneAreGiven() throws {
    let bench = try Bench(ConnectionInfo(JSON(parsing: "{}")))
    let ports = Set(bench.info.ports.values)
    #expect(ports.count == 5)
    #expect(!ports.contains(0))
    #expect(try bench.execute("1").reply["status"] == "ok")
  }

  @Test func encryptedWhereTheConnectionAsks() throws {
    let pair = try ConnectionInfo.curvePair()
    var info = Bench.localInfo()
    info.curvePublicKey = pair.publicKey
    info.curveSecretKey = pair.secretKey
    let bench = try Bench(info)
    #expect(text(try bench.execute("print hidden").published) == "hidden\n")
    var plain = bench.info
    plain.curvePublicKey = nil
    let stranger = try KernelClient(plain)
    stranger.send("kernel_info_request")
    #expect(stranger.receiveRaw(on: .shell, milliseconds: 200) == nil)
  }
}
