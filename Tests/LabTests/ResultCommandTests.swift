import Catalog
import Conversation
import Lab
import Testing

/// Commands that look at results, as a person types them.
@Suite("Results in a session", .serialized)
struct ResultCommandTests {
  private func sitting() -> Sitting {
    let sitting = Sitting()
    #expect(sitting.run(Sitting.prelude) == "")
    _ = sitting.run("step")
    return sitting
  }

  @Test("every figure of eval is a member, the table has the usual ones")
  func evaluation() {
    let sitting = sitting()
    #expect(!sitting.run("eval student").contains("brier"))
    let full = sitting.run("eval student, full=true")
    for name in ["ece", "brier", "entropy", "kept", "corrected", "lost", "teacher_accuracy"] {
      #expect(full.contains(name))
      #expect(sitting.run("e = eval(student); e.\(name) >= 0") == "true\n", "\(name)")
    }
    // What agrees, and is wrong in the teacher, was kept.
    #expect(sitting.run("e.kept + e.corrected <= 1") == "true\n")
    #expect(sitting.failure("eval(teacher, on=data.test).kept") != nil)
  }

  @Test("the confusion map draws every class and lists pairs in order")
  func confusion() {
    let sitting = sitting()
    let first = sitting.events.count
    let text = sitting.run("c = confusion(student, top=4); c.count")
    let drawn = sitting.events[first...].contains { event in
      if case .display(let display, _) = event {
        display.forms.contains {
          $0.mediaType == "image/svg+xml" && $0.content.contains("predicted")
        }
      } else {
        false
      }
    }
    #expect(drawn)
    let counts = text.split(separator: "\n").last.map { $0.dropFirst().dropLast() } ?? ""
    let numbers = counts.split(separator: ", ").compactMap { Int($0) }
    #expect(numbers.count == 4 && numbers == numbers.sorted(by: >))
  }

  @Test("sheets have pictures, both models' classes and the samples themselves")
  func sheets() {
    let sitting = sitting()
    _ = sitting.run("d = disagreements(student, teacher, top=5)")
    #expect(sitting.run("len(d)") == "5\n")
    #expect(sitting.run("len(d.student) == 5 and len(d.teacher) == 5") == "true\n")
    #expect(
      sitting.run("ok = true; for i in 0..4 { if d.student[i] == d.teacher[i] { ok = false } }; ok")
        == "true\n")
    #expect(sitting.run("sort(d.scores)[4] == d.scores[0]") == "true\n")
    #expect(sitting.run("d").contains("label "))
    #expect(sitting.run("d[0].label == data.test[d.indices[0]].label") == "true\n")
    // The hardest sample's loss is at least the mean loss.
    #expect(
      sitting.run("h = hardest(student, top=1); h.scores[0] >= eval(student).loss") == "true\n")
    #expect(sitting.run("l = labels(teacher, above=0); l.count > 0") == "true\n")
    #expect(sitting.run("labels teacher, above=0.99").contains("none"))
    #expect(sitting.failure("labels student, above=2")?.name == "ValueError")
  }

  @Test("recalls of perclass are those of eval together")
  func perClass() {
    let sitting = sitting()
    _ = sitting.run("p = perclass(student)")
    let sums = "s = 0; for i in 0..9 { s = s + p.recall[i] * p.samples[i] }"
    #expect(sitting.run(sums + "; abs(s / 360 - eval(student).accuracy) < 1e-9") == "true\n")
  }

  @Test("calibration tells both models and the scaled error")
  func calibration() {
    let sitting = sitting()
    #expect(sitting.run("c = calibration(student); len(c)").hasSuffix("2\n"))
    #expect(sitting.run("abs(c.ece[0] - eval(student).ece) < 1e-9") == "true\n")
    #expect(sitting.run("c.temperature[0] > 0") == "true\n")
  }

  @Test("what they need is said")
  func errors() {
    let alone = Sitting()
    _ = alone.run("data = digits(); m = mlp(hidden=[8], size=8)")
    #expect(alone.failure("confusion m")?.message.contains("on what") == true)
    #expect(alone.failure("confusion")?.name == "StateError")
    #expect(alone.failure("disagreements m, on=data.test")?.message.contains("teacher") == true)
    #expect(
      alone.failure("hardest mlp(hidden=[8], size=8, channels=3), on=data.test")?.name
        == "ShapeError")
    #expect(
      alone.failure("perclass mlp(classes=3, hidden=[8], size=8), on=data.test")?.name
        == "ShapeError")
  }

  @Test("an interruption between batches stops them")
  func interruption() {
    let sitting = sitting()
    sitting.react = { [interruption = sitting.interruption] _ in interruption.request() }
    let report = sitting.failure("print(1); hardest student, batch=1")
    #expect(report?.name == "Interrupted")
  }
}
