import Catalog
import Datasets
import Losses
import Models
import Optimizers
import Tensors
import TestSupport
import Testing
import Training

/// Loops of steps: what they report, and how they end.
@Suite struct FitTests {
  private let interruption = Failure(.interrupted, "interrupted")

  @Test func epochsAreEvaluatedAndReported() throws {
    let run = try Bench.run()
    var steps: [Int] = []
    var epochs: [Int] = []
    var samples: [Int] = []
    func note(_ progress: Progress) {
      switch progress {
      case .step(let result, let target):
        steps.append(result.step)
        #expect(target == 7)
      case .evaluating(let done, let total):
        samples.append(done)
        #expect(total == 9)
      case .epoch(let number, let evaluation):
        epochs.append(number)
        #expect(evaluation.samples == 9)
      }
    }
    try run.advance(to: 7, evaluates: true, check: {}, report: note)
    #expect(steps == [1, 2, 3, 4, 5, 6, 7])
    #expect(epochs == [1, 2, 3])
    #expect(samples == [9, 9, 9])
    #expect(run.log["test_accuracy"]?.steps == [3, 6, 7])
    #expect(run.log["test_loss"]?.steps == [3, 6, 7])
    #expect(run.log["test_agreement"]?.steps == [3, 6, 7])
  }

  @Test func evaluationChangesNothing() throws {
    let (a, b) = (try Bench.run(), try Bench.run())
    try a.advance(to: 6, evaluates: true, check: {}, report: { _ in })
    try b.advance(to: 6, evaluates: false, check: {}, report: { _ in })
    #expect(areIdentical(a.student.weights, b.student.weights))
    #expect(b.log["test_loss"] == nil)
  }

  @Test func interruptionKeepsWholeSteps() throws {
    let (run, twin) = (try Bench.run(), try Bench.run())
    var looks = 0
    let failure = #expect(throws: Failure.self) {
      try run.advance(
        to: 12, evaluates: true,
        check: {
          looks += 1
          if looks == 6 { throw interruption }
        }, report: { _ in })
    }
    #expect(failure == interruption)
    // Looks before steps 1, 2, 3, before the evaluation's batch, before step 4; then the sixth.
    try twin.advance(to: 4, evaluates: true, check: {}, report: { _ in })
    #expect(run.steps == 4)
    #expect(areIdentical(run.student.weights, twin.student.weights))
    #expect(run.log["loss"] == twin.log["loss"])
    try run.advance(to: 6, evaluates: false, check: {}, report: { _ in })
    try twin.advance(to: 6, evaluates: false, check: {}, report: { _ in })
    #expect(areIdentical(run.student.weights, twin.student.weights))
  }

  @Test func interruptedEvaluationKeepsTheStepsAndLogsNothing() throws {
    let run = try Bench.run()
    var looks = 0
    #expect(throws: Failure.self) {
      try run.advance(
        to: 12, evaluates: true,
        check: {
          looks += 1
          if looks == 4 { throw interruption }
        }, report: { _ in })
    }
    #expect(run.steps == 3 && run.log["test_loss"] == nil)
  }

  @Test func otherErrorsPutTheRunBack() throws {
    let run = try Bench.run()
    try run.take(2)
    let (weights, log, script) = (run.student.weights, run.log, run.record.script)
    let problem = Failure(.value, "the view is gone")
    for evaluates in [false, true] {
      let failure = #expect(throws: Failure.self) {
        try run.advance(
          to: 9, evaluates: evaluates, check: {},
          report: { progress in
            if case .step(let result, _) = progress, result.step == 5 { throw problem }
          })
      }
      #expect(failure == problem)
      #expect(run.steps == 2 && run.log == log && run.record.script == script)
      #expect(areIdentical(run.student.weights, weights))
    }
    let twin = try Bench.run()
    try twin.take(6)
    try run.take(4)
    #expect(run.isIdentical(to: twin))
  }

  @Test func targetsThatAreReachedNeedNoStep() throws {
    let run = try Bench.run()
    try run.take(3)
    var reports = 0
    try run.advance(to: 3, evaluates: true, check: {}, report: { _ in reports += 1 })
    #expect(run.steps == 3 && reports == 0)
  }

  @Test func controlStartsFromTheSameWeightsWithoutTheTeacher() throws {
    let run = try Bench.run()
    let start = run.student.weights
    try run.take(5)
    let control = try run.control()
    #expect(control.teacher == nil && control.goal.script == "ce()")
    #expect(areIdentical(control.student.weights, start))
    #expect(control.steps == 0 && control.seed == run.seed && control.batch == run.batch)
    #expect(try control.optimizer.line == Bench.sgd().line)
    #expect(control.student !== run.student && control.data === run.data)
    // The same first batch through the same weights: the same cross entropy.
    let first = try control.advance()
    #expect(first.terms[0].value == run.log["ce"]?.values[0])
    // And it is the run that would have been made without a teacher.
    let plain = try Bench.run {
      $0.teacher = nil
      $0.goal = try Bench.call("ce")
    }
    try plain.take(5)
    try control.take(4)
    #expect(control.isIdentical(to: plain))
  }

  @Test func controlOfPureImitationLearnsTheLabels() throws {
    let run = try Bench.run { $0.goal = try Bench.call("kd") }
    #expect(try run.control().goal.script == "ce()")
  }
}
