import Catalog
import Checkpoints
import Losses
import Models
import Optimizers
import Tensors
import TestSupport
import Testing

@testable import Training

/// What the terms of a goal own in a run: parts, companions, models.
@Suite struct GoalPartsTests {
  private func goal(_ script: String, _ variables: [(name: String, value: Value)] = []) throws
    -> Value
  {
    try Bench.resolve(script, variables)
  }

  private func run(_ script: String, _ change: (inout RunSetup) throws -> Void = { _ in }) throws
    -> Run
  {
    try Bench.run {
      $0.goal = try Goal.read(try goal(script))
      try change(&$0)
    }
  }

  @Test func partsAreTrainedWithTheStudent() throws {
    let run = try run("ce() + hint()")
    #expect(run.termStates.isEmpty)
    try run.take(1)
    #expect(
      run.movingParameters.suffix(2).map(\.key) == [
        "goal.hint.regressor.weight", "goal.hint.regressor.bias",
      ])
    let before = run.termStates[0].parts
    #expect(
      Set(before.entries.map(\.key)) == [
        "fixed", "bank", "seen", "regressor.weight", "regressor.bias",
      ])
    try run.take(2)
    let after = run.termStates[0].parts
    for (old, new) in zip(before.entries, after.entries) {
      #expect(areIdentical([old.tensor], [new.tensor]) == (old.key == "fixed"), "\(old.key)")
    }
    let seen = after.entries.first { $0.key == "seen" }
    #expect(seen?.tensor.values == [3])
    #expect(run.optimizer.state.tensors["momentum_buffer.goal.hint.regressor.weight"] != nil)
    // The same draw whatever else the goal holds, another for another seed.
    let alone = try self.run("0.1*hint()")
    let other = try self.run("hint()") { $0.seed = 9 }
    for run in [alone, other] { _ = try run.observe(try run.upcomingBatches(1)[0]) }
    func start(_ run: Run) throws -> [Tensor] {
      let seen = try run.observe(try run.upcomingBatches(1)[0])
      return seen.parameters.suffix(2).map(\.parameter.value)
    }
    let fresh = try self.run("ce() + hint()")
    #expect(areIdentical(try start(alone), try start(fresh)))
    #expect(!areIdentical(try start(other), try start(fresh)))
  }

  @Test func aTermThatStaysGoesOn() throws {
    let run = try run("ce() + hint()")
    try run.take(3)
    let learned = run.termStates[0].parts.entries.first { $0.key == "regressor.weight" }
    #expect(try run.setMember("goal", to: goal("2*hint() + critic()")))
    let batch = try run.upcomingBatches(1)[0]
    let seen = try run.observe(batch)
    #expect(
      areIdentical(
        seen.parameters.filter { $0.key == "goal.hint.regressor.weight" }.map(\.parameter.value),
        [learned?.tensor].compactMap { $0 }))
    try run.take(1)
    #expect(
      run.takeNews() == [
        "parts of the goal: hint goes on with what it has learned; critic starts anew"
      ])
    #expect(try run.setMember("goal", to: goal("ce()")))
    try run.take(1)
    #expect(run.takeNews() == ["parts of the goal: hint, critic is dropped"])
    #expect(run.termStates.isEmpty)
    #expect(!run.optimizer.state.tensors.keys.contains { $0.contains("goal.") })
    #expect(try run.setMember("goal", to: goal("ce() + hint()")))
    try run.take(1)
    #expect(run.takeNews() == ["parts of the goal: hint starts anew"])
  }

  @Test func partsThatComeLateHaveTheirOwnCount() throws {
    // Adam's first step of a parameter is lr long whenever it is made.
    let run = try run("ce()") {
      $0.optimizer = try Bench.call(
        "adamw", ["lr": .number(0.001), "weight_decay": .number(0)])
      $0.schedule = try Bench.call("constant")
    }
    try run.take(20)
    #expect(try run.setMember("goal", to: goal("ce() + hint()")))
    let batch = try run.upcomingBatches(1)[0]
    let start = try run.observe(batch).parameters.suffix(2).map(\.parameter.value)
    try run.take(1)
    let moved = run.movingParameters.suffix(2).map(\.parameter.value)
    for (a, b) in zip(start, moved) {
      let largest = zip(a.values, b.values).map { abs($0 - $1) }.max() ?? 0
      #expect(abs(largest - 0.001) < 1e-5)
    }
    #expect(run.optimizer.state.births["goal.hint.regressor.weight"] == 20)
    let again = try Run.restored(
      from: try run.checkpoint(), named: "x", resolve: Bench.resolve)
    #expect(again.optimizer.state.births == run.optimizer.state.births)
    try run.take(3)
    try again.take(3)
    #expect(again.isIdentical(to: run))
  }

  @Test func companionsMoveAfterTheStudent() throws {
    let run = try run("ce() + critic(steps=3)")
    let result = try run.advance()
    #expect(result.figures.map(\.name) == ["critic_companion", "critic_gap", "critic_round"])
    #expect(result.figures.last?.value == 2)
    try run.take(2)
    #expect(run.log["critic_gap"]?.steps == [1, 2, 3])
    #expect(run.log["critic_companion"]?.values == run.log["critic_gap"]?.values)
    #expect(run.termStates[0].companion?.optimizerSteps == 9)
    // It is not the student's optimizer that moves it.
    #expect(!run.optimizer.state.tensors.keys.contains { $0.contains("critic") })
    let fork = try run.fork()
    try fork.take(4)
    let other = try self.run("ce() + critic(steps=3)")
    try other.take(3)
    #expect(run.isIdentical(to: other))
    try other.take(4)
    #expect(areIdentical(fork.student.weights, other.student.weights))
    #expect(try run.control().goal.script == "ce()")
  }

  @Test func aCompanionThatFailsUndoesTheStep() throws {
    let (run, twin) = (
      try run("ce() + critic(limit=2)"), try run("ce() + critic(limit=2)")
    )
    try run.take(2)
    try twin.take(2)
    for _ in 0..<2 {
      let failure = #expect(throws: Failure.self) { try run.advance() }
      #expect(failure?.message == "the companion of 'critic' has a loss of nan")
      #expect(failure?.advice?.contains("last good step") == true)
      #expect(run.isIdentical(to: twin))
    }
    for run in [run, twin] {
      #expect(try run.setMember("goal", to: goal("ce() + critic()")))
      try run.take(2)
    }
    #expect(run.isIdentical(to: twin))
  }

  /// A training that is carried out stops where the number ran away, with all that was good.
  @Test func stepsBeforeAFailureAreKept() throws {
    let (run, twin) = (
      try run("ce() + critic(limit=2)"), try run("ce() + critic(limit=2)")
    )
    let failure = #expect(throws: Failure.self) {
      try run.advance(to: 9, evaluates: false, check: {}, report: { _ in })
    }
    #expect(failure?.message == "the companion of 'critic' has a loss of nan")
    try twin.take(2)
    #expect(run.steps == 2 && run.isIdentical(to: twin))
  }

  @Test func gradientsThatAreNoNumbersUndoTheStep() throws {
    let (run, twin) = (try Bench.run(), try Bench.run())
    try run.take(2)
    try twin.take(2)
    // A loss that is finite with a slope that is not: √(x − x) at 0.
    #expect(try run.setMember("goal", to: .object(Goal(Steep()))))
    let failure = #expect(throws: Failure.self) { try run.advance() }
    #expect(failure?.message.contains("gradient of 'conv1.weight' is not finite at step 3") == true)
    #expect(try run.setMember("goal", to: .object(twin.goal)))
    #expect(areIdentical(run.student.weights, twin.student.weights))
    try run.take(2)
    try twin.take(2)
    #expect(areIdentical(run.student.weights, twin.student.weights))
  }

  @Test func modelsOfTermsAreFrozenAndNamed() throws {
    let model = try Bench.teacher(seed: 6)
    let made = try goal(
      "ce() + 2*other(model=m) + peer(model=p)",
      [
        ("m", .object(model)), ("p", .object(try Bench.student(seed: 5))),
      ])
    let run = try Bench.run { $0.goal = try Goal.read(made) }
    let (weights, peer) = (model.weights, run.goal.models[1].weights)
    try run.take(3)
    #expect(areIdentical(model.weights, weights) && areIdentical(run.goal.models[1].weights, peer))
    let trained = try #require(try run.companionModel())
    #expect(!areIdentical(trained.weights, peer))
    #expect(run.member("companion") != nil && run.memberNames.contains("companion"))
    let lines = run.record.script.split(separator: "\n")
    #expect(lines[2] == "teacher = mlp(classes=4, hidden=[16], channels=1, size=8, seed=1)")
    #expect(lines[3] == "model = mlp(classes=4, hidden=[16], channels=1, size=8, seed=6)")
    #expect(lines[4] == "model_2 = resnet8(classes=4, channels=1, seed=5)")
    #expect(lines[5].contains("ce() + 2*other(model=model) + peer(model=model_2), optimizer"))
    #expect(run.goal.script == "ce() + 2*other(model=mlp) + peer(model=resnet8)")
    let own = try goal("other(model=m)", [("m", .object(run.student))])
    #expect(throws: Failure.self) { try run.setMember("goal", to: own) }
    let again = try Run.restored(
      from: try run.checkpoint(), named: "x", resolve: Bench.resolve)
    try run.take(2)
    try again.take(2)
    #expect(again.isIdentical(to: run))
  }

  @Test func teachersChangeInMidRun() throws {
    let run = try Bench.run()
    try run.take(2)
    let second = try Bench.teacher(seed: 8)
    #expect(try run.setMember("teacher", to: .object(second)))
    try run.take(2)
    for wrong in [Value.none, .object(run.student), .number(3)] {
      #expect(throws: Failure.self) { try run.setMember("teacher", to: wrong) }
    }
    #expect(try run.setMember("goal", to: goal("ce()")))
    #expect(try run.setMember("teacher", to: .none))
    try run.take(1)
    #expect(run.log["agreement"]?.steps == [1, 2, 3, 4])
    #expect(throws: Failure.self) { try run.setMember("goal", to: goal("kd()")) }
    let lines = run.record.script.split(separator: "\n")
    #expect(lines[3] == "model = mlp(classes=4, hidden=[16], channels=1, size=8, seed=8)")
    #expect(
      lines.suffix(4) == [
        "step run, 2", "run.goal = ce()", "run.teacher = none", "step run, 1",
      ])
    #expect(run.record.history.contains { $0.change == "teacher = mlp" })
    let again = try Run.restored(
      from: try run.checkpoint(), named: "x", resolve: Bench.resolve)
    #expect(again.teacher == nil && again.isIdentical(to: run))
    try again.rewind(to: 1, check: {})
    let straight = try Bench.run()
    try straight.take(1)
    #expect(again.isIdentical(to: straight))
  }

  @Test func damagedPartsAreRefused() throws {
    let run = try run("ce() + hint() + critic()")
    try run.take(2)
    let file = try run.checkpoint()
    #expect(file["goal.hint.regressor.weight"]?.shape == [16, 64])
    for name in [
      "goal.hint.regressor.weight", "goal.hint.bank", "companion.critic.weight",
      "companion.critic.optimizer.exp_avg.weight",
      "optimizer.momentum_buffer.goal.hint.regressor.bias",
    ] {
      #expect(file[name] != nil, "\(name)")
      let without = Checkpoint(file.entries.filter { $0.name != name }, metadata: file.metadata)
      let failure = #expect(throws: Failure.self, "\(name)") {
        try Run.restored(from: without, named: "x", resolve: Bench.resolve)
      }
      #expect(failure?.message.contains("is no complete run") == true)
      let other = Checkpoint(
        without.entries + [Checkpoint.Entry(name, StoredArray([1, 2, 3], shape: [3]))],
        metadata: file.metadata)
      #expect(throws: Failure.self, "\(name)") {
        try Run.restored(from: other, named: "x", resolve: Bench.resolve)
      }
    }
  }
}

/// Finite, with an infinite slope.
private struct Steep: Loss {
  var name: String { "steep" }
  func script(_ models: ModelNames) -> String { "steep()" }
  var needsTeacher: Bool { false }
  func value(_ input: LossInput) throws -> Tensor {
    let nothing = try input.logits - input.logits.detached
    return try (nothing * nothing).sum().squareRoot()
  }
}
