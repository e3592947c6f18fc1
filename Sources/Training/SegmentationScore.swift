public import Datasets
public import Models
import Tensors

/// How a model does on the pixels of whole pictures.
public struct SegmentationScore: Sendable, Equatable {
  /// Pixels of the classes, over all pictures of the split.
  public var matrix: ConfusionMatrix
  /// The same for the teacher that was compared with; nil without one.
  public var teacher: ConfusionMatrix?
  public var classNames: [String]

  public var meanIoU: Double { matrix.meanIoU }
}

/// Sums over the pixels of pictures, in their order, in double precision.
struct PixelSums {
  private var matrix: ConfusionMatrix
  private var teacherMatrix: ConfusionMatrix
  private var samples = 0
  private var pixels = 0
  private var likelihood = 0.0
  private var agreeing = 0
  private var divergence = 0.0

  init(classes: Int) {
    matrix = ConfusionMatrix(classes: classes)
    teacherMatrix = matrix
  }

  /// Counts a batch.
  ///
  /// - Parameters:
  ///   - logits: N h w K; brought to the labels' size by straight lines, corners kept, where they
  ///     are coarser, as in the published evaluation.
  ///   - teacher: The same of the teacher.
  ///   - labels: N H W.
  mutating func add(_ logits: Tensor, teacher: Tensor?, _ labels: Labels) throws {
    let student = try PixelSums.fitted(logits, to: labels)
    let teacher = try teacher.map { try PixelSums.fitted($0, to: labels) }
    samples += labels.shape[0]
    let counted = labels.values.indices.filter { labels.values[$0] != Int32(Mask.ignored) }
    let predicted = try student.argmax().values
    matrix.add(
      truth: counted.map { labels.values[$0] }, predicted: counted.map { predicted[$0] })
    let own = try student.logSoftmax()
    let classes = own.shape[3]
    own.read { own in
      for place in counted {
        likelihood -= Double(own[place * classes + Int(labels.values[place])])
      }
    }
    pixels += counted.count
    guard let teacher, teacher.shape == student.shape else { return }
    let told = try teacher.argmax().values
    teacherMatrix.add(truth: counted.map { labels.values[$0] }, predicted: counted.map { told[$0] })
    agreeing += counted.count { told[$0] == predicted[$0] }
    let shares = try teacher.softmax()
    let other = try teacher.logSoftmax()
    own.read { s in
      other.read { t in
        shares.read { p in
          for place in counted {
            for k in place * classes..<(place + 1) * classes {
              divergence += Double(p[k]) * (Double(t[k]) - Double(s[k]))
            }
          }
        }
      }
    }
  }

  static func fitted(_ logits: Tensor, to labels: Labels) throws -> Tensor {
    guard logits.rank == 4, labels.shape.count == 3, logits.shape[0] == labels.shape[0] else {
      throw ShapeError(
        "masks \(shapeText(labels.shape)) need logits N H W K, the model gave "
          + shapeText(logits.shape))
    }
    return try logits.resized(
      height: labels.shape[1], width: labels.shape[2], alignCorners: true)
  }

  func evaluation(hasTeacher: Bool, classNames: [String], seconds: Double) -> Evaluation {
    let n = Double(max(1, pixels))
    var result = Evaluation()
    result.samples = samples
    result.accuracy = matrix.accuracy
    result.loss = likelihood / n
    if hasTeacher {
      result.fidelity = Fidelity(
        agreement: Double(agreeing) / n, divergence: divergence / n,
        teacherAccuracy: teacherMatrix.accuracy)
    }
    result.seconds = seconds
    result.segmentation = SegmentationScore(
      matrix: matrix, teacher: hasTeacher ? teacherMatrix : nil, classNames: classNames)
    return result
  }
}

/// How many pictures of a size are looked at together, so that logits at the size of the masks take
/// no more than about 64 MB.
func samplesAtATime(_ most: Int, height: Int, width: Int, classes: Int) -> Int {
  max(1, min(most, (1 << 24) / max(1, height * width * classes)))
}

/// Runs a frozen model over the pictures of a split with masks.
func evaluatePixels(
  _ model: Model, on split: Split, of data: Dataset, teacher: FrozenTeacher?, batchSize: Int,
  check: () throws -> Void, progress: (Int) -> Void
) throws -> Evaluation {
  let clock = ContinuousClock()
  let start = clock.now
  var sums = PixelSums(classes: model.classes)
  let network = FrozenTeacher(model)
  let most = samplesAtATime(
    batchSize, height: split.height, width: split.width, classes: model.classes)
  for low in stride(from: 0, to: split.count, by: most) {
    try check()
    let high = min(low + most, split.count)
    let batch = try split.batch(Array(low..<high))
    try sums.add(
      try network.logits(batch.images, from: data),
      teacher: try teacher?.logits(batch.images, from: data), batch.labels)
    progress(high)
  }
  return sums.evaluation(
    hasTeacher: teacher != nil, classNames: (0..<model.classes).map(split.className),
    seconds: (clock.now - start).seconds)
}

/// The class that a model sees at each pixel of some pictures of a split.
public func segmentation(
  of samples: [Int], _ split: Split, of data: Dataset, by model: Model
) throws -> [Mask] {
  try Run.fits(model, "model", data)
  let network = FrozenTeacher(model)
  return try samples.map { sample in
    let batch = try split.batch([sample])
    let logits = try PixelSums.fitted(
      try network.logits(batch.images, from: data), to: batch.labels)
    let predicted = try logits.argmax().values
    // Nobody has 255 classes of pixels, and the mask could not tell them from none.
    return Mask(
      height: split.height, width: split.width,
      values: predicted.map { UInt8(truncatingIfNeeded: min($0, Int32(Mask.ignored))) })
  }
}
