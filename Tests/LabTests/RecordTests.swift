import Catalog
import Conversation
import Foundation
import Lab
import Testing

@Suite("Records of a session", .serialized)
struct RecordTests {
  private func sitting() -> Sitting {
    let sitting = Sitting()
    #expect(sitting.run(Sitting.prelude) == "")
    return sitting
  }

  private func value(_ sitting: Sitting, _ code: String) -> String {
    switch sitting.session.evaluate(code) {
    case .success(let display): display.plain
    case .failure(let report): report.message
    }
  }

  @Test("whatever happens to a run, its record has the figures that it has")
  func interleavings() {
    let sitting = sitting()
    var state: UInt64 = 42
    func draw(_ count: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % count
    }
    _ = sitting.run("step run, 2")
    for _ in 0..<60 {
      let code = [
        "step run, \(1 + draw(4))", "rewind run, \(draw(3))", "undo", "run.goal = ce()",
        "run.goal = ce() + \(1 + draw(9))*kd(T=2)", "rewind run, 1; step run, 1",
        "step run, 2; nonsense_name", "fit run, epochs=0.5",
        "for i in 1..2 { step run, 2; rewind run, 1 }",
      ][draw(9)]
      _ = sitting.run(code)
      if draw(3) > 0 { continue }
      #expect(value(sitting, "open(run).steps") == value(sitting, "run.steps"))
      for figure in ["loss", "ce", "kd", "accuracy", "lr", "test_accuracy"] {
        let live = value(sitting, "run.\(figure).values")
        // A figure without values is no member of a record.
        if live == "[]" || live.contains("has no") { continue }
        #expect(value(sitting, "open(run).\(figure).values") == live, "\(code): \(figure)")
        #expect(
          value(sitting, "open(run).\(figure).steps") == value(sitting, "run.\(figure).steps"))
      }
      #expect(value(sitting, "open(run).script") == value(sitting, "run.script"))
    }
  }

  @Test("runs are listed, searched, tagged, noted, archived and deleted")
  func housekeeping() {
    let sitting = sitting()
    #expect(sitting.run("runs").contains("no runs yet"))
    _ = sitting.run("fit run, epochs=1")
    _ = sitting.run("other = fork(run); other.goal = ce(); step other, 2")
    let all = sitting.run("runs")
    #expect(all.contains("other") && all.contains("mlp ← mlp") && all.contains("ce() + 5*kd"))
    #expect(sitting.run("runs where=\"has(goal, 'kd') and accuracy < 0.9\"").contains("run "))
    #expect(!sitting.run("runs where=\"has(goal, 'kd')\"").contains("other"))
    #expect(sitting.run("runs where=\"accuracy > 2\"").contains("no run fits"))
    #expect(sitting.run("runs where=\"acuracy > 2\"").contains("did you mean 'accuracy'?"))
    #expect(sitting.run("runs where=\"steps\"").contains("a condition is true or false"))
    #expect(sitting.run("runs where=\"quit\"").contains("unknown name 'quit'"))
    _ = sitting.run("tag run, \"base\"; note 1, \"a note\"")
    #expect(sitting.run("runs 1").contains("a note"))
    #expect(!sitting.run("runs tag=\"base\"").contains("other"))
    let order = sitting.run("runs sort=\"steps\"")
    #expect(order.range(of: "other")?.lowerBound ?? order.startIndex < order.endIndex)
    _ = sitting.run("archive 2")
    #expect(!sitting.run("runs").contains("other"))
    #expect(sitting.run("runs archived=true").contains("(archived)"))
    _ = sitting.run("delete run")
    #expect(sitting.run("runs").contains("no runs yet"))
    #expect(sitting.run("open 1").contains("there is no run 1 on record"))
    _ = sitting.run("delete 1, undo=true")
    #expect(sitting.run("runs").contains("base"))
    #expect(sitting.run("open 99").contains("there is no run 99"))
  }

  @Test("a checkpoint brings a run back to the bit, in the records' folder")
  func checkpoints() {
    let sitting = sitting()
    _ = sitting.run("step run, 3; checkpoint run; step run, 4")
    let straight = value(sitting, "run.loss.values")
    #expect(sitting.run("again = load(run)") == "")
    #expect(value(sitting, "again.steps") == "3")
    _ = sitting.run("step again, 4")
    #expect(value(sitting, "again.loss.values") == straight)
    #expect(sitting.run("open again").contains("goes on from"))
    #expect(sitting.run("open run").contains("at step 3"))
    _ = sitting.run("fit again, epochs=1, checkpoint=2")
    #expect(value(sitting, "open(again).checkpoint") == value(sitting, "again.steps"))
    #expect(sitting.run("fresh = fork(run); step fresh; load(fresh)").contains("has no checkpoint"))
    #expect(sitting.run("load student, 1").contains("loaded by itself"))
  }

  @Test("runs on record are compared with those that live, by what differs")
  func comparison() {
    let sitting = sitting()
    _ = sitting.run("step run, 3; other = fork(run); other.goal = ce(); step other, 2")
    let text = sitting.run("compare 1, other")
    #expect(text.contains("run 1") && text.contains("different settings"))
    #expect(text.contains("goal") && !text.contains("\nbatch"))
    #expect(sitting.run("plot open(1), other, y=\"loss\"").contains("step"))
  }

  @Test("a store that cannot be used is told of in one line, and the session goes on")
  func brokenStore() throws {
    try withFolder { folder in
      try Data("not a folder".utf8).write(to: URL(fileURLWithPath: folder + "/home"))
      setenv("ATHANOR_HOME", folder + "/home", 1)
      defer { unsetenv("ATHANOR_HOME") }
      let listener = Sitting()
      let session = makeSession(listener, Interruption())
      #expect(session.execute(Request("1 + 1")) == .done)
      let warnings = listener.events.compactMap { event -> String? in
        if case .warning(let text) = event { text } else { nil }
      }
      #expect(warnings.count == 1 && warnings[0].contains("records are kept in memory only"))
      #expect(warnings[0].split(separator: "\n").count == 1)
      #expect(session.execute(Request(Sitting.prelude + "\nstep\nruns")) == .done)
    }
  }
}
