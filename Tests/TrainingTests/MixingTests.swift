import Catalog
import Datasets
import Images
import Layers
import Losses
import Models
import Tensors
import TestSupport
import Testing

@testable import Training

/// Mixed pictures and labels in a step.
@Suite struct MixingTests {
  private func run(_ mixing: Mixing) throws -> Run {
    try Bench.run {
      $0.augmentation = Augmentation([RandomCrop(padding: 1), RandAugment()], mixing: mixing)
    }
  }

  @Test func theLossIsThatOfTheMixedLabels() throws {
    let run = try run(Mixing(mixup: 0.8, cutmix: 0))
    let batch = try run.nextBatch()
    let mixes = try #require(batch.mixes)
    #expect(mixes.contains { $0.label != $0.other && $0.share < 1 })
    let context = Context(
      isTraining: true, isRecording: false, seed: UInt64(bitPattern: Int64(run.seed)), step: 0)
    let logits = try Bench.student()(batch.images, context)
    let rows = try logits.logSoftmax().values
    var expected = 0.0
    for (row, mix) in mixes.enumerated() {
      let own = Double(rows[row * 4 + Int(mix.label)])
      let other = Double(rows[row * 4 + Int(mix.other)])
      expected -= (Double(mix.share) * own + Double(1 - mix.share) * other) / Double(mixes.count)
    }
    let result = try run.advance()
    let term = try #require(result.terms.first { $0.name == "ce" })
    #expect(abs(term.value - expected) < 1e-5 * abs(expected))
  }

  /// Interrupted anywhere and saved, a run with everything on goes on to the bit.
  @Test func mixedRunsAreReplayed() throws {
    let mixing = Mixing(mixup: 0.8, cutmix: 1)
    let (a, b) = (try run(mixing), try run(mixing))
    try a.take(5)
    try b.take(2)
    let again = try Run.restored(
      from: try b.checkpoint(), named: "x.athanor", resolve: Bench.resolve)
    try again.take(3)
    #expect(again.isIdentical(to: a))
    try a.rewind(to: 2, check: {})
    #expect(a.isIdentical(to: b))
  }

  /// Teacher and student see the same picture: x_T = (x·std_S + mean_S − mean_T)/std_T, also where
  /// no deviation is 1.
  @Test func theTeachersPictureIsTheStudentsRenormalised() throws {
    let run = try run(Mixing(mixup: 0.8, cutmix: 1))
    let teacher = try #require(run.teacher)
    teacher.normalisation = .init(mean: [0.3], std: [0.7])
    let batch = try run.nextBatch()
    let own = try renormalised(batch.images, for: teacher, from: run.data)
    for (x, found) in zip(batch.images.values, own.values) {
      // The bench's pictures are normalised with mean 0.5 and deviation 0.25.
      let pixel = Double(x) * 0.25 + 0.5
      #expect(abs(Double(found) - (pixel - 0.3) / 0.7) < 1e-5)
    }
    let logits = try #require(try run.teacherLogits(batch.images))
    let direct = try teacher(own, .evaluation)
    #expect(
      disagreement(
        logits.values.map(Double.init), direct.values.map(Double.init), relative: 1e-4,
        absolute: 1e-5) == nil)
  }

  /// USI's published code subtracts the means without dividing by std_T: x·std_S/std_T + mean_S − mean_T.
  /// That is right only for its own teacher, whose deviation is 1; elsewhere the pictures are shifted.
  @Test func thePublishedShortcutIsNotTaken() throws {
    let run = try run(Mixing(mixup: 0.8, cutmix: 1))
    let teacher = try #require(run.teacher)
    let images = try run.nextBatch().images
    for deviation in [Float(1), 0.7] {
      teacher.normalisation = .init(mean: [0.3], std: [deviation])
      let own = try renormalised(images, for: teacher, from: run.data).values
      let shift = Float(0.5 - 0.3)
      for (x, found) in zip(images.values, own) {
        let published = x * 0.25 / deviation + shift
        #expect(abs((found - published) - shift * (1 / deviation - 1)) < 1e-5)
      }
      // And back again.
      let back = own.map { ($0 * deviation + 0.3 - 0.5) / 0.25 }
      #expect(zip(back, images.values).allSatisfy { abs($0 - $1) < 1e-5 })
    }
  }
}
