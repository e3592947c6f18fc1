import Catalog
import Conversation
import Testing

@testable import Jupyter

struct IntrospectionTests {
  @Test func completionCountsCodePoints() throws {
    let bench = try Bench()
    // "😀" is two UTF-16 units and "é" here two code points in one character.
    let code = "e\u{301}😀 résu"
    let content = try bench.ask(
      "complete_request", ["code": .string(code), "cursor_pos": 8]
    ).reply.content
    #expect(content["matches"] == ["résumé"])
    #expect(content["cursor_start"] == 4)
    #expect(content["cursor_end"] == 8)
    #expect(
      content["metadata"]?["_jupyter_types_experimental"] == [
        [
          "text": "résumé", "type": "function", "start": 4, "end": 8,
          "signature": "résumé(text)",
        ]
      ])
  }

  @Test(arguments: [-5, 3, 100, nil] as [Int?])
  func aCursorOutsideIsBroughtBack(_ cursor: Int?) throws {
    let bench = try Bench()
    var content: JSON = ["code": "pri"]
    if let cursor { content = content.adding("cursor_pos", .integer(cursor)) }
    let reply = try bench.ask("complete_request", content).reply.content
    #expect(reply["status"] == "ok")
    #expect(reply["cursor_end"] == (cursor == -5 ? 0 : 3))
  }

  @Test func inspectionHasTwoLevels() throws {
    let bench = try Bench()
    for (level, text) in [(0, "print at 2"), (1, "print, at length, at 2")] {
      let content = try bench.ask(
        "inspect_request",
        ["code": "print", "cursor_pos": 2, "detail_level": .integer(level)]
      ).reply.content
      #expect(content["found"] == true)
      #expect(
        content["data"] == ["text/plain": .string(text), "text/markdown": .string("**\(text)**")])
    }
    let content = try bench.ask("inspect_request", ["code": "x", "cursor_pos": 1]).reply.content
    #expect(content == ["status": "ok", "found": false, "data": [:], "metadata": [:]])
  }

  @Test func completenessIsTold() throws {
    let bench = try Bench()
    func status(_ code: String) throws -> JSON {
      try bench.ask("is_complete_request", ["code": .string(code)]).reply.content
    }
    #expect(try status("print(1)") == ["status": "complete"])
    #expect(try status("for x {") == ["status": "incomplete", "indent": "  "])
    #expect(try status("x = )") == ["status": "invalid"])
  }

  @Test func requestsWithoutCodeFail() throws {
    let bench = try Bench()
    for type in ["complete_request", "inspect_request"] {
      #expect(try bench.ask(type, ["code": 1]).reply.content["status"] == "error")
    }
    #expect(try bench.ask("is_complete_request").reply.content["status"] == "unknown")
  }

  @Test func theHistoryIsAskedInThreeWays() throws {
    let bench = try Bench()
    for code in ["print a", "print b", "2"] { _ = try bench.execute(code) }
    func history(_ content: JSON) throws -> JSON? {
      try bench.ask("history_request", content).reply.content["history"]
    }
    #expect(
      try history(["hist_access_type": "tail", "n": 2]) == [[1, 2, "print b"], [1, 3, "2"]])
    #expect(
      try history(["hist_access_type": "range", "session": 0, "start": 1, "stop": 2])
        == [[1, 1, "print a"]])
    #expect(
      try history([
        "hist_access_type": "search", "pattern": "print*", "n": 1, "output": true, "raw": true,
      ]) == [[1, 2, ["print b", nil]]])
    #expect(try bench.ask("history_request", [:]).reply.content["status"] == "error")
  }

  @Test func historyQuestionsAreReadWithCare() {
    #expect(HistoryContent.query(["hist_access_type": "tail", "n": -3]) == .tail(count: 0))
    #expect(HistoryContent.query(["hist_access_type": "tail"]) == .tail(count: 10))
    #expect(
      HistoryContent.query(["hist_access_type": "range", "session": -1])
        == .range(session: -1, start: 1, stop: nil))
    #expect(
      HistoryContent.query(["hist_access_type": "search", "unique": true])
        == .search(pattern: "*", count: nil, unique: true))
    #expect(HistoryContent.query(["hist_access_type": "other"]) == nil)
  }

  @Test func displaysBecomeBundles() {
    let forms = [
      Display.Form("image/svg+xml", "<svg/>"), Display.Form("application/json", "{\"a\":1}"),
      Display.Form("text/markdown; charset=utf-8", "*m*"), Display.Form("nonsense", "x"),
      Display.Form("application/vnd.vegalite.v5+json", "not json"), Display.Form("text/plain", "y"),
    ]
    #expect(
      mimeBundle(Display("p", forms: forms)) == [
        "text/plain": "p", "image/svg+xml": "<svg/>", "application/json": ["a": 1],
        "text/markdown": "*m*", "application/vnd.vegalite.v5+json": "not json",
      ])
  }

  @Test func aClientHearsWhatTheSessionShowed() throws {
    let bench = try Bench()
    var events: [Event] = []
    let outcome = try bench.client.execute("print a\nwarn b\nclear\ndraw c\npage d\n1 + 1") {
      events.append($0)
    }
    #expect(outcome == .done)
    #expect(
      events == [
        .text("a\n"), .warning("b\n"), .clear(wait: false), .display(Display("c"), id: "c"),
        .value(Display("2"), last: true),
        .page(Display("d", forms: [.init("text/markdown", "*d*")])),
      ])
    #expect(
      try bench.client.execute("fail x") { _ in }
        == .failed(Report(name: "ValueError", message: "x", lines: ["error: x", "  1 | line"])))
    #expect(try bench.client.execute("quit 0") { _ in } == .quit(code: 0))
  }
}
