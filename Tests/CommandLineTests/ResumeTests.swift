import Foundation
import Testing

@Suite("A run that is interrupted, saved and taken up by another process")
struct ResumeTests {
  /// Everything that carries memory: mixing, averages, slow weights, a cache on disk.
  private func setting(_ folder: String, cache: String) -> String {
    """
    data = subset(digits(), train=128, test=64)
    teacher = mlp(hidden=[16], size=8, seed=1)
    run = usi(mlp(hidden=[8], size=8), teacher, data, epochs=100, batch=64, optimizer=ranger(), \
    cache="\(folder)/\(cache)", quiet=true)

    """
  }

  /// What must be the same: every figure of every step, the weights, the slow and averaged ones.
  private static let report = """
    print(run.steps, run.loss.values, run.lr.last, run.script)
    print(predict(run.student, on=data.test).logits)
    print(predict(run.slow, on=data.test).logits, predict(run.averaged, on=data.test).logits)
    """

  @Test("SIGINT in the midst of a fit, save, load: the same bits as never interrupted")
  func interrupted() throws {
    try Program.inFolder { home in
      try setting(home, cache: "a.cache").write(
        toFile: home + "/setting.ath", atomically: true, encoding: .utf8)
      let terminal = try PseudoTerminal(home: home, ["--quiet", "--color", "never"])
      try terminal.waitForCursor(behind: "athanor[1]> ")
      try terminal.enter("replay \"\(home)/setting.ath\"", then: "athanor[2]> ")
      terminal.type("fit run, evaluate=false\r")
      try terminal.wait("progress") { $0.lines.contains { $0.contains("epoch ") } }
      terminal.signal(SIGINT)
      try terminal.waitForCursor(behind: "athanor[3]> ")
      try terminal.enter("save run, \"\(home)/run.athanor\"", then: "athanor[4]> ")
      terminal.type("\u{4}")
      #expect(try terminal.waitForExit() == 0)

      let again = try Program.run(
        [],
        input: """
          run = load("\(home)/run.athanor"); data = run.data
          if run.steps < 200 { step run, 200 - run.steps }
          \(Self.report)
          """)
      let whole = try Program.run(
        [], input: setting(home, cache: "b.cache") + "step run, 200\n" + Self.report)
      func told(_ result: Program.Result) -> String {
        // The lines about the last step stand where the steps were made; scripts name their caches.
        result.output.split(separator: "\n").filter { !$0.hasPrefix("step 200:") }.joined(
          separator: "\n"
        ).replacing("b.cache", with: "a.cache")
      }
      #expect(again.code == 0 && whole.code == 0, "\(again.error)\(whole.error)")
      #expect(told(again) == told(whole))
      #expect(told(again).contains("200 [") && again.output.contains("step run, 200"))
    }
  }

  @Test("a run with a critic goes on in another process to the bit")
  func critic() throws {
    try Program.inFolder { home in
      let made = """
        scene = scenes(digits=2, size=32, train=12, test=4)
        r = structured(pspnet_resnet8(classes=3), pspnet_resnet8(classes=3, seed=1), scene, batch=4, \
        epochs=6, critic=holistic(width=4), quiet=true)

        """
      let report = """
        step r, 8 - r.steps;
        print(r.loss.values, r.holistic.values, r.holistic_gap.values, r.holistic_penalty.values)
        print(r.holistic_slope.values, eval(r.student, on=r.data.test).confusion)
        """
      let first = try Program.run([], input: made + "step r, 3; save r, \"\(home)/r.athanor\"")
      let again = try Program.run([], input: "r = load(\"\(home)/r.athanor\")\n" + report)
      let whole = try Program.run([], input: made + report)
      #expect(first.code == 0 && again.code == 0 && whole.code == 0, "\(again.error)")
      let lines = [again, whole].map {
        $0.output.split(separator: "\n").filter { $0.hasPrefix("[") }
      }
      #expect(lines[0] == lines[1] && lines[0].count == 2)
    }
  }
}
