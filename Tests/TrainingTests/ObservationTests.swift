import Catalog
import Datasets
import Layers
import Losses
import Models
import Optimizers
import Tensors
import TestSupport
import Testing

@testable import Training

/// Looking at a step without making it.
@Suite struct ObservationTests {
  static let goals = ["ce() + 5*kd(T=2)", "ce() + 0.5*hint() + 0.1*critic()"]

  static func run(_ goal: String) throws -> Run {
    try Bench.run { $0.goal = try Goal.read(try Bench.resolve(goal)) }
  }

  @Test(arguments: goals) func anObservationIsTheNextStep(_ goal: String) throws {
    let run = try Self.run(goal)
    for _ in 0..<4 {
      let batch = try run.upcomingBatches(1)[0]
      let seen = try run.observe(batch)
      let result = try run.advance()
      #expect(Double(seen.total.scalar) == result.loss)
      #expect(seen.terms.map(\.name) == result.terms.map(\.name))
      #expect(seen.terms.map { Double($0.value.scalar) } == result.terms.map(\.value))
    }
  }

  @Test(arguments: goals) func anObservationChangesNothing(_ goal: String) throws {
    let (run, twin) = (try Self.run(goal), try Self.run(goal))
    for _ in 0..<3 {
      let batch = try run.upcomingBatches(2)[1]
      let seen = try run.observe(
        batch, studentFeatures: ["layer1"], teacherFeatures: ["hidden.0"])
      #expect(seen.studentFeatures["layer1"]?.shape == [batch.samples.count, 8, 8, 16])
      #expect(seen.teacherFeatures["hidden.0"]?.shape == [batch.samples.count, 16])
      #expect(try seen.gradients(ofTerm: 0).count == seen.parameters.count)
      #expect(try seen.gradients().count == seen.parameters.count)
      _ = try run.observe(batch, goal: try Goal.read(try Bench.resolve("ce() + hint()")))
      let silent = try run.observe(batch, isRecording: false)
      #expect(silent.total.node == nil)
      try run.take(1)
      try twin.take(1)
    }
    #expect(run.isIdentical(to: twin))
  }

  @Test func upcomingBatchesAreThoseOfTheSteps() throws {
    let run = try Bench.run()
    try run.take(1)
    let batches = try run.upcomingBatches(5)
    for batch in batches {
      let next = try run.nextBatch()
      #expect(next.samples == batch.samples && next.epoch == batch.epoch)
      #expect(areIdentical([next.images], [batch.images]))
      try run.take(1)
    }
    #expect(Set(batches.prefix(2).flatMap(\.samples)).count == 14)
  }

  @Test func unknownPlacesAreNamed() throws {
    let run = try Bench.run()
    let batch = try run.upcomingBatches(1)[0]
    let failure = #expect(throws: Failure.self) {
      try run.observe(batch, studentFeatures: ["layer4"])
    }
    #expect(failure?.message == "the student resnet8 has no module 'layer4'")
    #expect(failure?.advice?.contains("layer") == true)
    let wrong = try Goal.read(try Bench.resolve("hint(on=\"layer9\")"))
    #expect(throws: Failure.self) { try run.setMember("goal", to: .object(wrong)) }
    #expect(throws: Failure.self) { try Bench.run { $0.goal = wrong } }
  }

  @Test func trialsLeaveNoTrace() throws {
    let (run, twin) = (try Self.run(Self.goals[1]), try Self.run(Self.goals[1]))
    struct Enough: Error {}
    for turn in 0..<3 {
      #expect(throws: Enough.self) {
        try run.trial { run in
          _ = try run.optimizer.setMember("lr", to: .number(0.5))
          _ = try run.setMember("goal", to: .object(try Bench.goal()))
          _ = try run.setMember("batch", to: .number(3))
          try run.take(2)
          _ = try run.setMember("teacher", to: .object(try Bench.teacher(seed: 4)))
          try run.take(2)
          throw Enough()
        }
      }
      #expect(run.takeNews() == [])
      #expect(run.student.normalisation == twin.student.normalisation)
      #expect(run.isIdentical(to: twin))
      // Weights that somebody else has set are still known to be that.
      if turn == 1 { for run in [run, twin] { run.student.weights = run.initialWeights } }
      try run.take(12)
      try twin.take(12)
    }
    try run.rewind(to: 27, check: {})
    try twin.rewind(to: 27, check: {})
    #expect(run.isIdentical(to: twin))
  }
}
