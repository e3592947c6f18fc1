import Catalog
public import Datasets
import Layers
public import Models
import Tensors

/// How a model does on a split.
public struct Evaluation: Sendable, Equatable {
  /// Of a segmentation, its pixels that have a label, here and below.
  public var samples = 0
  /// Share of samples, or of pixels of pictures with masks, whose largest logit is the label.
  public var accuracy = 0.0
  /// Share of samples whose label is among the five largest logits; nil for fewer than 6 classes.
  public var top5: Double?
  /// Mean negative log likelihood of the labels.
  public var loss = 0.0
  /// Share of samples where the teacher's and the student's largest logits agree.
  public var agreement: Double?
  /// Mean KL(teacher ‖ student) at temperature 1.
  public var divergence: Double?
  public var seconds = 0.0
  /// The pixels of each class; nil where samples have no masks.
  public var segmentation: SegmentationScore?
}

/// Runs a frozen model over a split.
///
/// - Parameters:
///   - teacher: Compared with the model.
///   - frozen: The teacher with its plans where there are any; it is planned anew otherwise.
///   - check: Looked at between batches; throws to stop.
///   - progress: Told how many samples are done.
public func evaluate(
  _ model: Model, on split: Split, of data: Dataset, teacher: Model? = nil,
  frozen: FrozenTeacher? = nil, batchSize: Int = 256,
  check: () throws -> Void = {}, progress: (Int) -> Void = { _ in }
) throws -> Evaluation {
  try Run.fits(model, "model", data)
  guard split.count > 0 else { throw Failure(.data, "the split of \(data.name) is empty") }
  let clock = ContinuousClock()
  let start = clock.now
  let teacher = frozen ?? teacher.map { FrozenTeacher($0) }
  if split.task == .segmentation {
    return try evaluatePixels(
      model, on: split, of: data, teacher: teacher, batchSize: batchSize, check: check,
      progress: progress)
  }
  var sums = Sums()
  var low = 0
  while low < split.count {
    try check()
    let high = min(low + batchSize, split.count)
    let batch = try split.batch(Array(low..<high))
    let images = batch.images
    let logits = try model(try renormalised(images, for: model, from: data), .evaluation)
    sums.add(logits, batch.labels)
    if let teacher {
      sums.compare(logits, try teacher.logits(images, from: data), batch.labels)
    }
    low = high
    progress(high)
  }
  return sums.evaluation(
    hasTeacher: teacher != nil, classes: model.classes, seconds: (clock.now - start).seconds)
}

/// Sums over samples in double precision, in the order of the samples.
private struct Sums {
  var samples = 0
  var right = 0
  var rightOfFive = 0
  var likelihood = 0.0
  var agreeing = 0
  var divergence = 0.0

  mutating func add(_ logits: Tensor, _ labels: Labels) {
    let classes = logits.shape.last ?? 1
    let ignored = Labels.ignored(by: logits)
    let labels = labels.resampled(to: Array(logits.shape.dropLast()))
    guard labels.count * classes == logits.count else { return }
    logits.read { rows in
      for (index, label) in labels.values.enumerated() where label != ignored {
        guard label >= 0, label < classes else { continue }
        let row = UnsafeBufferPointer(start: rows + index * classes, count: classes)
        let target = row[Int(label)]
        // The place of the label when ties go to the lower class, as an argmax gives them.
        var before = 0
        for (k, value) in row.enumerated()
        where value > target || (value == target && k < Int(label)) { before += 1 }
        right += before == 0 ? 1 : 0
        rightOfFive += before < 5 ? 1 : 0
        likelihood += logSum(row) - Double(target)
        samples += 1
      }
    }
  }

  mutating func compare(_ student: Tensor, _ teacher: Tensor, _ labels: Labels) {
    let classes = student.shape.last ?? 1
    let ignored = Labels.ignored(by: student)
    let labels = labels.resampled(to: Array(student.shape.dropLast()))
    guard teacher.shape == student.shape, labels.count * classes == student.count else { return }
    student.read { a in
      teacher.read { b in
        for (index, label) in labels.values.enumerated() where label != ignored {
          let s = UnsafeBufferPointer(start: a + index * classes, count: classes)
          let t = UnsafeBufferPointer(start: b + index * classes, count: classes)
          agreeing += firstMaximum(s) == firstMaximum(t) ? 1 : 0
          let (sumS, sumT) = (logSum(s), logSum(t))
          for k in 0..<classes {
            let logT = Double(t[k]) - sumT
            divergence += exponential(logT) * (logT - (Double(s[k]) - sumS))
          }
        }
      }
    }
  }

  func evaluation(hasTeacher: Bool, classes: Int, seconds: Double) -> Evaluation {
    let n = Double(max(1, samples))
    return Evaluation(
      samples: samples, accuracy: Double(right) / n,
      top5: classes > 5 ? Double(rightOfFive) / n : nil, loss: likelihood / n,
      agreement: hasTeacher ? Double(agreeing) / n : nil,
      divergence: hasTeacher ? divergence / n : nil, seconds: seconds)
  }
}

private func firstMaximum(_ row: UnsafeBufferPointer<Float>) -> Int {
  var best = 0
  for (index, value) in row.enumerated() where value > row[best] { best = index }
  return best
}

private func logSum(_ row: UnsafeBufferPointer<Float>) -> Double {
  let top = Double(row.max() ?? 0)
  return top + logarithm(row.reduce(0.0) { $0 + exponential(Double($1) - top) })
}
