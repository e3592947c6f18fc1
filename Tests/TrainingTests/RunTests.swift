import Catalog
import Datasets
import Images
import Layers
import Losses
import Models
import Optimizers
import Tensors
import TestSupport
import Testing
import Training

/// What must hold for every run, whatever it learns.
@Suite struct RunTests {
  @Test func sameSettingsGiveTheSameBits() throws {
    let (a, b) = (try Bench.run(), try Bench.run())
    try a.take(7)
    try b.take(7)
    #expect(a.isIdentical(to: b))
    #expect(a.steps == 7 && a.log["loss"]?.values.count == 7)
  }

  @Test func everySettingThatShouldMatterDoes() throws {
    let plain = try Bench.run()
    try plain.take(4)
    let changes: [(inout RunSetup) throws -> Void] = [
      { $0.seed = 4 }, { $0.shuffle = false }, { $0.augmentation = .none }, { $0.batch = 7 },
      { $0.goal = try Bench.call("ce") }, { $0.student = try Bench.student(seed: 9) },
      { $0.teacher = try Bench.teacher(seed: 9) }, { $0.schedule = .usual },
      { $0.optimizer = .usual },
    ]
    for (index, change) in changes.enumerated() {
      let other = try Bench.run(change)
      try other.take(4)
      #expect(!areIdentical(plain.student.weights, other.student.weights), "change \(index)")
    }
  }

  @Test func stepsTellWhatTheyDid() throws {
    let run = try Bench.run()
    for number in 1...4 {
      let result = try run.advance()
      #expect(result.step == number && run.steps == number)
      // Batches of 8, 8 and 6, then the next epoch.
      #expect(result.samples == (number == 3 ? 6 : 8))
      #expect(result.terms.map(\.name) == ["ce", "kd"])
      #expect(result.terms.map(\.weight) == [1, 5])
      let sum = result.terms[0].value + 5 * result.terms[1].value
      #expect(disagreement(result.loss, sum, relative: 1e-6) == nil)
      #expect((0...1).contains(result.accuracy) && (0...1).contains(result.agreement ?? -1))
    }
    #expect(
      run.log.series.map(\.name) == ["loss", "ce", "kd", "accuracy", "agreement", "lr"])
    #expect(run.log.series.allSatisfy { $0.steps == [1, 2, 3, 4] })
    #expect(run.epoch == 4.0 / 3)
    #expect(run.plannedSteps == 12)
  }

  @Test func learningRateFollowsTheSchedule() throws {
    let run = try Bench.run()
    try run.take(14)
    let rates = try #require(run.log["lr"]?.values)
    let schedule: Schedule = try Bench.call("onecycle", ["max_lr": .number(0.05)])
    let expected = (0..<14).map {
      schedule.pace(Moment(step: $0, total: 12, stepsPerEpoch: 3), base: 0.05).lr
    }
    #expect(rates == expected)
  }

  @Test func stateIsTakenAndPutBackExactly() throws {
    let run = try Bench.run()
    try run.take(2)
    let state = run.state
    let (script, past) = (run.record.script, run.student.past.count)
    try run.take(5)
    let expected = run.student.weights
    let log = run.log
    run.state = state
    #expect(run.steps == 2 && run.record.script == script && run.student.past.count == past)
    try run.take(5)
    #expect(areIdentical(run.student.weights, expected))
    #expect(run.log == log)
    // The state is a value: it can be put back twice.
    run.state = state
    try run.take(5)
    #expect(areIdentical(run.student.weights, expected) && run.log == log)
  }

  @Test func beginningCanBePutBack() throws {
    let run = try Bench.run()
    let (state, weights) = (run.state, run.student.weights)
    try run.take(3)
    #expect(run.student.past.count == 1)
    run.state = state
    #expect(areIdentical(run.student.weights, weights))
    #expect(run.steps == 0 && run.log == Log() && run.student.past.isEmpty)
    let other = try Bench.run()
    try run.take(3)
    try other.take(3)
    #expect(run.isIdentical(to: other))
  }

  @Test func restorerUndoesStepsAndSettings() throws {
    let (run, twin) = (try Bench.run(), try Bench.run())
    try run.take(2)
    try twin.take(2)
    let restore = try #require(run.restorer)
    #expect(try run.setMember("goal", to: .object(try Bench.call("mse", as: Goal.self))))
    #expect(try run.setMember("optimizer", to: .object(Optimizer.usual)))
    #expect(try run.setMember("schedule", to: .object(Schedule.usual)))
    #expect(try run.setMember("augment", to: .none))
    #expect(try run.setMember("epochs", to: .number(9)))
    try run.take(3)
    restore()
    #expect(run.goal.script == "ce() + 5*kd(T=2)" && run.epochs == 4)
    #expect(run.isIdentical(to: twin))
    try run.take(4)
    try twin.take(4)
    #expect(run.isIdentical(to: twin))
  }

  @Test func lossThatIsNoNumberThrowsAndChangesNothing() throws {
    let run = try Bench.run { setup in
      setup.goal = try Bench.call("ce", as: Goal.self).scaled(by: 1e38)
        .plus(Bench.call("ce", as: Goal.self).scaled(by: 3e38))
    }
    let weights = run.student.weights
    let failure = try #require(#expect(throws: Failure.self) { try run.advance() })
    #expect(failure.kind == .value)
    #expect(failure.message.hasPrefix("the loss is inf at step 1 (ce "))
    #expect(failure.advice?.contains("last good step") == true)
    #expect(areIdentical(run.student.weights, weights), "batch statistics too")
    #expect(run.steps == 0 && run.log == Log() && run.optimizer.stepCount == 0)
    #expect(run.student.past.isEmpty && run.student.normalisation == nil)

    // With a sensible goal the run goes on as if nothing had been.
    let twin = try Bench.run()
    #expect(try run.setMember("goal", to: .object(twin.goal)))
    try run.take(3)
    try twin.take(3)
    #expect(areIdentical(run.student.weights, twin.student.weights))
  }

  @Test func notANumberInTheWeightsIsToldToo() throws {
    let run = try Bench.run()
    try run.take(1)
    let state = run.state
    run.student.network.parameters[0].parameter.value.mutate { $0[0] = .nan }
    let broken = run.student.weights
    let failure = try #require(#expect(throws: Failure.self) { try run.advance() })
    #expect(failure.message.hasPrefix("the loss is nan at step 2"))
    #expect(areIdentical(run.student.weights, broken) && run.steps == 1)
    run.state = state
    #expect(try run.advance().step == 2)
  }

  @Test func optimizerOfTheUserIsNotTouched() throws {
    let optimizer = try Bench.sgd()
    let (a, b) = (
      try Bench.run { $0.optimizer = optimizer }, try Bench.run { $0.optimizer = optimizer }
    )
    try a.take(3)
    #expect(optimizer.stepCount == 0)
    #expect(try optimizer.line == Bench.sgd().line)
    try b.take(3)
    #expect(a.isIdentical(to: b))
  }

  @Test func settingsOfTheOptimizerCountFromTheNextStep() throws {
    let run = try Bench.run { $0.schedule = try Bench.call("constant") }
    try run.take(2)
    #expect(try run.optimizer.setMember("lr", to: .number(0.5)))
    try run.take(1)
    #expect(run.log["lr"]?.values == [0.05, 0.05, 0.5])
    #expect(run.record.script.hasSuffix("step run, 2\nrun.optimizer.lr = 0.5\nstep run, 1"))
  }

  @Test func scheduleMovesAStepNotTheOptimizersOwnSettings() throws {
    let run = try Bench.run()
    try run.take(2)
    #expect(try run.optimizer.line == Bench.sgd().line)
    // A schedule that leaves momentum alone finds it where the user put it.
    #expect(
      try run.setMember("schedule", to: .object(try Bench.call("constant", as: Schedule.self))))
    try run.take(1)
    #expect(run.optimizer.momentum == 0.9)
    #expect(run.log["lr"]?.last == 0.05)
  }
}
