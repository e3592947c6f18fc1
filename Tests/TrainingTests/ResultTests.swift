import Datasets
import Foundation
import Images
import Tensors
import TestSupport
import Testing
import Training

/// Figures about results: calibration, confusion, fidelity, temperature.
@Suite struct ResultTests {
  /// Judges logits given as rows against the labels of a split made for it.
  private func judged(
    _ logits: [[Float]], _ labels: [Int], teacher: [[Float]]? = nil, batchSize: Int = 3
  ) throws -> [Judgement] {
    let classes = logits[0].count
    let split = Split(
      "rows",
      images: FloatImages(labels.indices.map { Float($0) }, height: 1, width: 1, channels: 1),
      labels: labels.map { Int32($0) }, classes: classes,
      normalisation: .identity(channels: 1))
    func rows(_ table: [[Float]]) -> (Tensor) throws -> Tensor {
      { images in
        let indices = images.values.map { Int($0.rounded()) }
        return try Tensor(indices.flatMap { table[$0] }, [indices.count, classes])
      }
    }
    var result: [Judgement] = []
    try judge(
      on: split, batchSize: batchSize, model: rows(logits), teacher: teacher.map(rows)
    ) { index, judgement in
      #expect(index == result.count)
      result.append(judgement)
    }
    return result
  }

  /// Logits of given probabilities.
  private func logs(_ shares: [Double]) -> [Float] { shares.map { Float(Foundation.log($0)) } }

  private let shares = [
    [0.7, 0.2, 0.1], [0.5, 0.3, 0.2], [0.1, 0.8, 0.1], [0.25, 0.25, 0.5], [0.05, 0.05, 0.9],
  ]
  private let labels = [0, 1, 1, 0, 2]

  /// A model that has run away is judged all the same, by figures that are no numbers.
  @Test(arguments: [Float.nan, .infinity, -.infinity])
  func logitsThatAreNoNumbersAreJudged(_ number: Float) throws {
    var calibration = Calibration()
    for judgement in try judged([[number, 0, 1], [number, number, number]], [0, 1]) {
      calibration.add(judgement.model)
      #expect((0..<3).contains(judgement.model.predicted))
    }
    #expect(calibration.samples == 2 && !(calibration.error >= 0))
  }

  @Test func verdictsAreTheirDefinitions() throws {
    let judgements = try judged(shares.map(logs), labels)
    #expect(judgements.map(\.model.predicted) == [0, 0, 1, 2, 2])
    #expect(judgements.map(\.model.rank) == [0, 1, 0, 1, 0])
    for (judgement, (p, label)) in zip(judgements, zip(shares, labels)) {
      let own = judgement.model
      #expect(disagreement(own.confidence, p.max() ?? 0, relative: 1e-6) == nil)
      #expect(disagreement(own.loss, -Foundation.log(p[label]), relative: 1e-6) == nil)
      let entropy = -p.map { $0 * Foundation.log($0) }.reduce(0, +)
      #expect(disagreement(own.entropy, entropy, relative: 1e-6) == nil)
      let brier = p.enumerated().map { pow($1 - ($0 == label ? 1 : 0), 2) }.reduce(0, +)
      #expect(disagreement(own.brier, brier, relative: 1e-5) == nil)
      #expect(judgement.teacher == nil && judgement.agrees == nil)
    }
  }

  /// Five samples, by hand: bins of width 1/15 hold one confidence each (0.5 twice, in one bin).
  @Test func calibrationErrorByHand() throws {
    var calibration = Calibration()
    for judgement in try judged(shares.map(logs), labels) { calibration.add(judgement.model) }
    #expect(calibration.samples == 5 && calibration.bins.count == 15)
    // 0.7 right: gap 0.3; 0.5 wrong twice: gap 0.5 with weight 2; 0.8 right: 0.2; 0.9 right: 0.1.
    let expected = (0.3 + 2 * 0.5 + 0.2 + 0.1) / 5
    #expect(disagreement(calibration.error, expected, relative: 1e-6) == nil)
    #expect(disagreement(calibration.largestGap, 0.5, relative: 1e-6) == nil)
    #expect(disagreement(calibration.meanConfidence, 3.4 / 5, relative: 1e-6) == nil)
    #expect(calibration.accuracy == 0.6)
  }

  @Test(arguments: [(0.0, 0), (1.0 / 15, 0), (0.0667, 1), (0.5, 7), (14.0 / 15, 13), (1, 14)])
  func binsAreOpenBelowAndClosedAbove(_ confidence: Double, _ bin: Int) {
    var calibration = Calibration()
    calibration.add(
      Verdict(predicted: 0, confidence: confidence, rank: 0, loss: 0, entropy: 0, brier: 0))
    #expect(calibration.bins[bin].count == 1)
  }

  @Test func confusionCountsAndRatios() throws {
    var confusion = ConfusionMatrix(classes: 4)
    for judgement in try judged(shares.map(logs), labels) {
      confusion.add(
        truth: [Int32(judgement.label)], predicted: [Int32(judgement.model.predicted)])
    }
    #expect(confusion.count(label: 0, predicted: 0) == 1)
    #expect(confusion.count(label: 0, predicted: 2) == 1)
    #expect(confusion.recall(1) == 0.5 && confusion.precision(1) == 1)
    #expect(confusion.precision(0) == 0.5 && confusion.f1(0) == 0.5)
    #expect(disagreement(confusion.f1(2) ?? 0, 2.0 / 3, relative: 1e-12) == nil)
    #expect(confusion.recall(3) == nil && confusion.f1(3) == nil)
    #expect(confusion.mostConfused.map(\.count) == [1, 1])
    #expect(confusion.mostConfused.first?.label == 0 && confusion.mistakes(2).isEmpty)
    #expect(confusion.shares(of: 2) == [[0.5, 0], [0.5, 0.5]])
  }

  @Test func fidelityCountsTheTeachersErrors() throws {
    // The teacher is wrong on 1 and 3 (as the student), and on 4 (which the student gets right).
    let teacher = [
      [0.6, 0.3, 0.1], [0.6, 0.2, 0.2], [0.3, 0.4, 0.3], [0.1, 0.2, 0.7], [0.8, 0.1, 0.1],
    ]
    var sums = EvaluationSums()
    for judgement in try judged(shares.map(logs), labels, teacher: teacher.map(logs)) {
      sums.add(judgement)
    }
    let evaluation = sums.evaluation(classes: 3)
    let fidelity = try #require(evaluation.fidelity)
    #expect(fidelity.teacherErrors == 3 && fidelity.teacherAccuracy == 0.4)
    #expect(disagreement(fidelity.kept ?? 0, 2.0 / 3, relative: 1e-12) == nil)
    #expect(disagreement(fidelity.corrected ?? 0, 1.0 / 3, relative: 1e-12) == nil)
    #expect(fidelity.lost == 0 && fidelity.agreement == 0.8)
    var divergence = 0.0
    for (t, s) in zip(teacher, shares) {
      for (p, q) in zip(t, s) { divergence += p * Foundation.log(p / q) }
    }
    #expect(disagreement(fidelity.divergence, divergence / 5, relative: 1e-5) == nil)
    #expect(evaluation.top5 == nil && evaluation.accuracy == 0.6)
  }

  /// Probabilities that tell the truth at T = 1 are doubled in logits: the fit must find 2.
  @Test(arguments: [0.5, 1, 2, 6])
  func temperatureIsFound(_ temperature: Double) throws {
    // Of 20 samples of each row, as many have a label as its probability says.
    let truth = [[0.7, 0.2, 0.1], [0.2, 0.2, 0.6], [0.4, 0.5, 0.1]]
    var logits: [Float] = []
    var labels: [Int] = []
    for row in truth {
      for (label, share) in row.enumerated() {
        for _ in 0..<Int((share * 20).rounded()) {
          logits += row.map { Float(Foundation.log($0) * temperature) }
          labels.append(label)
        }
      }
    }
    let fit = try TemperatureScaling(logits: logits, labels: labels)
    #expect(disagreement(fit.temperature, temperature, relative: 1e-4) == nil)
    #expect(fit.lossAfter <= fit.lossBefore && fit.samples == 60)
  }

  @Test func temperatureOfPerfectAndHopelessModelsIsBounded() throws {
    let right = try TemperatureScaling(logits: [5, 0, 0, 5], labels: [0, 1])
    #expect(TemperatureScaling.range.contains(right.temperature) && right.temperature < 1)
    let wrong = try TemperatureScaling(logits: [5, 0, 0, 5], labels: [1, 0])
    #expect(TemperatureScaling.range.contains(wrong.temperature) && wrong.temperature > 10)
    #expect(throws: (any Error).self) { try TemperatureScaling(logits: [1], labels: [0, 1]) }
    #expect(throws: (any Error).self) { try TemperatureScaling(logits: [1, 2], labels: [2]) }
  }

  @Test func resultsThatAreNoLogitsAreRefused() throws {
    let split = Bench.data().test
    #expect(throws: (any Error).self) {
      try judge(on: split, model: { _ in try Tensor([1, 2], [1, 2]) }, note: { _, _ in })
    }
    #expect(throws: (any Error).self) {
      try judge(on: split, model: { $0 }, note: { _, _ in })
    }
  }
}
