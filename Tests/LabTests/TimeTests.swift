import Catalog
import Conversation
import Testing

/// Going back in time from the prompt.
@Suite("Time")
struct TimeTests {
  @Test("rewind goes back by steps or to a step, and the same steps come again")
  func rewind() {
    let sitting = Sitting()
    _ = sitting.run(Sitting.prelude)
    _ = sitting.run("step 14")
    let fifteenth = sitting.run("step; run.loss.last")
    #expect(
      sitting.run("rewind 1") == "run is at step 14, 4 steps made again from the snapshot at 10\n")
    #expect(sitting.run("step; run.loss.last") == fifteenth)
    #expect(sitting.run("rewind to=10") == "run is at step 10, by its snapshot\n")
    #expect(sitting.run("len(run.loss.values)") == "10\n")
    #expect(sitting.failure("rewind")?.message.contains("either") == true)
    #expect(sitting.failure("rewind 1, to=2")?.message.contains("either") == true)
    #expect(sitting.failure("rewind 11")?.name == "ValueError")
    #expect(sitting.run("run.steps") == "10\n")
  }

  @Test("undo takes back the last statement that changed a run, then the one before")
  func undo() {
    let sitting = Sitting()
    _ = sitting.run(Sitting.prelude)
    _ = sitting.run("step 2")
    let loss = sitting.run("run.loss.last")
    _ = sitting.run("step 3; run.optimizer.lr = 0.5; x = 1; summary student;")
    #expect(sitting.run("undo; run.optimizer.lr") == "run is at step 5\n0.002\n")
    #expect(sitting.run("undo; run.loss.last") == "run is at step 2\n" + loss)
    #expect(sitting.run("x") == "1\n")
    #expect(sitting.run("undo") == "run is at step 0\n")
    #expect(sitting.failure("undo")?.name == "StateError")
    // A failed statement was never there.
    _ = sitting.run("step")
    _ = sitting.failure("for i in 1..3 { step; nonsense() }")
    #expect(sitting.run("undo") == "run is at step 0\n")
  }

  @Test("a fork goes its own way and is the current run")
  func fork() {
    let sitting = Sitting()
    _ = sitting.run(Sitting.prelude)
    _ = sitting.run("step 2; other = fork(run); other.goal = ce(); step 3")
    #expect(sitting.run("run.steps; other.steps") == "2\n5\n")
    let straight = sitting.run("step run, 3; run.loss.last")
    _ = sitting.run("rewind other, to=2; step other, 3")
    #expect(sitting.run("other.goal") == sitting.run("run.goal"))
    #expect(straight.hasSuffix(sitting.run("other.loss.last")))
  }

  @Test("the history lists stretches and changes; the script makes the run again")
  func history() {
    let sitting = Sitting()
    _ = sitting.run(Sitting.prelude)
    _ = sitting.run("step 12; run.goal = ce() + 2*kd(T=4); step; rewind 3; step 2; run.epochs = 3")
    let text = sitting.run("history run")
    #expect(text.contains("1 to 12"))
    #expect(!text.contains("kd(T=4)"))
    #expect(text.contains("epochs = 3"))
    #expect(text.contains("can be rewound to any step from 0"))
    let again = Sitting()
    _ = again.run(sitting.run("script run"))
    #expect(again.run("run.loss.values") == sitting.run("run.loss.values"))
  }
}
