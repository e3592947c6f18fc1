import Catalog
import Datasets
import Graphs
import Models
import Tensors
import Training

/// What the commands that look at results are asked about: a model on a part of a data set, beside a
/// teacher where there is one.
struct ResultSubject {
  var model: Model
  var teacher: Model?
  var part: DataPart
  /// What the person calls them.
  var modelName: String
  var teacherName: String?
}

extension Session {
  /// Fills in what was left out: the current run's student, its data's test part, and, for a run's
  /// own student, its teacher.
  func resultSubject(
    _ call: String, _ given: Model?, _ teacher: Model?, _ part: DataPart?
  ) throws -> ResultSubject {
    let model = try given ?? run(Subject()).student
    let own = currentRun.flatMap { $0.student === model ? $0.teacher : nil }
    let teacher = teacher ?? own
    let known = currentRun?.data
    guard var part = part ?? known.map({ DataPart(data: $0, split: $0.test) }) else {
      throw Failure(.argument, "\(call) needs to know on what", advice: "on=data.test")
    }
    // A part of the run's data knows the other parts.
    if let known, known.parts.contains(where: { $0.split === part.split }) { part.data = known }
    for model in [model] + (teacher.map { [$0] } ?? []) {
      try part.data.requireChannels(of: model)
      guard model.classes >= part.data.classes else {
        throw Failure(
          .shape,
          "\(model.name) has \(model.classes) classes, \(part.data.name) has \(part.data.classes)")
      }
    }
    return ResultSubject(
      model: model, teacher: teacher, part: part,
      modelName: variable(holding: model) ?? model.name,
      teacherName: teacher.map { variable(holding: $0) ?? $0.name })
  }

  /// Judges every sample of the part, drawing a progress line where it takes long.
  func judge(
    _ subject: ResultSubject, batch: Int = 256, note: (Int, Judgement) -> Void
  ) throws {
    let view = EvaluationView(self)
    defer { view.close() }
    try Training.judge(
      on: subject.part.split, batchSize: batch,
      model: planned(subject.model, on: subject.part.data),
      teacher: subject.teacher.map { planned($0, on: subject.part.data) }, check: check,
      progress: { view.follow(done: $0, of: subject.part.split.count) }, note: note)
  }

  /// Counts what each class was taken for: of samples, or of the pixels of pictures with masks.
  ///
  /// - Returns: The model's matrix, the teacher's, and how often they agree by class; the last only
  ///   of samples.
  func classCounts(
    _ subject: ResultSubject, batch: Int
  ) throws -> (own: ConfusionMatrix, teacher: ConfusionMatrix?, agreeing: [Int]?) {
    if subject.part.split.task == .segmentation {
      let score = try evaluatePixels(subject, batch: batch).segmentation
      return (score?.matrix ?? ConfusionMatrix(classes: 1), score?.teacher, nil)
    }
    var own = ConfusionMatrix(classes: subject.model.classes)
    var other = own
    var agreeing = Array(repeating: 0, count: subject.part.split.classes)
    try judge(subject, batch: batch) { _, judgement in
      let label = [Int32(judgement.label)]
      own.add(truth: label, predicted: [Int32(judgement.model.predicted)])
      guard let teacher = judgement.teacher else { return }
      other.add(truth: label, predicted: [Int32(teacher.predicted)])
      agreeing[judgement.label] += judgement.agrees == true ? 1 : 0
    }
    return subject.teacher == nil ? (own, nil, nil) : (own, other, agreeing)
  }

  /// Evaluates a model on pictures with masks.
  func evaluatePixels(_ subject: ResultSubject, batch: Int) throws -> Evaluation {
    let view = EvaluationView(self)
    defer { view.close() }
    return try Training.evaluate(
      subject.model, on: subject.part.split, of: subject.part.data, teacher: subject.teacher,
      batchSize: batch, check: check,
      progress: { view.follow(done: $0, of: subject.part.split.count) })
  }

  /// A model's logits of images that were normalised for a data set, by its planned network.
  func planned(_ model: Model, on data: Dataset) -> (Tensor) throws -> Tensor {
    let network = frozenNetworks.network(of: model)
    return { try network(try renormalised($0, for: model, from: data)) }
  }
}

/// Arguments that the commands about results share.
enum ResultArguments {
  static let model = Argument(
    "model", "The model; the current run's student where none is named.",
    default: Subject<Model>())
  static let teacher = Argument(
    "teacher", "A model to compare with; the run's teacher for its student.",
    default: Model?.none)
  static let part = Argument(
    "on", "A data set (its test part) or a split; none: the current run's data.",
    default: DataPart?.none)
  static let batch = Argument("batch", "Samples at a time.", default: 256) {
    (1...65_536).contains($0) ? nil : "must be in 1..65536"
  }

  static func top(_ what: String, _ count: Int) -> Argument<Int> {
    Argument("top", what, default: count) { (1...1000).contains($0) ? nil : "must be in 1..1000" }
  }
}

extension ResultSubject {
  /// Who says something about a sample, and what tables call it.
  var roles: [(name: String, model: Model)] {
    [(teacher == nil ? "model" : "student", model)] + (teacher.map { [("teacher", $0)] } ?? [])
  }
}
