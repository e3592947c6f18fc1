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

  @Test("what goes on and what does not is said of every change")
  func carriedOver() {
    let one = Sitting()
    _ = one.run(Sitting.prelude)
    #expect(one.run("run.optimizer = adamw(lr=0.002); run.epochs = 2") == "")
    _ = one.run("step 3")
    for (change, news) in [
      (
        "run.optimizer = adam(lr=0.01)",
        "optimizer: adam goes on with exp_avg, exp_avg_sq of 3 steps"
      ),
      (
        "run.optimizer = sgd(lr=0.01, momentum=0.9)",
        "optimizer: momentum_buffer starts anew; adam's exp_avg, exp_avg_sq is dropped"
      ),
      ("run.schedule = cosine()", "the plan ends with step 12 and stands at 25 %: lr"),
      ("run.epochs = 3", "the plan ends with step 18 and stands at 16.7 %: lr"),
      ("run.ema = 0.9", "the averages begin with the weights of step 3"),
      ("step; run.ema = 0.5", "the averages of 1 steps go on with another decay"),
      ("run.ema = none", "the averages of 1 steps are dropped"),
      ("run.teacher = mlp(hidden=[12], size=8, seed=5)", "mlp teaches from step 5 on"),
      ("run.goal = ce(); run.teacher = none", "nobody teaches from step 5 on"),
    ] {
      let told = one.run(change)
      #expect(told.contains("note: " + news), "\(change): \(told)")
    }
    _ = one.run("step 2")
    let other = Sitting()
    _ = other.run(one.run("script run"))
    #expect(one.run("print(run.loss.values)") == other.run("print(run.loss.values)"))
  }

  @Test("settings that are elsewhere are pointed at")
  func elsewhere() {
    let one = Sitting()
    _ = one.run(Sitting.prelude)
    for (code, advice) in [
      ("run.lr = 3", "run.optimizer.lr"), ("run.augmentation = none", "run.augment"),
      ("run.batch_size = 3", "run.batch"), ("run.kd = 2", "run.goal.kd"),
      ("run.goal.T = 4", "its terms are ce, kd"),
    ] {
      let report = one.failure(code)
      #expect(report?.lines.joined(separator: "\n").contains(advice) == true, "\(code)")
    }
    #expect(one.failure("run.nonsense = 3")?.name == "NameError")
  }

  @Test("weights read from a file in mid-run are part of the record")
  func loaded() throws {
    try withFolder { folder in
      let file = "\(folder)/w.safetensors"
      let one = Sitting()
      _ = one.run(Sitting.prelude)
      _ = one.run("step 3; save student, \"\(file)\"; step 2; load student, \"\(file)\"; step 2")
      #expect(one.run("history run").contains("load student"))
      let script = one.run("script run")
      #expect(script.contains("step run, 5\nload student, \"\(file)\"\nstep run, 2"), "\(script)")
      let other = Sitting()
      _ = other.run(script)
      #expect(one.run("print(run.loss.values)") == other.run("print(run.loss.values)"))
      // Before it, as if it had never been, and in the student's own past neither.
      _ = one.run("rewind to=4; step")
      #expect(!one.run("script run").contains("load"))
      let heir = one.run(
        "next = distill(mlp(hidden=[4], size=8), student, data, kd()); script next")
      #expect(heir.contains("step run, 5") && !heir.contains("load"), "\(heir)")
    }
  }

  @Test("a failed statement that went back to the beginning leaves the student its past")
  func past() {
    let one = Sitting()
    _ = one.run(Sitting.prelude)
    _ = one.run("step 3")
    let script = "script distill(mlp(hidden=[4], size=8), student, data, kd())"
    let before = one.run(script)
    #expect(one.failure("for i in [1] { rewind run, to=0; nonsense() }")?.name == "NameError")
    #expect(one.run(script) == before)
    #expect(before.contains(", 3"))
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

  @Test("what a teacher wants of pictures is part of a run: recorded, rewound, saved, replayed")
  func preprocessing() throws {
    try withFolder { folder in
      let figures = "print(run.loss.values)"
      let one = Sitting()
      _ = one.run(Sitting.prelude)
      _ = one.run("step 4")
      let before = one.run("copy = fork(run); step copy, 3; print(copy.loss.values); forget copy")
      let wrong = "preprocess(size=8, crop=1, mean=[0.5], std=[0.1])"
      _ = one.run("teacher.preprocessing = \(wrong); step run, 3; rewind run, 1; step run, 1")
      #expect(one.run("history run").contains("mlp.preprocessing = preprocess(size=8"))
      let changed = one.run(figures)
      #expect(changed != before)
      let file = "\(folder)/run.athanor"
      let script = one.run("save run, \"\(file)\"; script run")
      #expect(script.contains("step run, 4\nteacher.preprocessing = preprocess(size=8"))
      let other = Sitting()
      _ = other.run(script)
      #expect(other.run(figures) == changed, "\(script)")
      // From its file: what was changed is known there too, and a script from there does the same.
      let third = Sitting()
      _ = third.run("run = load(\"\(file)\")")
      #expect(third.run(figures) == changed)
      let way =
        "rewind run, to=6; step run, 1; rewind run, to=2; step run, 5; print(run.loss.values)"
      #expect(third.run(way).hasSuffix(before))
      #expect(third.run("script run") != script)
      // Before the change, as if it had never been: the teacher is what it was.
      let back = one.run("rewind run, to=4")
      #expect(back.contains("mlp.preprocessing is"), "\(back)")
      #expect(!one.run("script run").contains("preprocessing"))
      #expect(one.run("step run, 3; \(figures)").hasSuffix(before))
    }
  }

  @Test("a script asks for exact convolutions where the run had them")
  func exactness() {
    let one = Sitting()
    _ = one.run("data = digits(); student = resnet8(classes=10, channels=1)")
    _ = one.run("run = train(student, subset(data, train=32), batch=32); step; set exact=true")
    _ = one.run("step; set exact=false; step; rewind 1; step")
    let script = one.run("script run")
    #expect(
      script.contains("set exact=true\nstep run, 1\nset exact=false\nstep run, 1"), "\(script)")
    let other = Sitting()
    _ = other.run(script)
    let figures = "print(run.loss.values)"
    #expect(one.run(figures) == other.run(figures))
  }
}
