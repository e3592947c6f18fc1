import Catalog
import Conversation
import Foundation
import Lab
import Tensors
import Testing

@Suite("Runs from a session", .serialized)
struct RunTests {
  private static let script = """
    data = digits()
    teacher = resnet8(classes=10, channels=1)
    t = train(teacher, data, optimizer=sgd(momentum=0.9), schedule=onecycle(0.1), epochs=1)
    fit t, epochs=0.25
    student = mlp(classes=10, hidden=[16], channels=1, size=8)
    run = distill(student, teacher, data, ce() + 5*kd(T=2), epochs=1, augment=random_crop(padding=1))
    step 5
    print(run.loss.values)
    eval(student, on=data.test)
    """

  /// What the script prints, and the bytes of the run it saves.
  private func outcome(threads: Int) throws -> (text: String, bytes: Data) {
    let before = ThreadPool.shared.threadCount
    defer { ThreadPool.shared.threadCount = before }
    ThreadPool.shared.threadCount = threads
    return try withFolder { folder in
      let sitting = Sitting()
      let text = sitting.run(Self.script)
      let saved = sitting.run("save run, \"\(folder)/run.athanor\"")
      #expect(saved == "")
      return (text, try Data(contentsOf: URL(filePath: folder + "/run.athanor")))
    }
  }

  @Test("twice, and with one, two and three threads: the same text and the same bytes")
  func sameBits() throws {
    let first = try outcome(threads: 1)
    #expect(first.text.contains("step 5: loss"))
    for threads in [1, 2, 3] {
      let again = try outcome(threads: threads)
      #expect(again.text == first.text)
      #expect(again.bytes == first.bytes)
    }
  }

  @Test("a saved run goes on to the bit")
  func resume() throws {
    try withFolder { folder in
      let one = Sitting()
      _ = one.run(Self.script)
      _ = one.run("save run, \"\(folder)/run.athanor\"")
      let straight = one.run("step 4\nprint(run.loss.values, run.kd.values, run.lr.values)")
      let other = Sitting()
      #expect(other.run("run = load(\"\(folder)/run.athanor\")") == "")
      let resumed = other.run("step 4\nprint(run.loss.values, run.kd.values, run.lr.values)")
      #expect(resumed == straight)
    }
  }

  @Test("a run's script makes the same run")
  func script() {
    let one = Sitting()
    _ = one.run(Self.script)
    _ = one.run("run.goal = ce() + 2*kd(T=4)\nstep 2")
    let script = one.run("script run")
    let other = Sitting()
    _ = other.run(script)
    let figures = "print(run_2.loss.values)"
    #expect(other.run(figures) == one.run(figures.replacing("run_2", with: "run")))
  }

  @Test("a failed statement changes nothing, in a run either")
  func rollback() {
    let sitting = Sitting()
    _ = sitting.run(Sitting.prelude)
    let before = sitting.run("run.goal")
    #expect(
      sitting.failure("for i in 1..2 { run.goal = ce(); step 2; nonsense }")?.name == "NameError")
    #expect(sitting.run("run.goal") == before)
    #expect(sitting.run("run.steps") == "0\n")
    #expect(sitting.run("step; run.steps") != "")
    #expect(sitting.run("run.steps") == "1\n")
  }

  @Test("an interruption keeps the whole steps done so far")
  func interruption() {
    let sitting = Sitting()
    _ = sitting.run(Sitting.prelude)
    var shown = 0
    sitting.react = { [interruption = sitting.interruption] _ in
      shown += 1
      if shown == 3 { interruption.request() }
    }
    let report = sitting.failure("for i in 1..100 { step }")
    #expect(report?.name == "Interrupted")
    sitting.react = { _ in }
    #expect(sitting.run("run.steps") == "3\n")
    #expect(sitting.run("step").hasPrefix("step 4: "))
  }

  @Test("the control starts from the same weights and takes as many steps")
  func control() {
    let sitting = Sitting()
    _ = sitting.run(Sitting.prelude)
    let first = sitting.run("step; run.ce.values[0]")
    _ = sitting.run("step 2; c = control(run)")
    #expect(sitting.run("c.steps") == "3\n")
    #expect(first.hasSuffix(sitting.run("c.ce.values[0]")))
    #expect(sitting.run("c.goal") == "ce()\n")
  }
}
