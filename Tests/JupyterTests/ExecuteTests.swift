import Testing

@testable import Jupyter

struct ExecuteTests {
  @Test func publishesInOrder() throws {
    let bench = try Bench()
    let (reply, published) = try bench.execute("print a\nwarn b\nprint c\n2\n1 + 2")
    #expect(reply["status"] == "ok")
    #expect(reply["execution_count"] == 1)
    #expect(reply["payload"] == [])
    #expect(reply["user_expressions"] == [:])
    #expect(
      kinds(published) == [
        "busy", "execute_input", "stdout", "stderr", "stdout", "display_data", "execute_result",
        "idle",
      ])
    #expect(published[1].content["code"]?.text == "print a\nwarn b\nprint c\n2\n1 + 2")
    #expect(published[1].content["execution_count"] == 1)
    #expect(published[6].content["data"] == ["text/plain": "3"])
    #expect(published[6].content["execution_count"] == 1)
    #expect(published[6].content["metadata"] == [:])
  }

  @Test func headersAreWhole() throws {
    let bench = try Bench()
    let id = bench.client.send("execute_request", ["code": "1"])
    let reply = try #require(try bench.client.receive(on: .shell))
    let header = try JSON(parsing: reply.header)
    #expect(header["version"] == "5.5")
    #expect(header["session"]?.text == bench.server.office.composer.session)
    #expect(header["username"]?.text != nil)
    let date = try #require(header["date"]?.text)
    #expect(date.count == 27 && date.hasSuffix("Z") && date.contains("T"))
    #expect(reply.parentID == id)
    var identifiers: Set<String> = [reply.id]
    let published = try bench.until("idle")
    identifiers.formUnion(published.map(\.id))
    #expect(identifiers.count == published.count + 1)
  }

  @Test func theParentIsTheVeryHeader() throws {
    let bench = try Bench()
    let header = Array(
      #"{"msg_id" : "é-1","msg_type":"kernel_info_request", "unknown":[1e0,{"x":null}]}"#.utf8)
    let signer = try Signer(key: "secret", scheme: "hmac-sha256")
    let frames = [header, Array("{}".utf8), Array("{}".utf8), Array("{}".utf8)]
    bench.client.sendRaw(
      [Message.delimiter, signer.signature(of: frames[...])] + frames, on: .shell)
    let reply = try #require(bench.client.receiveRaw(on: .shell, milliseconds: 60_000))
    #expect(reply[3] == header)
  }

  @Test func failureEndsTheInput() throws {
    let bench = try Bench()
    let (reply, published) = try bench.execute("print a\nfail bad thing\nprint c")
    #expect(kinds(published) == ["busy", "execute_input", "stdout", "error", "idle"])
    for content in [reply, published[3].content] {
      #expect(content["ename"] == "ValueError")
      #expect(content["evalue"] == "bad thing")
      let lines = try #require(content["traceback"]?.items)
      #expect(lines == ["\u{1B}[1;31merror\u{1B}[0m: bad thing", "  1 | line"])
    }
    #expect(reply["status"] == "error")
    #expect(reply["execution_count"] == 1)
  }

  @Test func countsWhatIsStored() throws {
    let bench = try Bench()
    #expect(try bench.execute("", ["silent": true]).reply["execution_count"] == 0)
    #expect(try bench.execute("1").reply["execution_count"] == 1)
    #expect(try bench.execute("fail x").reply["execution_count"] == 2)
    #expect(try bench.execute("1", ["store_history": false]).reply["execution_count"] == 2)
    #expect(
      try bench.execute("1", ["silent": true, "store_history": true]).reply["execution_count"] == 2)
    #expect(try bench.execute("1").reply["execution_count"] == 3)
  }

  @Test func silentPublishesNothingButStatus() throws {
    let bench = try Bench()
    let code: JSON = ["silent": true]
    #expect(kinds(try bench.execute("print a\ndraw b\n1", code).published) == ["busy", "idle"])
    let (reply, published) = try bench.execute("fail x", code)
    #expect(kinds(published) == ["busy", "idle"])
    #expect(reply["status"] == "error")
    #expect(
      try bench.ask("history_request", ["hist_access_type": "tail", "n": 5])
        .reply.content["history"] == [])
  }

  @Test func evaluatesExpressionsAfterSuccess() throws {
    let bench = try Bench()
    let wanted: JSON = ["user_expressions": ["sum": "x + 1", "bad": "nothing"]]
    let reply = try bench.execute("put x 2", wanted).reply
    #expect(reply["status"] == "ok")
    #expect(
      reply["user_expressions"]?["sum"] == [
        "status": "ok", "data": ["text/plain": "3"], "metadata": [:],
      ])
    #expect(reply["user_expressions"]?["bad"]?["status"] == "error")
    #expect(reply["user_expressions"]?["bad"]?["ename"] == "NameError")
    #expect(try bench.execute("fail x", wanted).reply["user_expressions"] == nil)
  }

  @Test func failureAbortsWhatWasSentWithIt() throws {
    let bench = try Bench()
    let client = bench.client
    let codes = ["nap 30\nfail x", "print no", "print no"]
    var ids = codes.map { client.send("execute_request", ["code": .string($0)]) }
    ids.insert(client.send("kernel_info_request"), at: 3)
    let replies = try ids.map { _ in try #require(try client.receive(on: .shell)) }
    #expect(replies.map(\.parentID) == ids)
    #expect(replies.map { $0.content["status"]?.text } == ["error", "aborted", "aborted", "ok"])
    #expect(replies[1].content["execution_count"] == 1)
    var published: [Message] = []
    for _ in ids { published += try bench.until("idle") }
    #expect(
      kinds(published) == [
        "busy", "execute_input", "error", "idle", "busy", "idle", "busy", "idle", "busy", "idle",
      ])
    #expect(try bench.execute("1").reply["status"] == "ok")
  }

  @Test func goesOnWhereErrorsAreAllowed() throws {
    let bench = try Bench()
    let client = bench.client
    client.send("execute_request", ["code": "fail x", "stop_on_error": false])
    client.send("execute_request", ["code": "print yes"])
    let replies = try (0..<2).map { _ in try #require(try client.receive(on: .shell)) }
    #expect(replies.map { $0.content["status"]?.text } == ["error", "ok"])
  }

  @Test func requestsOfTheWrongShapeFail() throws {
    let bench = try Bench()
    let contents: [JSON] = [
      [:], ["code": 1], ["code": "1", "silent": "yes"], ["code": "1", "user_expressions": [1]],
      ["code": "1", "user_expressions": ["a": 1]], ["code": "1", "allow_stdin": []],
    ]
    for content in contents {
      let (reply, published) = try bench.ask("execute_request", content)
      #expect(reply.content["status"] == "error")
      #expect(kinds(published) == ["busy", "error", "idle"])
    }
    #expect(try bench.execute("1").reply["execution_count"] == 1)
  }

  @Test func carriesPayloads() throws {
    let bench = try Bench()
    let payloads = try #require(
      try bench.execute("page help\nnext 1 + 1").reply["payload"]?.items)
    #expect(payloads.count == 2)
    #expect(payloads[0]["source"] == "page")
    #expect(payloads[0]["data"] == ["text/plain": "help", "text/markdown": "*help*"])
    #expect(payloads[1] == ["source": "set_next_input", "text": "1 + 1", "replace": false])
  }

  @Test func displaysAreNamedRedrawnAndCleared() throws {
    let bench = try Bench()
    let (_, published) = try bench.execute("redraw 500\nclear wait\ndraw end")
    let types = published.map(\.type)
    #expect(types.prefix(3) == ["status", "execute_input", "display_data"])
    let updates = published.filter { $0.type == "update_display_data" }
    #expect((1...3).contains(updates.count))
    for update in updates { #expect(update.content["transient"] == ["display_id": "curve"]) }
    #expect(updates.last?.content["data"] == ["text/plain": "500"])
    #expect(types.suffix(3) == ["clear_output", "display_data", "status"])
    #expect(published[types.count - 3].content["wait"] == true)
  }

  @Test func deepCodeHasRoom() throws {
    let bench = try Bench()
    #expect(text(try bench.execute("depth 100000").published) == "100000\n")
  }
}
