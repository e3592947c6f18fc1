import Catalog
import Conversation
import Lab
import Testing

/// Probes and guards, as a person types them.
@Suite("Probes in a session", .serialized)
struct ProbeCommandTests {
  private func sitting(_ more: String = "") -> Sitting {
    let sitting = Sitting()
    #expect(sitting.run(Sitting.prelude) == "")
    _ = sitting.run(more)
    return sitting
  }

  @Test("no probe changes the steps that follow it")
  func nothingChanges() {
    let plain = sitting("step 2")
    let looked = sitting("step 2")
    let probes = [
      "probe batches=2", "whatif T=[1, 8], lr=[1, 0.1]", "whatif goal=[ce()]", "lr_find steps=12",
      "activations", "gradients", "activations steps=3, every=1", "schedule", "status",
    ]
    for code in probes {
      #expect(looked.failure(code) == nil, "\(code)")
      #expect(looked.run("run.goal") == plain.run("run.goal"), "\(code)")
      #expect(looked.run("run.optimizer") == plain.run("run.optimizer"), "\(code)")
      #expect(looked.run("run.schedule") == plain.run("run.schedule"), "\(code)")
    }
    let figures = "step 4; print(run.loss.values, run.kd.values, run.lr.values)"
    #expect(looked.run(figures) == plain.run(figures))
    #expect(looked.run("script run") == plain.run("script run"))
    #expect(looked.run("history run") == plain.run("history run"))
    // There is one statement to undo, the last step.
    #expect(looked.run("undo") == plain.run("undo"))
  }

  @Test("a trial of what is set is the run as it is, and of another value the changed run")
  func whatIf() {
    let sitting = sitting("step")
    #expect(sitting.run("w = whatif(T=[1, 4], kd=[5]); w.loss[0] == w.loss[1]") == "true\n")
    #expect(sitting.run("w.loss_after[0] == w.loss_after[1]") == "true\n")
    #expect(sitting.run("w.loss[2] == w.loss[0]") == "false\n")
    #expect(sitting.run("v = whatif(kd.T=[4]); v.loss[1] == w.loss[2]") == "true\n")
    let tried = sitting.run("print(w.loss[2])")
    _ = sitting.run("run.goal = ce() + 5*kd(T=4)")
    #expect(sitting.run("step; print(run.loss.last)").hasSuffix(tried))
    #expect(sitting.run("l = whatif(lr=[0.5]); len(l)") == "2\n")
    #expect(sitting.run("l = whatif(run, 3, lr=[0.5]); len(l)") == "2\n")
  }

  @Test("what whatif does not know is said with what there is")
  func whatIfErrors() {
    let sitting = sitting("run.goal = ce() + kd(T=1) + kd(T=2)")
    #expect(sitting.failure("whatif T=[1]")?.lines.joined().contains("kd.T or kd_2.T") == true)
    #expect(sitting.failure("whatif kd_2.T=[1]") == nil)
    #expect(sitting.failure("whatif kd.W=[1]")?.message.contains("no argument 'W'") == true)
    #expect(sitting.failure("whatif nst.T=[1]")?.message.contains("no term 'nst'") == true)
    #expect(sitting.failure("whatif lrr=[1]")?.lines.joined().contains("'lr'") == true)
    #expect(sitting.failure("whatif")?.name == "ArgumentError")
    #expect(sitting.failure("whatif kd=[\"a\"]")?.name == "ValueError")
    #expect(sitting.failure("whatif kd.T=[-1]")?.message.contains("must be positive") == true)
    #expect(sitting.failure("whatif kd=[]")?.message.contains("no values") == true)
    #expect(sitting.failure("whatif kd=1..200")?.message.contains("more than 100") == true)
    // A dotted name is for calls that take names of their own.
    #expect(sitting.failure("step kd.T=1")?.message.contains("no argument 'kd.T'") == true)
    #expect(sitting.run("run.goal") == "ce() + kd(T=1) + kd(T=2)\n")
  }

  @Test("suggestions are members and can be used")
  func rates() {
    let sitting = sitting("f = lr_find(start=1e-4, steps=30)")
    for name in ["valley", "steep", "minimum"] {
      #expect(sitting.run("f.\(name) > 0 and f.\(name) < 10") == "true\n")
    }
    #expect(sitting.run("run.optimizer.lr = f.valley; run.optimizer.lr == f.valley") == "true\n")
    #expect(sitting.failure("lr_find start=1, end=0.1")?.name == "ValueError")
  }

  @Test("layers are drawn over the steps when they are asked for again")
  func layers() {
    let sitting = sitting("step")
    #expect(sitting.run("activations").contains("histograms before step 2"))
    _ = sitting.run("step")
    let again = sitting.run("activations")
    #expect(again.contains("share near zero") && again.contains("2     3"))
    let one = sitting.run("activations steps=2, every=1, layer=\"fc\"")
    #expect(one.contains("fc\n"))
    #expect(sitting.failure("activations layer=\"fd\"")?.lines.joined().contains("'fc'") == true)
  }

  @Test("a guard warns once, on standard error, and status repeats it")
  func guards() {
    let sitting = sitting(
      "run = distill(student, teacher, data, ce() + 1e-6*kd(), batch=64, epochs=3)")
    let first = sitting.events.count
    _ = sitting.run("step 12; step 12")
    let warnings = sitting.events[first...].compactMap { event -> String? in
      if case .warning(let text) = event { text } else { nil }
    }
    #expect(warnings.count == 1 && warnings[0].hasPrefix("warning: step 10: 'kd' is"))
    #expect(sitting.run("status").contains("'kd' is"))
    // What has not happened any more is not warned of.
    _ = sitting.run("rewind to=5")
    #expect(!sitting.run("status").contains("'kd' is"))
  }

  @Test("dotted names complete to nothing wrong and never crash")
  func completion() {
    let sitting = sitting()
    let code = "whatif kd.T=[1, 2], lr=[0.1]"
    for end in 0...code.unicodeScalars.count {
      let part = String(code.prefix(end))
      let found = sitting.session.complete(part, at: end)
      #expect(found.range.upperBound <= end)
    }
    #expect(sitting.session.completeness(code) == .complete)
    let offered = sitting.session.complete("whatif ", at: 7).items.map(\.text)
    for name in ["T=", "smoothing=", "kd=", "ce=", "lr=", "weight_decay=", "goal=", "steps="] {
      #expect(offered.contains(name), "\(name)")
    }
    let again = sitting.session.complete("whatif T=[1], ", at: 14).items.map(\.text)
    #expect(!again.contains("T=") && again.contains("kd="))
    #expect(sitting.session.completeness("whatif kd.T=") == .incomplete(indent: "  "))
  }
}
