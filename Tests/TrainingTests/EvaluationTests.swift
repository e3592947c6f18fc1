import Catalog
import Datasets
import Foundation
import Images
import Layers
import Models
import Tensors
import TestSupport
import Testing
import Training

/// Evaluation of frozen models, and what a teacher sees.
@Suite struct EvaluationTests {
  private struct Figures {
    var accuracy = 0.0
    var loss = 0.0
    var agreement = 0.0
    var divergence = 0.0
  }

  /// The numbers by plain double-precision arithmetic over all samples at once.
  private func expected(
    _ model: Model, _ teacher: Model, _ data: Dataset
  ) throws -> Figures {
    let batch = try data.test.batch(Array(0..<data.test.count))
    let (images, labels) = (batch.images, batch.labels)
    func rows(_ model: Model) throws -> [[Double]] {
      let logits = try model(try renormalised(images, for: model, from: data), .evaluation)
      let values = logits.values.map { Double($0) }
      let classes = logits.shape[1]
      return (0..<logits.shape[0]).map { Array(values[$0 * classes..<($0 + 1) * classes]) }
    }
    func logSoftmax(_ row: [Double]) -> [Double] {
      let sum = Foundation.log(row.map { Foundation.exp($0) }.reduce(0, +))
      return row.map { $0 - sum }
    }
    func best(_ row: [Double]) -> Int { row.firstIndex(of: row.max() ?? 0) ?? 0 }
    let (s, t) = (try rows(model), try rows(teacher))
    let n = Double(s.count)
    var result = Figures()
    for (index, label) in labels.values.enumerated() {
      let (p, q) = (logSoftmax(s[index]), logSoftmax(t[index]))
      result.accuracy += (best(s[index]) == Int(label) ? 1 : 0) / n
      result.loss -= p[Int(label)] / n
      result.agreement += (best(s[index]) == best(t[index]) ? 1 : 0) / n
      result.divergence += zip(p, q).map { Foundation.exp($1) * ($1 - $0) }.reduce(0, +) / n
    }
    return result
  }

  @Test(arguments: [1, 2, 4, 9, 256])
  func figuresAreTheirDefinitions(_ batchSize: Int) throws {
    let (data, model, teacher) = (Bench.data(), try Bench.student(), try Bench.teacher())
    teacher.normalisation = Normalisation(mean: [0.2], std: [0.5])
    let wanted = try expected(model, teacher, data)
    var told: [Int] = []
    let found = try evaluate(
      model, on: data.test, of: data, teacher: teacher, batchSize: batchSize,
      progress: { told.append($0) })
    #expect(found.samples == 9 && told.last == 9)
    #expect(told.count == (9 + batchSize - 1) / batchSize)
    #expect(disagreement(found.accuracy, wanted.accuracy, relative: 1e-12) == nil)
    #expect(disagreement(found.loss, wanted.loss, relative: 1e-5) == nil)
    #expect(
      disagreement(found.agreement ?? .nan, wanted.agreement, relative: 1e-12) == nil)
    #expect(
      disagreement(found.divergence ?? .nan, wanted.divergence, relative: 1e-4) == nil)
    #expect(found.top5 == nil)
  }

  @Test func aModelAgreesWithItself() throws {
    let (data, model) = (Bench.data(), try Bench.student())
    let found = try evaluate(model, on: data.test, of: data, teacher: model)
    #expect(found.agreement == 1)
    #expect(abs(found.divergence ?? 1) < 1e-9)
    let alone = try evaluate(model, on: data.test, of: data)
    #expect(alone.agreement == nil && alone.divergence == nil)
    #expect(alone.loss == found.loss)
  }

  @Test func fiveOfSevenClassesCount() throws {
    let data = Bench.data(classes: 7)
    let model: Model = try Bench.call(
      "resnet8", ["classes": .number(7), "channels": .number(1)])
    let found = try evaluate(model, on: data.test, of: data)
    let batch = try data.test.batch(Array(0..<9))
    let (images, labels) = (batch.images, batch.labels)
    let logits = try model(images, .evaluation).values
    let hits = (0..<9).count { sample in
      let row = Array(logits[sample * 7..<(sample + 1) * 7])
      let own = row[Int(labels.values[sample])]
      return row.count { $0 > own } < 5
    }
    #expect(found.top5 == Double(hits) / 9)
    #expect(found.top5 ?? 0 >= found.accuracy)
  }

  @Test func modelIsLeftAsItWas() throws {
    let (data, model) = (Bench.data(), try Bench.student())
    let before = model.weights
    _ = try evaluate(model, on: data.test, of: data)
    #expect(areIdentical(model.weights, before) && model.past.isEmpty)
  }

  @Test func emptyAndUnfittingSplitsAreRefused() throws {
    let (data, model) = (Bench.data(), try Bench.student())
    let empty = data.test.selecting([], name: "nothing")
    let failure = #expect(throws: Failure.self) {
      try evaluate(model, on: empty, of: data)
    }
    #expect(failure?.kind == .data && failure?.message.contains("empty") == true)
    let colour = Bench.data(channels: 3)
    #expect(throws: Failure.self) { try evaluate(model, on: colour.test, of: colour) }
  }

  @Test func checkStopsBetweenBatches() throws {
    let (data, model) = (Bench.data(), try Bench.student())
    var looks = 0
    #expect(throws: Failure.self) {
      try evaluate(
        model, on: data.test, of: data, batchSize: 2,
        check: {
          looks += 1
          if looks == 3 { throw Failure(.interrupted, "interrupted") }
        })
    }
    #expect(looks == 3)
  }

  /// x_T = (x·std_S + mean_S − mean_T)/std_T, with x = (pixel − mean_S)/std_S.
  @Test func teacherSeesPixelsAsItWasTaught() throws {
    let data = Bench.data(channels: 3)
    let model: Model = try Bench.call("resnet8", ["classes": .number(4)])
    let wanted = Normalisation(mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225])
    model.normalisation = wanted
    let images = try data.train.batch(Array(0..<4)).images
    let seen = try renormalised(images, for: model, from: data)
    var expected: [Double] = []
    for index in 0..<4 {
      let picture = try data.train.image(index)
      for (place, pixel) in picture.values.enumerated() {
        let channel = place % 3
        expected.append(
          (Double(pixel) - Double(wanted.mean[channel])) / Double(wanted.std[channel]))
      }
    }
    #expect(
      disagreement(
        seen.values.map { Double($0) }, expected, relative: 1e-5, absolute: 1e-6) == nil)
    // And back again.
    let back = try seen * Tensor(wanted.std, [3]) + Tensor(wanted.mean, [3])
    let original =
      try images * Tensor(data.normalisation.std, [3])
      + Tensor(data.normalisation.mean, [3])
    #expect(disagreement(back, original, relative: 1e-5, absolute: 1e-6) == nil)
  }

  @Test func imagesAreNotCopiedWhereNothingDiffers() throws {
    let (data, model) = (Bench.data(), try Bench.student())
    let images = try data.train.batch([0, 1]).images
    #expect(try renormalised(images, for: model, from: data).sharesStorage(with: images))
    model.normalisation = data.normalisation
    #expect(try renormalised(images, for: model, from: data).sharesStorage(with: images))
    model.normalisation = Normalisation(mean: [0, 0, 0], std: [1, 1, 1])
    #expect(throws: Failure.self) { try renormalised(images, for: model, from: data) }
  }

  @Test func teachersLogitsUseTheTeachersNormalisation() throws {
    let run = try Bench.run {
      $0.goal = try Bench.call("kd")
      $0.shuffle = false
      $0.augmentation = .none
    }
    let teacher = try #require(run.teacher)
    teacher.normalisation = Normalisation(mean: [0.2], std: [0.5])
    let images = try run.data.train.batch(Array(0..<8)).images
    let context = Context(isTraining: true, updatesState: false)
    let student = try run.student(images, context)
    let logits = try teacher(try renormalised(images, for: teacher, from: run.data), .evaluation)
    let expected = try softenedDivergence(student: student, teacher: logits).mean()
    let found = try run.advance().loss
    #expect(disagreement(found, Double(expected.scalar), relative: 1e-5) == nil)
    let other = try teacher(images, .evaluation)
    let wrong = try softenedDivergence(student: student, teacher: other).mean()
    #expect(disagreement(found, Double(wrong.scalar), relative: 1e-3) != nil)
  }
}
