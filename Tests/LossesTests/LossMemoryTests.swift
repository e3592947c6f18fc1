import Catalog
import Foundation
import Layers
import Optimizers
import Tensors
import TestSupport
import Testing

@testable import Losses

/// The memory and the draws of contrastive distillation, the margins of the overhaul, the paraphraser:
/// what losses remember between steps.
@Suite struct LossMemoryTests {
  private func input(_ batch: [Int], labels: [Int32], step: Int = 0, updates: Bool) throws
    -> LossInput
  {
    var input = LossInput(
      logits: Tensor(zeros: [batch.count, 3]), targets: .hard(Labels(labels)))
    input.samples = batch
    input.features = [
      FeaturePair(
        student: try Formula.tensor("student \(step)", [batch.count, 5]),
        teacher: try Formula.tensor("teacher \(step)", [batch.count, 7]))
    ]
    input.context = Context(
      isTraining: true, isRecording: true, updatesState: updates, seed: 3, step: step)
    return input
  }

  private let shapes = LossShapes(
    features: [FeatureShapes(student: [4, 5], teacher: [4, 7])], logits: [4, 3], samples: 30)

  private func crd(_ arguments: [String: Double] = [:]) throws -> (CRD, ContrastParts) {
    let loss = try #require(try make("crd", arguments).terms[0].loss as? CRD)
    let parts = try #require(try loss.parts(for: shapes) as? ContrastParts)
    parts.name()
    parts.initialize(seed: 1)
    return (loss, parts)
  }

  @Test func othersAreDrawnByStep() throws {
    let (_, parts) = try crd()
    // Samples 0 … 9 are known to be of class 0.
    parts.labels.value = try Tensor((0..<30).map { $0 < 10 ? 0 : -1 }, [30])
    let batch = [0, 12, 29, 13]
    let labels: [Int32] = [0, 1, 1, 2]
    func draws(_ step: Int) throws -> [[Int32]] {
      let drawn = try parts.contrasts(
        try input(batch, labels: labels, step: step, updates: false), count: 500)
      #expect(drawn.shape == [4, 501])
      return (0..<4).map { Array(drawn.values[($0 * 501)..<(($0 + 1) * 501)]) }
    }
    let rows = try draws(0)
    for (row, sample) in zip(rows, batch) {
      #expect(row[0] == Int32(sample))
      #expect(!row.dropFirst().contains(Int32(sample)))
    }
    // Not those known to be of the same class, all others.
    #expect(Set(rows[0].dropFirst()) == Set(10..<30))
    #expect(Set(rows[1].dropFirst()) == Set((0..<30).filter { $0 != 12 && $0 != 29 }))
    #expect(try draws(0) == rows)
    #expect(try draws(1) != rows)
  }

  /// Everybody of one class: there is nobody else to draw.
  @Test func oneClassIsFinite() throws {
    let (loss, parts) = try crd()
    parts.labels.value = Tensor(zeros: [30])
    var input = try input([3, 4, 5, 6], labels: [0, 0, 0, 0], updates: false)
    input.parts = parts
    #expect(try loss.value(input).scalar.isFinite)
  }

  @Test func memoryFollowsTheEmbeddings() throws {
    let (loss, parts) = try crd(["momentum": 0.25, "dim": 16])
    let before = (parts.studentBank.value, parts.teacherBank.value, parts.labels.value)
    var looking = try input([7, 2, 9, 4], labels: [0, 1, 2, 1], updates: false)
    looking.parts = parts
    let seen = try loss.value(looking).scalar
    #expect(parts.studentBank.value.values == before.0.values)
    #expect(parts.labels.value.values == before.2.values)
    var moving = try input([7, 2, 9, 4], labels: [0, 1, 2, 1], updates: true)
    moving.parts = parts
    #expect(try loss.value(moving).scalar == seen)
    let embedding = try parts.embed(
      try #require(moving.features[0].teacher), by: parts.teacherHead, moving.context)
    for (row, sample) in [7, 2, 9, 4].enumerated() {
      let old = try before.1.slice(sample..<sample + 1)
      let expected = try (old * 0.25 + embedding.slice(row..<row + 1).detached * 0.75)
        .unitRows()
      let found = try parts.teacherBank.value.slice(sample..<sample + 1)
      #expect(disagreement(found, expected, relative: 1e-5, absolute: 1e-6) == nil)
    }
    #expect(try parts.teacherBank.value.slice(0..<2).values == before.1.slice(0..<2).values)
    #expect(parts.labels.value.values[7] == 0 && parts.labels.value.values[9] == 2)
    #expect(parts.labels.value.values[8] == -1)
  }

  /// The value is the formula's, summed in double precision over the samples that were drawn.
  @Test func valueIsTheFormula() throws {
    let (loss, parts) = try crd(["K": 6, "dim": 16, "T": 0.2])
    var input = try input([7, 2, 9, 4], labels: [0, 1, 2, 1], updates: false)
    input.parts = parts
    let drawn = try parts.contrasts(input, count: 6)
    let student = try parts.embed(input.features[0].student, by: parts.studentHead, input.context)
    let teacher = try parts.embed(
      try #require(input.features[0].teacher), by: parts.teacherHead, input.context)
    var expected = 0.0
    let z = 30 * exp(1 / (2 * 16 * 0.04))
    for (own, bank) in [(student, parts.teacherBank), (teacher, parts.studentBank)] {
      for row in 0..<4 {
        for place in 0..<7 {
          let sample = Int(drawn.values[row * 7 + place])
          let product = try own.slice(row..<row + 1).dot(
            bank.value.slice(sample..<sample + 1))
          let (p, c) = (exp(product / 0.2) / z, 6.0 / 30)
          expected -= log(place == 0 ? p / (p + c) : c / (p + c)) / 4
        }
      }
    }
    #expect(disagreement(Double(try loss.value(input).scalar), expected, relative: 1e-5) == nil)
  }

  @Test func samplesOutsideTheMemoryAreRefused() throws {
    let (loss, parts) = try crd()
    for batch in [[0, 1, 2, 30], [0, 1, 2, -1]] {
      var input = try input(batch, labels: [0, 1, 2, 1], updates: true)
      input.parts = parts
      #expect(throws: ShapeError.self) { try loss.value(input) }
    }
    #expect(throws: Failure.self) {
      try loss.parts(for: LossShapes(features: shapes.features, logits: [4, 3], samples: 1))
    }
  }
}
