import Catalog
import Conversation
import Foundation
import Testing

/// Runs that are carried out beside the conversation.
@Suite struct AsideTests {
  private func sitting() -> Sitting {
    let sitting = Sitting()
    sitting.run(Sitting.prelude)
    sitting.session.hasTimeAside = true
    return sitting
  }

  @Test func makesTheSameStepsAsInTheForeground() {
    let (here, aside) = (sitting(), sitting())
    here.run("fit run")
    aside.run("fit run, background=true")
    #expect(aside.run("run.steps") == "0\n")
    var pieces = 0
    while aside.session.hasWorkAside {
      aside.session.workAside { false }
      pieces += 1
    }
    #expect(pieces > 3)
    for question in ["run.steps", "run.loss.values", "run.test_accuracy.last", "script run"] {
      #expect(here.run(question) == aside.run(question))
    }
  }

  @Test func isDrawnUntilItEnds() {
    let sitting = sitting()
    sitting.run("fit run, background=true; wait")
    let asides = sitting.events.compactMap { event -> (String, String?, Bool)? in
      guard case .aside(_, let id, let note, let isLast) = event else { return nil }
      return (id, note, isLast)
    }
    #expect(Set(asides.map(\.0)).count == 1)
    #expect(asides.last?.2 == true)
    #expect(asides.last?.1?.hasPrefix("run is done: step ") == true)
    #expect(asides.contains { $0.1?.contains("epoch 1") == true })
    #expect(asides.dropLast().allSatisfy { !$0.2 })
  }

  @Test func changesCountFromTheNextStep() {
    let sitting = sitting()
    sitting.run("fit run, background=true")
    sitting.session.workAside { false }
    sitting.run("run.goal = ce()")
    sitting.session.workAside { false }
    #expect(sitting.run("len(run.ce.values)") == "2\n")
    #expect(sitting.run("len(run.kd.values)") == "1\n")
  }

  @Test func stopKeepsWholeSteps() {
    let sitting = sitting()
    sitting.run("fit run, background=true")
    sitting.session.workAside { false }
    #expect(sitting.run("stop run").contains("stopped at step 1"))
    #expect(!sitting.session.hasWorkAside)
    #expect(sitting.run("run.steps") == "1\n")
    #expect(sitting.failure("stop run")?.message.contains("not being carried out") == true)
  }

  @Test func oneRunIsCarriedOutOnce() {
    let sitting = sitting()
    sitting.run("fit run, background=true")
    #expect(
      sitting.failure("fit run, background=true")?.message.contains("already being carried out")
        == true)
  }

  /// An evaluation gives way to whoever waits, and is made later as if it had not been begun.
  @Test func evaluationsGiveWay() {
    let (sitting, other) = (sitting(), sitting())
    other.run("fit run")
    sitting.run("fit run, background=true")
    var isWanted = false
    for _ in 0..<100 where sitting.session.hasWorkAside {
      isWanted.toggle()
      sitting.session.workAside { isWanted }
    }
    #expect(!sitting.session.hasWorkAside)
    #expect(sitting.run("run.test_loss.values") == other.run("run.test_loss.values"))
  }

  @Test func anErrorEndsItAndSaysWhy() {
    let sitting = sitting()
    sitting.run("fit run, background=true")
    sitting.session.workAside { false }
    sitting.run("run.optimizer = sgd(lr=1e30)")
    for _ in 0..<10 { sitting.session.workAside { false } }
    #expect(!sitting.session.hasWorkAside)
    let notes = sitting.events.compactMap { event -> String? in
      guard case .aside(_, _, let note, true) = event else { return nil }
      return note
    }
    #expect(notes.first?.contains("the loss is") == true, "\(notes)")
  }

  @Test func whatTheTeacherSaidIsKept() throws {
    try withFolder { folder in
      let sitting = sitting()
      let file = "\(folder)/teacher.cache"
      sitting.run("run = distill(student, teacher, data, epochs=1, batch=256, cache=\"\(file)\")")
      #expect(!FileManager.default.fileExists(atPath: file))
      sitting.run("fit run, background=true, evaluate=false")
      while sitting.session.hasWorkAside { sitting.session.workAside { false } }
      #expect(FileManager.default.fileExists(atPath: file))
    }
  }

  /// A script is not conversed with, so it is carried out at once.
  @Test func scriptsDoNotWait() {
    let sitting = Sitting()
    sitting.run(Sitting.prelude)
    sitting.run("fit run, background=true")
    #expect(sitting.run("run.epoch") == "1\n")
  }
}
