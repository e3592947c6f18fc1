import Catalog
import Checkpoints
import Datasets
import Foundation
import Layers
import Models
import Optimizers
import Tensors
import TestSupport
import Testing
import Training

/// Averaged weights, clipped gradients and optimizers that change, as parts of a run.
@Suite struct AveragingTests {
  private func run(_ ema: Averaging, clip: Clipping? = nil) throws -> Run {
    try Bench.run { setup in
      setup.averaging = ema
      setup.clipping = clip
      setup.optimizer = try Bench.call("ranger", ["lr": .number(0.01), "k": .number(3)])
      setup.schedule = try Bench.call("cosine", ["warmup_steps": .number(2)])
    }
  }

  private func returned(_ run: Run) throws -> Run {
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("run-\(UUID().uuidString).safetensors").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try run.checkpoint().writeSafetensors(path)
    return try Run.restored(
      from: try Checkpoint.read(path), named: path, resolve: Bench.resolve)
  }

  private func averages(_ run: Run) throws -> [Tensor] {
    try #require(try run.averagedStudent()).weights
  }

  @Test func theMeanIsThatOfItsDefinition() throws {
    let run = try run(.decay(0.5))
    #expect(try run.averagedStudent() == nil)
    var expected = run.student.weights.map { $0.values.map(Double.init) }
    for step in 1...6 {
      try run.take(1)
      // The warm-up of the decay ends at (1 + t)/(10 + t) = 0.5, after eight steps.
      let decay = min(0.5, Double(1 + step) / Double(10 + step))
      for (index, tensor) in run.student.weights.enumerated() {
        for (place, value) in tensor.values.enumerated() {
          expected[index][place] += (1 - decay) * (Double(value) - expected[index][place])
        }
      }
    }
    let keys = run.student.network.state.map(\.key)
    for (index, tensor) in try averages(run).enumerated() {
      if keys[index].hasSuffix("num_batches_tracked") {
        #expect(tensor.values == [6])
      } else {
        #expect(
          disagreement(
            tensor.values.map(Double.init), expected[index], relative: 1e-5, absolute: 1e-6) == nil)
      }
    }
  }

  @Test func decaysScaleToThePlan() throws {
    #expect(try Averaging.read(.bool(true)) == .scaled)
    #expect(try Averaging.read(.number(0.999)) == .decay(0.999))
    #expect(try Averaging.read(.none) == .off)
    #expect(Averaging.scaled.literal == "true" && Averaging.off.literal == "none")
    for wrong in [Value.number(1), .number(-0.1), .number(.nan), .string("x")] {
      #expect(throws: Mismatch.self) { try Averaging.read(wrong) }
    }
    // 12 steps are planned, a fifteenth of them is less than one.
    #expect(try run(.scaled).notes.last?.contains("decay 0") == true)
    let long = try Bench.run { setup in
      setup.averaging = .scaled
      setup.epochs = 1000
    }
    #expect(
      long.notes == [
        "ema=true averages the weights over a fifteenth of the 3000 steps planned: decay 0.995"
      ])
    #expect(try run(.off).notes.isEmpty)
  }

  @Test func evaluationShowsBothAndTheStudentKeepsItsOwn() throws {
    let run = try run(.decay(0.9))
    try run.advance(to: 3, evaluates: true, check: {}, report: { _ in })
    let own = run.student.weights
    let averaged = try #require(try run.averagedStudent())
    let other = try evaluate(averaged, on: run.data.test, of: run.data)
    #expect(run.log["test_ema_loss"]?.last == other.loss)
    #expect(run.log["test_ema_accuracy"]?.last == other.accuracy)
    #expect(run.log["test_loss"]?.last != other.loss)
    #expect(areIdentical(run.student.weights, own))
    #expect(!areIdentical(averaged.weights, own))
  }

  @Test(arguments: [1, 4, 7])
  func savedRunsGoOnToTheBit(_ steps: Int) throws {
    let run = try run(.decay(0.9), clip: try Clipping.read(.number(0.5)))
    try run.take(steps)
    let again = try returned(run)
    #expect(again.isIdentical(to: run))
    #expect(again.averaging == .decay(0.9) && again.clipping?.script == "clip_norm(0.5)")
    #expect(areIdentical(try averages(again), try averages(run)))
    try run.take(4)
    try again.take(4)
    #expect(again.isIdentical(to: run))
    #expect(areIdentical(try averages(again), try averages(run)))
    let (slow, other) = (try run.slowStudent(), try again.slowStudent())
    #expect(areIdentical(slow?.weights ?? [], other?.weights ?? run.initialWeights))
    try again.rewind(to: 2, check: {})
    try run.rewind(to: 2, check: {})
    #expect(areIdentical(try averages(again), try averages(run)))
  }

  @Test func rewoundAndForkedRunsHaveTheirAverages() throws {
    let run = try run(.scaled)
    try run.take(3)
    let early = (try averages(run), run.student.weights)
    let fork = try run.fork()
    try run.take(4)
    let late = try averages(run)
    #expect(areIdentical(try averages(fork), early.0))
    try fork.take(4)
    #expect(areIdentical(try averages(fork), late))
    try run.rewind(to: 3, check: {})
    #expect(areIdentical(try averages(run), early.0))
    #expect(areIdentical(run.student.weights, early.1))
  }

  @Test func averagesBeginAndEndInMidRun() throws {
    let run = try run(.off)
    try run.take(2)
    #expect(try run.setMember("ema", to: .number(0.5)))
    let before = run.student.weights
    try run.take(1)
    let mean = try averages(run)
    // The first averaged step weighs 1 − 2/11.
    let expected = try zip(before, run.student.weights).map { try $0 + ($1 - $0) * Float(9.0 / 11) }
    #expect(
      zip(mean, expected).filter { $0.0.count > 1 }.allSatisfy { a, b in
        disagreement(
          a.values.map(Double.init), b.values.map(Double.init), relative: 1e-5, absolute: 1e-6)
          == nil
      })
    #expect(try run.setMember("ema", to: .none))
    #expect(try run.averagedStudent() == nil)
    #expect(run.record.script.contains("run.ema = 0.5\nstep run, 1\nrun.ema = none"))
    #expect(throws: Failure.self) { try run.setMember("ema", to: .number(2)) }
  }

  @Test func gradientsAreClippedAndTheirNormLogged() throws {
    let free = try Bench.run()
    let bound = try Bench.run { $0.clipping = try Clipping.read(.number(0.1)) }
    try free.take(1)
    try bound.take(1)
    #expect(free.log["grad_norm"] == nil)
    let norm = try #require(bound.log["grad_norm"]?.last)
    #expect(norm > 0.2)
    func moved(_ run: Run) throws -> Double {
      try zip(run.student.network.parameters, free.student.network.parameters).map { own, _ in
        let first = run.student.network.state.firstIndex { $0.key == own.key } ?? 0
        return try (own.parameter.value - run.initialWeights[first]).squaredNorm
      }.reduce(0, +).squareRoot()
    }
    // Plain SGD in its first step: the way is as long as the gradient.
    #expect(abs(try moved(bound) / moved(free) - 0.1 / norm) < 1e-2 * 0.1 / norm)
    #expect(try bound.setMember("clip", to: .none))
    #expect(bound.member("clip")?.line() == "none")
    try bound.take(1)
    #expect(bound.record.script.contains("clip=clip_norm(0.1)"))
    #expect(bound.record.script.contains("run.clip = none"))
  }

  /// A run whose optimizer changes keeps what both know; rewinding and files follow it.
  @Test func changedOptimizersGoOnFromWhatTheyKnow() throws {
    let run = try Bench.run { $0.optimizer = try Bench.call("adam", ["lr": .number(0.01)]) }
    try run.take(3)
    let before = run.optimizer.state.tensors
    #expect(
      try run.setMember("optimizer", to: .object(try Bench.call("ranger", as: Optimizer.self))))
    #expect(run.optimizer.stepCount == 3)
    let after = run.optimizer.state.tensors
    #expect(
      before.allSatisfy { key, tensor in after[key].map { areIdentical([$0], [tensor]) } ?? false })
    let again = try returned(run)
    try run.take(4)
    try again.take(4)
    #expect(again.isIdentical(to: run))
    let late = try returned(run)
    try run.take(3)
    try run.rewind(to: 7, check: {})
    #expect(late.isIdentical(to: run))
    try late.rewind(to: 5, check: {})
    try run.rewind(to: 5, check: {})
    #expect(late.isIdentical(to: run))
  }

  @Test func aModelFromARunKnowsWhereItIsFrom() throws {
    let run = try run(.decay(0.9))
    try run.take(2)
    let model = try #require(try run.averagedStudent())
    try run.take(3)
    var variables = VariableNames()
    let lines = model.past.flatMap { $0.statements(model: "m", &variables) }
    #expect(lines.suffix(2) == ["step run, 2", "m = run.averaged"])
    #expect(model.normalisation == run.student.normalisation)
    #expect(run.memberNames.contains("averaged") && run.memberNames.contains("slow"))
  }
}
