import Catalog
import Datasets
import Foundation
import Layers
import Losses
import Models
import Optimizers
import Tensors
import TestSupport
import Testing
import Training

/// Probes: what they tell, and that they change nothing.
@Suite struct ProbeTests {
  /// Two runs alike, one of them looked at by a probe in between: their next steps must be the same
  /// bits.
  private func changesNothing(
    _ change: (inout RunSetup) throws -> Void = { _ in }, _ look: (Run) throws -> Void
  ) throws {
    let (plain, looked) = (try Bench.run(change), try Bench.run(change))
    for steps in [0, 2, 3] {
      try plain.take(steps)
      try looked.take(steps)
      let warnings = looked.warnings
      try look(looked)
      #expect(looked.isIdentical(to: plain))
      #expect(looked.warnings == warnings)
    }
    try plain.take(2)
    try looked.take(2)
    #expect(looked.isIdentical(to: plain))
    // The way back is the same, too.
    _ = try plain.rewind(to: 1, check: {})
    _ = try looked.rewind(to: 1, check: {})
    #expect(looked.isIdentical(to: plain))
  }

  @Test func probeChangesNothing() throws {
    try changesNothing { _ = try $0.probe(batches: 2) }
  }

  @Test func outlookChangesNothing() throws {
    try changesNothing { run in
      _ = try run.outlook(steps: 3) { trial in
        _ = try trial.setMember("goal", to: .object(Goal(KD(temperature: 8))))
        _ = try trial.optimizer.setMember("lr", to: .number(3))
      }
    }
  }

  @Test func sweepChangesNothing() throws {
    try changesNothing { _ = try $0.sweepRates(steps: 20) }
    let isAdamW: (inout RunSetup) throws -> Void = { $0.optimizer = try Bench.call("adamw") }
    try changesNothing(isAdamW) { _ = try $0.sweepRates(steps: 12) }
  }

  @Test func layersChangeNothing() throws {
    try changesNothing { _ = try $0.layers(.activations) }
    try changesNothing { _ = try $0.layers(.gradients) }
    try changesNothing { _ = try $0.layers(.activations, ahead: 4, every: 2) }
  }

  @Test func anInterruptedProbeChangesNothing() throws {
    struct Stop: Error {}
    try changesNothing { run in
      var looks = 0
      #expect(throws: Stop.self) {
        try run.sweepRates(
          steps: 20,
          check: {
            looks += 1
            if looks == 5 { throw Stop() }
          })
      }
      #expect(looks == 5)
    }
  }

  /// Norms and cosines against the gradients of runs with one term each.
  @Test func termsAreTheirOwnGradients() throws {
    let run = try Bench.run()
    let probe = try run.probe()
    let batch = try #require(try run.upcomingBatches(1).first)
    let seen = try run.observe(batch)
    let parts = try [0, 1].map { try seen.gradients(ofTerm: $0) }
    let weights = [1.0, 5]
    func product(_ a: Int, _ b: Int) -> Double {
      zip(parts[a], parts[b]).reduce(0.0) { sum, pair in
        zip(pair.0.values, pair.1.values).reduce(sum) { $0 + Double($1.0) * Double($1.1) }
      }
    }
    for index in [0, 1] {
      let term = probe.terms[index]
      let norm = weights[index] * product(index, index).squareRoot()
      #expect(disagreement(term.norm, norm, relative: 1e-5) == nil)
      let groups = term.groupNorms.reduce(0) { $0 + $1 * $1 }.squareRoot()
      #expect(disagreement(groups, norm, relative: 1e-5) == nil)
      #expect(term.cosines[index] == 1)
    }
    let cosine = product(0, 1) / (product(0, 0) * product(1, 1)).squareRoot()
    #expect(disagreement(probe.terms[0].cosines[1] ?? 9, cosine, relative: 1e-4) == nil)
    #expect(probe.terms[0].cosines[1] == probe.terms[1].cosines[0])
    #expect(disagreement(probe.terms.map(\.share).reduce(0, +), 1, relative: 1e-12) == nil)
    let total = gradientNorm(try run.observe(batch).gradients())
    #expect(disagreement(probe.norm, total, relative: 1e-5) == nil)
    let loss = try run.advance().loss
    #expect(disagreement(probe.loss, loss, relative: 1e-5) == nil)
  }

  @Test func severalBatchesAreMeans() throws {
    let run = try Bench.run { $0.augmentation = .none }
    let values = try run.upcomingBatches(3).map { batch in
      Double(try run.observe(batch).terms[0].value.scalar)
    }
    let probe = try run.probe(batches: 3)
    #expect(probe.batches == 3)
    #expect(
      disagreement(probe.terms[0].value, values.reduce(0, +) / 3, relative: 1e-6) == nil)
  }

  /// The step that is tried is the step that is made.
  @Test func outlookTellsTheStep() throws {
    let run = try Bench.run { $0.augmentation = .none }
    let batch = try #require(try run.upcomingBatches(1).first)
    let outlook = try run.outlook { _ in }
    let result = try run.advance()
    #expect(outlook.before.loss == result.loss && outlook.before.accuracy == result.accuracy)
    #expect(outlook.gradientNorm == result.norm)
    let after = try run.observe(batch, isRecording: false)
    #expect(
      disagreement(outlook.after?.loss ?? .nan, Double(after.total.scalar), relative: 1e-6) == nil)
  }

  @Test func aStepThatFailsIsTold() throws {
    let run = try Bench.run()
    let outlook = try run.outlook(steps: 4) { trial in
      _ = try trial.optimizer.setMember("lr", to: .number(1e30))
    }
    #expect(
      outlook.after == nil || outlook.after?.loss.isFinite == false || outlook.obstacle == nil)
    #expect(run.steps == 0)
  }

  @Test func sweepGrowsAndSuggests() throws {
    let run = try Bench.run { $0.optimizer = try Bench.call("sgd", ["lr": .number(0.1)]) }
    let sweep = try run.sweepRates(from: 1e-5, to: 100, steps: 60)
    #expect(sweep.rates.count == sweep.losses.count && sweep.rates.count == sweep.smoothed.count)
    #expect(disagreement(sweep.rates[0], 1e-5, relative: 1e-6) == nil)
    let ratios = zip(sweep.rates, sweep.rates.dropFirst()).map { $1 / $0 }
    let ratio = pow(1e7, 1.0 / 59)
    #expect(ratios.allSatisfy { disagreement($0, ratio, relative: 1e-9) == nil })
    #expect(sweep.diverged && sweep.rates.count < 60)
    for suggestion in [sweep.valley, sweep.steep, sweep.minimum] {
      let rate = try #require(suggestion)
      #expect(rate > 1e-6 && rate < sweep.rates.last ?? 0)
    }
  }

  @Test func statisticsAreTheirDefinitions() throws {
    let run = try Bench.run { $0.student = try Bench.teacher(seed: 4) }
    let snapshot = try run.layers(.activations)
    #expect(snapshot.step == 1 && snapshot.layers.count >= 2)
    let batch = try #require(try run.upcomingBatches(1).first)
    for layer in snapshot.layers {
      let seen = try run.observe(batch, isRecording: false, studentFeatures: [layer.layer])
      let values = try #require(seen.studentFeatures[layer.layer]).values.map { Double($0) }
      let n = Double(values.count)
      let mean = values.reduce(0, +) / n
      let square = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / n
      #expect(layer.count == values.count)
      #expect(disagreement(layer.mean, mean, relative: 1e-6, absolute: 1e-9) == nil)
      #expect(disagreement(layer.deviation, square.squareRoot(), relative: 1e-5) == nil)
      #expect(layer.nearZero == Double(values.count { abs($0) <= 0.05 }) / n)
      #expect(layer.bins.count == 40 && layer.bins.reduce(0, +) > 0.9 * n)
    }
    let gradients = try run.layers(.gradients)
    #expect(gradients.layers.reduce(0) { $0 + $1.count } == run.student.parameterCount)
  }
}
