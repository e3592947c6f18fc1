import Catalog
import Conversation
import Foundation
import Testing

@testable import Lab

/// Trainings for every combination of arguments and seeds.
@Suite("Sweeps")
struct SweepTests {
  static let code =
    "distill(mlp(hidden=[8], size=8, seed=seed), teacher, data, ce() + a*kd(T=1), batch=512, "
    + "epochs=2)"

  private func sitting() -> Sitting {
    let sitting = Sitting()
    #expect(sitting.run(Sitting.prelude) == "")
    return sitting
  }

  @Test("the table has mean and deviation over the seeds, last and best, and the control once")
  func table() throws {
    let sitting = sitting()
    let text = sitting.run(
      "s = sweep(\"\(Self.code)\", a=[0, 5], seeds=3, control=true, quiet=true)\ns")
    for word in ["last", "best", "at epoch", "no (control)", "±"] {
      #expect(text.contains(word), "\(word)\n\(text)")
    }
    #expect(sitting.run("[len(s), len(s.rows), s.a]") == "[3, 3, [0, 5]]\n")
    #expect(sitting.run("abs(s[0].last - mean(s[0].values)) < 1e-12") == "true\n")
    // Sample deviation, n − 1 below.
    #expect(
      sitting.run(
        "abs(s[1].std - std(s[1].values)*sqrt(3/2)) < 1e-9 or s[1].std == std(s[1].values)")
        == "true\n")
    #expect(sitting.run("[len(s[1].values), s[1].n, len(s[1].curve)]") == "[3, 3, 2]\n")
    #expect(sitting.run("s.control.control and not s[0].control") == "true\n")
    // A weight of 0 is the control: same seed, same steps, the same bits.
    #expect(sitting.run("s.control.values == s[0].values") == "true\n")
    #expect(sitting.run("s.best[1] >= s.last[1]") == "true\n")
  }

  @Test("a member has the bits of the run made by hand")
  func members() {
    let sitting = sitting()
    sitting.run("s = sweep(\"\(Self.code)\", a=[5], seeds=[4], quiet=true)")
    sitting.run(
      """
      r = distill(mlp(hidden=[8], size=8, seed=4), teacher, data, ce() + 5*kd(T=1), batch=512, \
      epochs=2, seed=4)
      fit r, quiet=true
      """)
    #expect(sitting.run("s[0].curve == r.test_accuracy.values") == "true\n")
  }

  @Test("functions are swept over by their arguments; the session is as it was")
  func functions() {
    let sitting = sitting()
    let text = sitting.run(
      """
      def f(rate, width=8) { return distill(mlp(hidden=[width], size=8), teacher, data, \
      optimizer=sgd(lr=rate), batch=512, epochs=1) }
      s = sweep(f, rate=[0.1, 0.01], width=[4, 8], quiet=true)
      [len(s), s.rate, s.width]
      """)
    #expect(text == "[4, [0.1, 0.1, 0.01, 0.01], [4, 8, 4, 8]]\n")
    #expect(sitting.run("run.steps") == "0\n")
    #expect(sitting.run("sweep(f, rat=[1])").contains("did you mean 'rate'?"))
    let numbers = sitting.run("n = sweep(\"a*a + seed\", a=1..3, seeds=2, quiet=true); n.last")
    #expect(numbers == "[1.5, 4.5, 9.5]\n")
    #expect(sitting.run("n.std[0] > 0.70710 and n.std[0] < 0.70711") == "true\n")
  }

  @Test("a training that goes to pieces is told and does not count, the others go on")
  func divergence() throws {
    try withFolder { folder in
      let sitting = sitting()
      let code =
        "train(mlp(hidden=[8], size=8, seed=seed), data, optimizer=sgd(lr=lr), batch=512, "
        + "schedule=constant(), epochs=2)"
      let call =
        "s = sweep(\"\(code)\", lr=[0.1, 1e30], seeds=2, to=\"\(folder)/s.json\", quiet=true)\ns"
      let text = sitting.run(call)
      #expect(text.contains("lr=1e+30: 2 of 2 ended early and do not count: "), "\(text)")
      #expect(sitting.run("[s[0].n, s[1].n, s[1].last, len(s[1].failures)]") == "[2, 0, none, 2]\n")
      // The file knows it, too.
      let other = self.sitting()
      #expect(other.run(call) == text)
      let report = sitting.failure("sweep(\"\(code)\", lr=[1e30], quiet=true)")
      #expect(report?.message.contains("every training ended early") == true)
    }
  }

  @Test("what does not make sense is refused with a reason")
  func refused() {
    let sitting = sitting()
    for (code, reason) in [
      ("sweep(\"1 +\", a=[1])", "SyntaxError"), ("sweep(\"a\", a=[])", "empty list"),
      ("sweep(\"a\", seed=[1])", "seeds="), ("sweep(\"a\", a=[1], seeds=0)", "1..1000"),
      ("sweep(\"a\", a=[1], seeds=[1, 1])", "different ones"),
      ("sweep(\"data\", a=[1])", "must make a run or a number"),
      ("sweep(\"a\", a=1..20000)", "too long"), ("sweep(3, a=[1])", "a string or a function"),
      ("sweep(\"\(Self.code)\", a=[1], measure=\"x\", quiet=true)", "only test_accuracy"),
      (
        "sweep(\"distill(student, teacher, data, a*kd(), batch=512, epochs=1)\", a=[1, 2], "
          + "quiet=true)", "has been trained by an earlier member"
      ),
    ] {
      let report = sitting.failure(code)
      #expect(
        report?.lines.joined(separator: "\n").contains(reason) == true
          || report?.name == reason, "\(code): \(report?.lines ?? [])")
    }
  }

  @Test("an interrupted sweep goes on where it was, in the session and from its file")
  func resuming() throws {
    try withFolder { folder in
      let path = folder + "/sweep.json"
      let call = "s = sweep(\"\(Self.code)\", a=[0, 5], seeds=2, to=\"\(path)\")"
      let whole = sitting()
      whole.run("s = sweep(\"\(Self.code)\", a=[0, 5], seeds=2, quiet=true)")
      let expected = whole.run("[s[0].values, s[1].values]")

      let first = sitting()
      var lines = 0
      first.react = { event in
        guard case .text(let text) = event, text.contains(" of 4: ") else { return }
        lines += 1
        if lines == 2 { first.interruption.request() }
      }
      let report = first.run(call)
      #expect(report.contains("2 of 4 trainings are done") && report.contains("interrupted"))
      first.react = { _ in }
      #expect(first.run("s") != expected)
      first.run(call)
      #expect(first.run("[s[0].values, s[1].values]") == expected)

      // Another process: nothing is trained again, more seeds can be added.
      let second = sitting()
      let stored = try #require(FileManager.default.contents(atPath: path))
      second.run(call)
      #expect(second.run("[s[0].values, s[1].values]") == expected)
      #expect(FileManager.default.contents(atPath: path) == stored)
      second.run(call.replacing("seeds=2", with: "seeds=3"))
      #expect(second.run("s[0].n") == "3\n")
    }
  }

  @Test("a file of another sweep is refused with the line that differs")
  func changed() throws {
    try withFolder { folder in
      let path = folder + "/sweep.json"
      let sitting = sitting()
      sitting.run("sweep(\"\(Self.code)\", a=[5], to=\"\(path)\", quiet=true)")
      let other = Self.code.replacing("batch=512", with: "batch=600")
      let report = sitting.failure("sweep(\"\(other)\", a=[5], to=\"\(path)\")")
      #expect(report?.message.contains("another training at a=5 seed=0") == true)
      #expect(report?.message.contains("batch=600") == true)
      let names = sitting.failure("sweep(\"a + b\", a=[5], b=[1], to=\"\(path)\")")
      #expect(names?.message.contains("is over a, not a, b") == true)
      for bytes in ["", "{", "[]", "{\"kind\": \"athanor.sweep\"}", "\u{0}\u{1}"] {
        try bytes.write(toFile: path, atomically: false, encoding: .utf8)
        let report = sitting.failure("sweep(\"\(Self.code)\", a=[5], to=\"\(path)\")")
        #expect(report?.message.contains("is no sweep") == true)
      }
      #expect(
        sitting.failure("sweep(\"a\", a=[5], to=\"\(folder)/none/x.json\")")?.message.contains(
          "cannot be written") == true)
    }
  }

  @Test("plots have a curve over a number, bars over anything else")
  func plots() {
    let sitting = sitting()
    sitting.run("s = sweep(\"\(Self.code)\", a=[1, 5], seeds=2, control=true, quiet=true)")
    let text = sitting.run("plot s")
    #expect(text.contains("control") && text.contains("epoch"))
    sitting.run(
      """
      o = sweep("distill(mlp(hidden=[8], size=8, seed=seed), teacher, data, optimizer=o, batch=512, \
      epochs=1)", o=[sgd(lr=0.1), adam()], seeds=2, quiet=true)
      """)
    #expect(sitting.run("plot o").contains("o=adam(…)"))
    #expect(sitting.run("o[0].label") == "o=sgd(…)\n")
  }

  @Test("long values are told apart in few words")
  func labels() {
    #expect(SweepLabels.labels(["1", "5"]) == ["1", "5"])
    let crop = "random_crop(padding=3) + flip()"
    #expect(
      SweepLabels.labels(["\(crop) + cutout(size=8)", crop, "\(crop) + mixup(0.8)"])
        == ["… + cutout(size=8)", "…", "… + mixup(0.8)"])
    let long = "adam(lr=0.1, beta1=0.9, beta2=0.99)"
    #expect(SweepLabels.labels([long, "sgd(lr=0.1)"]) == ["adam(…)", "sgd(…)"])
    #expect(SweepLabels.labels([long, "adam(lr=0.2)"]) == [long, "adam(lr=0.2)"])
  }

  @Test("members with one teacher and cache=true share what it said")
  func sharing() throws {
    let sitting = sitting()
    sitting.run(
      """
      s = sweep("distill(mlp(hidden=[8], size=8, seed=seed), teacher, data, a*kd(), batch=512, \
      epochs=3, cache=true)", a=[1, 2], seeds=2, quiet=true)
      r = distill(mlp(hidden=[8], size=8), teacher, data, kd(), batch=512, epochs=1, cache=true)
      """)
    #expect(sitting.run("r.cache.rows == len(data.train)") == "true\n")
    #expect(sitting.run("r.cache.misses == len(data.train)") == "true\n")
    #expect(sitting.run("r.cache.hits == 11*len(data.train)") == "true\n")
  }
}
