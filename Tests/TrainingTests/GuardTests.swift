import Catalog
import Datasets
import Layers
import Losses
import Models
import Tensors
import TestSupport
import Testing
import Training

/// Warnings about a run's steps.
@Suite struct GuardTests {
  private func run(_ kd: Double, ce: Double = 1) throws -> Run {
    try Bench.run {
      $0.goal = Goal(CrossEntropy()).scaled(by: ce).plus(Goal(KD(temperature: 1)).scaled(by: kd))
      $0.epochs = 40
    }
  }

  @Test func aTermThatSaysNothingIsNoticedOnce() throws {
    let run = try run(1e-4)
    try run.take(9)
    #expect(run.warnings.isEmpty)
    try run.take(1)
    #expect(run.warnings.map(\.cause) == ["share of kd"])
    #expect(run.warnings.allSatisfy { $0.step == 10 && !$0.advice.isEmpty })
    try run.take(10)
    #expect(run.warnings.count == 1)
    #expect(run.warnings[0].text.contains("'ce' over 99 %"))
  }

  /// How large a critic's score is says nothing of what it teaches.
  @Test func scoresWithoutZeroAreLeftAlone() throws {
    let run = try Bench.run {
      $0.goal = Goal(CrossEntropy()).plus(Goal(Score()))
      $0.epochs = 40
    }
    try run.take(12)
    #expect(run.log["score"]?.values.allSatisfy { abs($0) < 1e-3 } == true)
    #expect(run.warnings.filter { $0.cause.hasPrefix("share") }.isEmpty)
  }

  @Test func balancedTermsAreLeftAlone() throws {
    let run = try run(5)
    try run.take(20)
    #expect(run.warnings.filter { $0.cause.hasPrefix("share") }.isEmpty)
  }

  @Test func rewindingForgetsAndNoticesAgain() throws {
    let run = try run(1e-4)
    try run.take(12)
    let first = run.warnings
    _ = try run.rewind(to: 4, check: {})
    #expect(run.warnings.isEmpty)
    try run.take(10)
    #expect(run.warnings.map(\.cause) == first.map(\.cause))
  }

  @Test func aForkKnowsThePast() throws {
    let run = try run(1e-4)
    try run.take(10)
    #expect(try run.fork().warnings == run.warnings)
  }

  @Test func explodingGradientsAreNoticed() throws {
    let run = try Bench.run {
      $0.goal = Goal(CrossEntropy())
      $0.optimizer = try Bench.call("sgd", ["lr": .number(0.01)])
      $0.schedule = try Bench.call("constant")
    }
    try run.take(12)
    #expect(run.warnings.filter { $0.cause == "gradients" }.isEmpty)
    _ = try run.setMember("goal", to: .object(Goal(CrossEntropy()).scaled(by: 1000)))
    try run.take(1)
    #expect(run.warnings.filter { $0.cause == "gradients" }.map(\.step) == [13])
  }

  @Test func aTeacherThatIsWorseIsNoticedAfterAnEvaluation() throws {
    // The student learns to recognise its few pictures; the teacher was never trained.
    let run = try Bench.run {
      $0.goal = Goal(CrossEntropy())
      $0.epochs = 30
      $0.augmentation = .none
    }
    try run.advance(to: 60, evaluates: true, check: {}, report: { _ in })
    let accuracy = run.log["test_accuracy"]?.values ?? []
    let teacher = try evaluate(
      run.student, on: run.data.test, of: run.data, teacher: run.teacher)
    let weakest = try #require(teacher.fidelity).teacherAccuracy
    try #require(accuracy.contains { $0 > weakest })
    let warning = try #require(run.warnings.first { $0.cause == "weak teacher" })
    #expect(warning.text.contains("the teacher is worse than the student"))
    #expect(run.warnings.filter { $0.cause == "weak teacher" }.count == 1)
  }

  @Test func oneClassForEverySampleIsNoticed() throws {
    let run = try Bench.run {
      $0.student = try Bench.teacher(seed: 2)
      $0.goal = Goal(CrossEntropy())
      $0.optimizer = try Bench.call("sgd", ["lr": .number(1e-12)])
      $0.schedule = try Bench.call("constant")
    }
    let bias = try #require(run.student.network.parameters.last?.parameter)
    bias.value = try Tensor([40, 0, 0, 0], [4])
    try run.take(1)
    let warning = try #require(run.warnings.first { $0.cause == "one class" })
    #expect(warning.text.contains("one class") && !warning.advice.isEmpty)
  }

  @Test func aTermOfNearlyAllIsNamed() throws {
    // Two that say nothing beside one that says all.
    let run = try Bench.run {
      $0.goal = Goal(CrossEntropy()).scaled(by: 1e-4)
        .plus(Goal(KD(temperature: 1)).scaled(by: 500))
        .plus(Goal(KD(temperature: 4)).scaled(by: 1e-4))
      $0.epochs = 40
    }
    try run.take(10)
    #expect(run.warnings.map(\.cause) == ["share of ce", "share of kd_2"])
    #expect(run.warnings.allSatisfy { $0.text.contains("'kd' over 99 %") })
  }

  @Test func heldOutLossesThatAreNoNumbersAreNoticed() throws {
    let run = try Bench.run { $0.goal = Goal(CrossEntropy()) }
    try run.take(1)
    // What training does not look at: running statistics.
    let buffer = try #require(
      run.student.network.state.compactMap { entry -> Buffer? in
        if case .buffer(let buffer) = entry.entry, !buffer.isCounter { buffer } else { nil }
      }.first)
    buffer.value = Tensor(repeating: .nan, buffer.value.shape)
    try run.evaluateEpoch({}, { _ in })
    #expect(run.warnings.contains { $0.cause == "held-out loss" && $0.text.contains("nan") })
  }

  @Test func collapsedPredictionsAreNoticed() throws {
    let run = try Bench.run {
      $0.student = try Bench.teacher(seed: 2)
      $0.goal = Goal(CrossEntropy())
      $0.optimizer = try Bench.call("sgd", ["lr": .number(1e-12)])
      $0.schedule = try Bench.call("constant")
      $0.epochs = 40
    }
    // Weights a thousand times as large make every prediction certain.
    run.student.weights = try run.student.weights.map { try $0 * 1000 }
    try run.take(1)
    #expect(run.warnings.contains { $0.cause == "certainty" })
  }
}

/// A small number, as a critic gives one.
private struct Score: Loss {
  var name: String { "score" }
  func script(_ models: ModelNames) -> String { "score()" }
  var needsTeacher: Bool { false }
  var isMeasured: Bool { false }
  func value(_ input: LossInput) throws -> Tensor { try input.logits.mean() * 1e-6 }
}
