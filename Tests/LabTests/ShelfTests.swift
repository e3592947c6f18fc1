import Catalog
import Conversation
import Lab
import Testing

/// Every loss that can be typed, at work in a run.
@Suite("The shelf of losses", .serialized)
struct ShelfTests {
  /// What is particular about a loss's call; every other one is called without arguments.
  struct Particular: Sendable {
    var call: String
    /// The networks and data, where two CNNs of different widths on digits will not do.
    var setting = ShelfTests.setting
  }

  static let setting = """
    data = digits()
    student = resnet8(classes=10, channels=1)
    teacher = resnet8x4(classes=10, channels=1, seed=1)
    """

  /// Losses on maps need networks and data that have a class for every pixel.
  static let maps = """
    data = scenes(size=32, train=32, test=8)
    student = pspnet_resnet8(classes=11)
    teacher = pspnet_resnet8(classes=11, seed=1)
    """

  static let particular: [String: Particular] = [
    "dml": Particular(call: "dml(clone(student, seed=3))"),
    "pixelwise": Particular(call: "pixelwise()", setting: maps),
    "pairwise": Particular(call: "pairwise()", setting: maps),
    "cwd": Particular(call: "cwd()", setting: maps),
    "ifvd": Particular(call: "ifvd()", setting: maps),
    "holistic": Particular(call: "holistic()", setting: maps),
  ]

  static var names: [String] {
    Session.library.declarations.filter { $0.returns == "loss" }.map(\.name)
  }

  @Test(
    "every loss takes steps between two CNNs, and its script makes them again", arguments: names)
  func steps(name: String) throws {
    let particular = Self.particular[name] ?? Particular(call: "\(name)()")
    try replay(particular.call, particular.setting)
  }

  @Test(
    "terms with models of their own, places by name and other forms replay, too",
    arguments: [
      "kd(T=4, teacher=[teacher, clone(teacher, seed=5)])", "kd(T=2, standardise=true)",
      "tfkd(teacher=clone(student, seed=2))", "cc(kernel=\"difference\")",
      "sp(on=[\"layer2\", [\"layer3\", \"layer2\"]])", "dkd(warmup=0.5) + 0.1*rkd(on=\"layer3\")",
    ])
  func forms(call: String) throws { try replay(call, Self.setting) }

  private func replay(_ call: String, _ setting: String) throws {
    let one = Sitting()
    #expect(one.run(setting) == "")
    let shown = one.run(
      "run = distill(student, teacher, data, ce() + 0.1*\(call), batch=8, epochs=1)\nstep 3")
    #expect(shown.hasPrefix("step 3: loss "), "\(call): \(shown)")
    let script = one.run("script run")
    let last = try #require(script.split(separator: "\n").last)
    #expect(last.hasPrefix("step ") && last.hasSuffix(", 3"), "\(script)")
    let made = String(last.dropFirst(5).dropLast(3))
    let other = Sitting()
    _ = other.run(script)
    let figures = "print(run.loss.values, run.accuracy.values)"
    let expected = one.run(figures)
    #expect(!expected.contains("nan"))
    #expect(other.run(figures.replacing("run.", with: "\(made).")) == expected, "\(script)")
  }

  @Test("a chain of assistants is one run after the other, all on record")
  func assistants() {
    let one = Sitting()
    _ = one.run(Sitting.prelude)
    _ = one.run(
      "first = mlp(hidden=[14], size=8, seed=2); second = mlp(hidden=[12], size=8, seed=3)")
    let call = "takd(student, teacher, data, [first, second], ce() + kd(T=4), batch=512, epochs=1"
    let shown = one.run("run = \(call))")
    for part in ["1 of 3: mlp ← mlp", "2 of 3", "3 of 3"] { #expect(shown.contains(part)) }
    #expect(one.run("run.steps") == "3\n")
    #expect(one.run("run.student == student and run.teacher == second") == "true\n")
    // The student's script trains both assistants first.
    let script = one.run("script run")
    #expect(script.split(separator: "\n").filter { $0.hasPrefix("step ") }.count == 3)
    let other = Sitting()
    _ = other.run(script)
    #expect(other.run("run_3.loss.values") == one.run("run.loss.values"))
    #expect(one.failure("\(call.replacing("second]", with: "first]")))")?.name == "ArgumentError")
    #expect(one.failure("\(call.replacing("[first, second]", with: "[]")))")?.name == "ValueError")
  }

  @Test("a peer is trained beside the student, as a copy that can be taken out")
  func peer() {
    let one = Sitting()
    _ = one.run(Sitting.prelude)
    _ = one.run("peer = mlp(hidden=[8], size=8, seed=4)")
    _ = one.run("run = train(student, data, ce() + dml(peer), batch=64, epochs=1)")
    #expect(one.failure("run.companion") != nil)
    _ = one.run("step 12; other = run.companion")
    #expect(one.run("run.dml_ce.values[11] < run.dml_ce.values[0]") == "true\n")
    // What was given is as it was; the copy has learnt, and knows how.
    let figures = "run.dml.values[0]"
    let first = one.run(figures)
    _ = one.run(
      "run = train(clone(student, seed=0), data, ce() + dml(peer), batch=64, epochs=1); step")
    #expect(one.run(figures) == first)
    let script = one.run("script train(other, data, epochs=1)")
    #expect(script.contains(".companion"), "\(script)")
    let again = Sitting()
    #expect(!again.run(script).contains("error"))
    let learnt = one.run("eval(other, on=data.test).loss")
    #expect(again.run("eval(student, on=data.test).loss") == learnt)
  }

  @Test("what does not fit in a chain is found before the first step")
  func misfits() {
    let one = Sitting()
    _ = one.run(Sitting.prelude)
    _ = one.run("wide = mlp(classes=12, hidden=[14], size=8)")
    _ = one.run("good = mlp(hidden=[14], size=8)")
    let report = one.failure("takd(student, teacher, data, [good, wide], epochs=1)")
    #expect(report?.name == "ShapeError")
    _ = one.run("check = train(good, data, epochs=1)")
    #expect(one.run("script check").contains("step") == false)
  }

  @Test("an interrupted chain keeps its steps, and can be finished by hand")
  func interruption() {
    let one = Sitting()
    _ = one.run(Sitting.prelude)
    _ = one.run("middle = mlp(hidden=[12], size=8, seed=3)")
    one.react = { [interruption = one.interruption] event in
      if case .text(let text) = event, text.hasPrefix("1 of 2") { interruption.request() }
    }
    let report = one.failure("takd(student, teacher, data, [middle], batch=512, epochs=1)")
    #expect(report?.name == "Interrupted")
    one.react = { _ in }
    _ = one.run("fit quiet=true")
    #expect(
      one.run("last = distill(student, middle, data, batch=512); step; last.steps").hasSuffix("1\n")
    )
  }
}
