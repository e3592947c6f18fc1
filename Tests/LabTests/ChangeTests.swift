import Conversation
import Testing

/// Changes of a run between two steps, as they are typed.
@Suite("Changes of a run", .serialized)
struct ChangeTests {
  @Test("a term's weight is set by its name, and is part of the record")
  func weights() {
    let one = Sitting()
    _ = one.run(Sitting.prelude)
    #expect(one.run("step; run.goal.kd = 3; run.goal").hasSuffix("ce() + 3*kd(T=1)\n"))
    #expect(one.run("step; script run").contains("run.goal = ce() + 3*kd(T=1)\nstep run, 1"))
    #expect(one.failure("run.goal.nothing = 3")?.name == "NameError")
    #expect(one.failure("run.goal.kd = \"x\"")?.message.contains("must be a number") == true)
  }

  @Test("a loss is a value: changing a variable leaves the run's alone")
  func values() {
    let one = Sitting()
    _ = one.run(Sitting.prelude)
    #expect(one.run("g = run.goal; g.ce = 0.5; g") == "0.5*ce() + 5*kd(T=1)\n")
    #expect(one.run("run.goal") == "ce() + 5*kd(T=1)\n")
    #expect(one.run("list = [ce(), 2*kd()]; list[1].kd = 7; list[1]") == "7*kd(T=1)\n")
    #expect(one.run("runs = [run]; runs[0].goal.ce = 2; run.goal") == "2*ce() + 5*kd(T=1)\n")
    #expect(one.failure("def f() { g.ce = 4 }; f()")?.message.contains("outside of f") == true)
    #expect(one.run("def h(x) { x.ce = 4; return x }; h(g)") == "4*ce() + 5*kd(T=1)\n")
    #expect(one.run("g") == "0.5*ce() + 5*kd(T=1)\n")
  }

  @Test("another batch size is told in one line and replays")
  func batches() {
    let one = Sitting()
    _ = one.run(Sitting.prelude)
    let told = one.run("step 2; run.batch = 100")
    #expect(
      told.contains("note: batches of 100 from sample 513 of epoch 1 on; an epoch is 15 steps"),
      "\(told)")
    let figures = "print(run.loss.values)"
    let expected = one.run("step 3; \(figures)")
    let other = Sitting()
    _ = other.run(one.run("script run"))
    #expect(expected.hasSuffix(other.run(figures)))
    #expect(one.failure("run.batch = 0")?.name == "ValueError")
  }

  @Test("another teacher, one taken away, and parts that go on are told and replay")
  func teachers() {
    let one = Sitting()
    _ = one.run(Sitting.prelude)
    _ = one.run("step; run.teacher = mlp(hidden=[12], size=8, seed=5); step")
    #expect(one.failure("run.teacher = none")?.message.contains("needs a teacher") == true)
    _ = one.run("run.goal = ce(); run.teacher = none; step; run.teacher = teacher")
    _ = one.run("run.goal = ce() + kd(T=2, teacher=[clone(teacher, seed=9)]); step")
    let figures = "print(run.loss.values)"
    let other = Sitting()
    let script = one.run("script run")
    #expect(script.contains("run.teacher = model\n") && script.contains("run.teacher = teacher\n"))
    _ = other.run(script)
    #expect(one.run(figures) == other.run(figures), "\(script)")
  }
}
