import Catalog
import Testing

@testable import Jupyter

struct ShutdownTests {
  @Test func isAnsweredAnnouncedAndDone() throws {
    for channel in [ConnectionInfo.Channel.control, .shell] {
      for restart in [true, false] {
        let bench = try Bench()
        let (reply, published) = try bench.ask(
          "shutdown_request", ["restart": .bool(restart)], on: channel)
        #expect(reply.content == ["status": "ok", "restart": .bool(restart)])
        #expect(kinds(published) == ["busy", "shutdown_reply", "idle"])
        #expect(published[1].content == reply.content)
        #expect(bench.server.waitForEnd(milliseconds: 60_000) == 0)
        #expect(bench.server.stop(patience: 60_000))
      }
    }
  }

  @Test func endsACellThatRuns() throws {
    let bench = try Bench()
    bench.client.send("execute_request", ["code": "spin"])
    bench.client.send("execute_request", ["code": "print no"])
    _ = try bench.client.receive(on: .iopub)
    #expect(try bench.client.shutDown(milliseconds: 60_000))
    #expect(bench.server.waitForEnd(milliseconds: 60_000) == 0)
    #expect(bench.server.stop(patience: 60_000))
    #expect(try bench.client.receive(on: .shell)?.content["ename"] == "Interrupted")
  }

  @Test func theNextKernelBindsTheSamePorts() throws {
    var info = try ConnectionInfo(JSON(parsing: "{}"))
    for _ in 0..<5 {
      let bench = try Bench(info)
      info = bench.info
      #expect(try bench.execute("1").reply["execution_count"] == 1)
      #expect(try bench.client.shutDown(milliseconds: 60_000))
      #expect(bench.server.waitForEnd(milliseconds: 60_000) == 0)
      bench.stop()
    }
  }

  @Test func aPortThatIsTakenIsAnError() throws {
    let bench = try Bench(ConnectionInfo(JSON(parsing: "{}")))
    let failure = #expect(throws: Failure.self) { try Server(bench.info) }
    #expect(failure?.kind == .state)
    #expect(failure?.message.hasPrefix("cannot listen on 'tcp://127.0.0.1:") == true)
  }

  @Test func leavesNoFilesBehind() throws {
    let bench = try Bench()
    let folder = SmallFile.parent(of: bench.info.ip)
    #expect(SmallFile.names(in: folder).count == 5)
    bench.stop()
    #expect(!SmallFile.isFolder(folder))
  }

  @Test func quitLeavesAfterItsReply() throws {
    let bench = try Bench()
    let (reply, published) = try bench.execute("print bye\nquit 3")
    #expect(reply["status"] == "ok")
    #expect(reply["payload"] == [["source": "ask_exit", "keepkernel": false]])
    #expect(kinds(published) == ["busy", "execute_input", "stdout", "idle"])
    #expect(bench.server.waitForEnd(milliseconds: 60_000) == 3)
  }
}
