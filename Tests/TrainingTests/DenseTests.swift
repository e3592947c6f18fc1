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

/// Logits of pixels: figures count the pixels that have a label.
@Suite struct DenseTests {
  @Test func sharesLeaveIgnoredPixelsOut() throws {
    let labels = try Labels([0, 255, 2, 1], [1, 2, 2])
    let a = try Labels([0, 1, 2, 2], [1, 2, 2])
    let b = try Labels([1, 1, 2, 2], [1, 2, 2])
    #expect(share(a, labels, ignoring: 255) == 2.0 / 3)
    #expect(share(a, b, where: labels, ignoring: 255) == 2.0 / 3)
    #expect(share(a, b, where: labels, ignoring: nil) == 0.75)
    let nothing = try Labels([255, 255, 255, 255], [1, 2, 2])
    #expect(share(a, nothing, ignoring: 255) == 0)
    // 255 is a class like any other where each sample has one.
    #expect(share(Labels([255, 1]), Labels([255, 1]), ignoring: nil) == 1)
    #expect(Labels.ignored(by: Tensor(zeros: [2, 300])) == nil)
    #expect(Labels.ignored(by: Tensor(zeros: [2, 3, 3, 300])) == 255)
  }

  @Test func coarseLogitsAreHeldAgainstTheMiddle() throws {
    let labels = try Labels((0..<16).map { Int32($0) }, [1, 4, 4])
    #expect(labels.resampled(to: [1, 2, 2]).values == [5, 7, 13, 15])
    #expect(labels.resampled(to: [1, 4, 4]) == labels)
    let small = try Labels([3, 4], [1, 1, 2])
    #expect(small.resampled(to: [1, 2, 4]).values == [3, 3, 4, 4, 3, 3, 4, 4])
  }

  private func network(_ seed: Int) throws -> Model {
    try Model(
      name: "pixels", script: "pixels()", classes: 4, channels: 3, size: 32, seed: seed,
      task: .segmentation
    ) { Conv2d(3, 4, kernel: 3, padding: 1) }
  }

  @Test func stepsAndEvaluationsCountPixels() throws {
    let scenes = try #require(dataRegistry.declarations.first { $0.name == "scenes" })
    let data = try Dataset.read(
      try scenes.call(
        [("digits", 3), ("size", 32), ("train", 6), ("test", 3)].map {
          GivenArgument(.number($0.1), name: $0.0)
        }, NoSession()))
    let run = try Run(
      RunSetup(
        student: try network(1), teacher: try network(2), data: data, goal: Goal(Pixels()),
        optimizer: try Bench.sgd(), schedule: .usual, augmentation: .none, batch: 4, epochs: 2,
        seed: 0, shuffle: true))
    let batch = try run.upcomingBatches(1)[0]
    let seen = try run.observe(batch)
    let result = try run.advance()
    #expect(result.samples == 4 && batch.labels.count == 4 * 32 * 32)
    let own = try seen.logits.argmax().values
    let teachers = try #require(try seen.teacherLogits?.argmax().values)
    let counted = batch.labels.values.indices.filter { batch.labels.values[$0] != 255 }
    let right = counted.filter { own[$0] == batch.labels.values[$0] }.count
    let same = counted.filter { own[$0] == teachers[$0] }.count
    #expect(result.accuracy == Double(right) / Double(counted.count))
    #expect(result.agreement == Double(same) / Double(counted.count))

    let evaluation = try evaluate(run.student, on: data.test, of: data, teacher: run.teacher)
    let test = try data.test.batch(Array(0..<3))
    let logits = try run.student(test.images, .evaluation)
    let predicted = try logits.argmax()
    #expect(evaluation.accuracy == share(predicted, test.labels, ignoring: 255))
    #expect(evaluation.samples == 3)
    let loss = try crossEntropy(logits, test.labels, ignoring: 255)
    #expect(disagreement(evaluation.loss, Double(loss.scalar), relative: 1e-5) == nil)
    #expect((0...1).contains(evaluation.agreement ?? -1) && (evaluation.divergence ?? -1) >= 0)
  }
}

/// Cross entropy over the pixels that have a label.
private struct Pixels: Loss {
  var name: String { "pixels" }
  func script(_ models: ModelNames) -> String { "pixels()" }
  var needsTeacher: Bool { false }
  func value(_ input: LossInput) throws -> Tensor {
    try crossEntropy(input.logits, input.labels, ignoring: 255)
  }
}
