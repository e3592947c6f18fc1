import Layers
import Losses
import Optimizers
import Tensors
import TestSupport

/// A loss with all that a run would give it, by formula, and the place where it is looked at.
struct LossTrial {
  let loss: any Loss
  let shapes: SampleShapes
  /// Student's and teacher's features.
  let pairs: [FeatureShapes]
  var labels: Labels
  var targets: Targets?
  var teacher: Tensor?
  var teacherFeatures: [Tensor]?
  let modelLogits: [Tensor]
  let parts: Module?
  let companion: Module?
  var moment = Moment(step: 900, total: 1000, stepsPerEpoch: 10)
  /// The student's logits, its features, and the parameters of the loss's parts.
  var point: [Tensor]

  init(_ tested: LossCase, isEqual: Bool = false, batch: Int? = nil) throws {
    let loss = try tested.make().terms[0].loss
    self.loss = loss
    shapes = SampleShapes(tested.kind, isEqual: isEqual || tested.isEqual, batch: batch)
    pairs = shapes.features(at: loss.sites)
    let logits = shapes.logits
    let rows = logits.dropLast().elementCount
    let classes = logits[logits.count - 1]
    labels = try Labels(
      (0..<rows).map { Int32($0 * 3 % 7 % classes) }, Array(logits.dropLast()))
    teacher = try Formula.tensor("teacher.logits", logits, scale: 3)
    teacherFeatures = try pairs.enumerated().map {
      try Formula.tensor("teacher.features \($0)", $1.teacher)
    }
    modelLogits = try loss.models.indices.map {
      try Formula.tensor("model \($0).logits", logits, scale: 3)
    }
    var known = LossShapes(features: pairs, logits: logits, samples: 20)
    known.images = shapes.images
    parts = try loss.parts(for: known)
    companion = try (loss as? any CompanionLoss)?.companion(for: known)
    for module in [parts, companion].compactMap({ $0 }) { try Self.prepare(module) }
    let features = try pairs.enumerated().map {
      try Formula.tensor("student.features \($0)", $1.student)
    }
    let parameters = parts.map { $0.parameters.map(\.parameter.value) } ?? []
    point = [try Formula.tensor("student.logits", logits, scale: 3)] + features + parameters
  }

  /// Parts as they are after some training: drawn, and moved from the zeros and ones they start at.
  private static func prepare(_ module: Module) throws {
    module.name()
    module.initialize(seed: 7)
    for (key, parameter) in module.parameters {
      let noise = try Formula.tensor("noise \(key)", parameter.shape, scale: 0.2)
      parameter.value = try parameter.value + noise
    }
  }

  /// What `point` is made of.
  var groups: [(name: String, range: Range<Int>)] {
    let features = 1 + pairs.count
    return [
      ("logits", 0..<1), ("features", 1..<features), ("parameters", features..<point.count),
    ].filter { !$0.1.isEmpty }
  }

  /// The input with the student's tensors as they are given, on the tape or not.
  func input(_ student: [Tensor]) throws -> LossInput {
    var input = LossInput(
      logits: student[0], targets: targets ?? .hard(labels), teacherLogits: teacher)
    input.labels = labels
    input.modelLogits = modelLogits
    input.features = pairs.indices.map {
      FeaturePair(student: student[1 + $0], teacher: teacherFeatures?[$0])
    }
    input.images = try Formula.tensor("images", shapes.images, scale: 2)
    input.samples = (0..<shapes.batch).map { ($0 * 7 + 3) % 20 }
    input.parts = parts
    input.companion = companion
    // Parts compute as they do in training, and keep what they remember.
    input.context = Context(isTraining: true, isRecording: true, updatesState: false, seed: 5)
    input.moment = moment
    return input
  }

  private func place(_ parameters: ArraySlice<Tensor>) {
    for (entry, value) in zip(parts?.parameters ?? [], parameters) {
      entry.parameter.value = value
    }
  }

  func value(at point: [Tensor]? = nil) throws -> Double {
    let point = point ?? self.point
    place(point[(1 + pairs.count)...])
    return Double(try loss.value(try input(point)).scalar)
  }

  /// The loss on the tape with the variables of the point.
  func taped(at point: [Tensor]? = nil) throws -> (total: Tensor, variables: [Tensor]) {
    let point = point ?? self.point
    let first = 1 + pairs.count
    place(point[first...])
    let student = point[..<first].map { $0.variable() }
    let total = try loss.value(try input(student))
    return (total, student + (parts?.parameters ?? []).map(\.parameter.tracked))
  }

  func gradient(at point: [Tensor]? = nil) throws -> [Tensor] {
    let (total, variables) = try taped(at: point)
    return try gradients(of: total, withRespectTo: variables)
  }

  /// A direction with numbers up to 1 for logits and up to 0.2 for what is smaller than they are,
  /// features and parameters; zero outside the range.
  func direction(_ key: String, in range: Range<Int>) throws -> [Tensor] {
    try point.enumerated().map { index, tensor in
      range.contains(index)
        ? try Formula.tensor("direction \(key) \(index)", tensor.shape, scale: index == 0 ? 2 : 0.4)
        : Tensor(zeros: tensor.shape)
    }
  }

  func moved(along direction: [Tensor], _ distance: Float) throws -> [Tensor] {
    try zip(point, direction).map { try $0 + $1 * distance }
  }
}

/// Scalar product of lists of tensors.
func dot(_ a: [Tensor], _ b: [Tensor]) throws -> Double {
  try zip(a, b).reduce(0) { try $0 + $1.0.dot($1.1) }
}

func norm(_ a: [Tensor]) throws -> Double { try dot(a, a).squareRoot() }
