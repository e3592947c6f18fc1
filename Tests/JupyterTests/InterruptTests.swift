import Testing

@testable import Jupyter

struct InterruptTests {
  @Test func stopsACellAndKeepsTheState() throws {
    let bench = try Bench()
    for channel in [ConnectionInfo.Channel.control, .shell] {
      let id = bench.client.send("execute_request", ["code": "put x 7\nprint on\nspin\nput x 8"])
      while try #require(try bench.client.receive(on: .iopub)).type != "stream" {}
      let request = bench.client.send("interrupt_request", on: channel)
      var answers: [String: String] = [:]
      for source in [channel, .shell] {
        let reply = try #require(try bench.client.receive(on: source))
        answers[reply.parentID ?? ""] = reply.content["ename"]?.text ?? reply.type
      }
      #expect(answers == [request: "interrupt_reply", id: "Interrupted"])
      _ = try bench.until("idle")
      _ = try bench.until("idle")
      let (_, published) = try bench.execute("x")
      #expect(published[2].content["data"] == ["text/plain": "7"])
    }
  }

  @Test func whileIdleItDoesNothing() throws {
    let bench = try Bench()
    for _ in 0..<3 {
      let (reply, published) = try bench.ask("interrupt_request", on: .control)
      #expect(reply.content == ["status": "ok"])
      #expect(kinds(published) == ["busy", "idle"])
      bench.server.interrupt()
    }
    #expect(try bench.execute("nap 5").reply["status"] == "ok")
  }

  @Test func abortsWhatWaitsBehind() throws {
    let bench = try Bench()
    let client = bench.client
    client.send("execute_request", ["code": "print on\nspin"])
    client.send("execute_request", ["code": "print no"])
    while try #require(try client.receive(on: .iopub)).type != "stream" {}
    client.send("interrupt_request", on: .control)
    let replies = try (0..<2).map { _ in try #require(try client.receive(on: .shell)) }
    #expect(replies.map { $0.content["status"]?.text } == ["error", "aborted"])
  }
}

struct InputTests {
  private func answer(_ bench: Bench, _ text: String) throws -> Message {
    let request = try #require(try bench.client.receive(on: .stdin))
    bench.client.send("input_reply", ["value": .string(text)], on: .stdin)
    return request
  }

  @Test func asksThePerson() throws {
    let bench = try Bench()
    let id = bench.client.send(
      "execute_request", ["code": "ask Name?\nsecret Word?", "allow_stdin": true])
    let first = try answer(bench, "é😀")
    #expect(first.type == "input_request")
    #expect(first.parentID == id)
    #expect(first.content == ["prompt": "Name?", "password": false])
    #expect(try answer(bench, "").content == ["prompt": "Word?", "password": true])
    #expect(try bench.client.receive(on: .shell)?.content["status"] == "ok")
    #expect(text(try bench.until("idle")) == "got é😀\ngot \n")
  }

  @Test func whereNobodyCanAnswerItFails() throws {
    let bench = try Bench()
    #expect(try bench.execute("ask Name?").reply["ename"] == "InputError")
    #expect(try bench.execute("ask Name?", ["allow_stdin": false]).reply["ename"] == "InputError")
  }

  @Test func staleAnswersAreForgotten() throws {
    let bench = try Bench()
    bench.client.send("input_reply", ["value": "stale"], on: .stdin)
    bench.client.send("input_reply", ["value": 5], on: .stdin)
    bench.client.send("kernel_info_request", on: .stdin)
    _ = try bench.execute("nap 50")
    bench.client.send("execute_request", ["code": "ask Name?", "allow_stdin": true])
    _ = try answer(bench, "fresh")
    #expect(text(try bench.until("idle")) == "got fresh\n")
  }

  @Test func aQuestionCanBeInterrupted() throws {
    let bench = try Bench()
    bench.client.send("execute_request", ["code": "ask Name?", "allow_stdin": true])
    _ = try #require(try bench.client.receive(on: .stdin))
    bench.client.send("interrupt_request", on: .control)
    #expect(try bench.client.receive(on: .shell)?.content["ename"] == "Interrupted")
    _ = try bench.until("idle")
    _ = try bench.until("idle")
    #expect(try bench.execute("1").reply["status"] == "ok")
  }

  @Test func shutdownEndsAQuestion() throws {
    let bench = try Bench()
    bench.client.send("execute_request", ["code": "ask Name?", "allow_stdin": true])
    _ = try #require(try bench.client.receive(on: .stdin))
    #expect(try bench.client.shutDown(milliseconds: 60_000))
    #expect(bench.server.waitForEnd(milliseconds: 60_000) == 0)
    #expect(bench.server.stop(patience: 60_000))
  }
}
