import Catalog
import Conversation
import Datasets
import Language
import Models
import Plots
import Training

/// How a model did on a split: the language's value of kind "evaluation".
struct EvaluationValue: Object, Answer {
  static let kind = "evaluation"
  let name: String
  let split: String
  let evaluation: Evaluation
  /// Whether every figure is shown, or the usual ones.
  var isFull = false

  var line: String { "\(name) on \(split): \(evaluation.text)" }

  private struct Figure {
    var name: String
    var value: Double?
    var format = NumberFormat.automatic
    var meaning: String
    var isUsual = false
  }

  private var figures: [Figure] {
    let e = evaluation
    let percent = NumberFormat.percent(2)
    let f = e.fidelity
    return [
      Figure(
        name: "samples", value: Double(e.samples), format: .count, meaning: "samples looked at",
        isUsual: true),
      Figure(
        name: "miou", value: e.segmentation?.meanIoU, format: percent,
        meaning: "mean intersection over union of the classes", isUsual: true),
      Figure(
        name: "accuracy", value: e.accuracy, format: percent,
        meaning: "the likeliest class is the label", isUsual: true),
      Figure(
        name: "top5", value: e.top5, format: percent,
        meaning: "the label is among the likeliest five", isUsual: true),
      Figure(name: "loss", value: e.loss, meaning: "mean −ln p(label), the NLL", isUsual: true),
      Figure(
        name: "ece", value: e.calibrationError, format: percent,
        meaning: "mean gap of confidence and accuracy, 15 bins"),
      Figure(name: "brier", value: e.brier, meaning: "mean Σ(p − y)², 0 to 2"),
      Figure(name: "entropy", value: e.entropy, meaning: "mean −Σ p ln p in nats"),
      Figure(
        name: "confidence", value: e.confidence, format: percent,
        meaning: "mean probability of the likeliest class"),
      Figure(
        name: "agreement", value: e.agreement, format: percent,
        meaning: "student and teacher predict one class", isUsual: true),
      Figure(
        name: "kl", value: e.divergence, meaning: "mean KL(teacher ‖ student)", isUsual: true),
      Figure(
        name: "teacher_accuracy", value: f?.teacherAccuracy, format: percent,
        meaning: "of the teacher on the same samples"),
      Figure(
        name: "teacher_errors", value: f?.teacherErrors.map { Double($0) }, format: .count,
        meaning: "samples that the teacher gets wrong"),
      Figure(
        name: "kept", value: f?.kept, format: percent,
        meaning: "of these, taken for the same wrong class"),
      Figure(
        name: "corrected", value: f?.corrected, format: percent,
        meaning: "of these, right in the student"),
      Figure(
        name: "lost", value: f?.lost, format: percent,
        meaning: "of the teacher's right ones, wrong in the student"),
    ].filter { $0.value != nil }
  }

  func display(_ style: Style) -> Display {
    let shown = Table(
      "\(name) on \(split)",
      columns: [.init("figure"), .init("value", alignment: .right)]
        + (isFull ? [.init("what it is")] : []),
      rows: figures.filter { isFull || $0.isUsual }.map { figure in
        [
          .text(figure.name), .text(figure.value.map(figure.format.text) ?? ""),
          .text(figure.meaning),
        ]
      }
    ).display(style)
    guard let classes = evaluation.segmentation?.table.display(style) else { return shown }
    return joined([shown, classes])
  }

  var memberNames: [String] {
    figures.map(\.name) + (evaluation.segmentation == nil ? [] : ["iou", "classes", "confusion"])
  }

  func member(_ name: String) -> Value? {
    if let value = evaluation.segmentation?.member(name) { return value }
    return figures.first { $0.name == name }?.value.map { .number($0) }
  }
}

enum Evaluate {
  static let declaration: Declaration = .command(
    "eval", "Evaluates a model on a data set, or a run's student on its own data.",
    details: """
      Accuracy (top-1, top-5 for more than five classes), mean negative log likelihood of the \
      labels; with a teacher the agreement of both and mean KL(teacher ‖ student). `full=true` adds \
      calibration (ECE in 15 bins, Guo et al. 2017, https://arxiv.org/abs/1706.04599), Brier score \
      and entropy, and what became of the teacher's errors: kept, corrected, and right answers lost. \
      Every figure is a member of the result: `eval(student).ece`. Of pictures with masks: over \
      pixels, and the intersection over union of each class, TP / (TP + FP + FN) of one confusion \
      matrix over all pictures, and its mean. Classes neither in the masks nor predicted are left \
      out of the mean; pixels marked 255 count nowhere.
      """,
    ResultArguments.model, ResultArguments.part, ResultArguments.teacher, ResultArguments.batch,
    Argument("full", "Whether every figure is shown, with what it is.", default: false),
    examples: ["eval student, on=data.test", "eval student, full=true", "eval(student).ece"],
    keywords: [
      "test", "accuracy", "validate", "ECE", "Brier", "agreement", "top-5", "NLL", "IoU", "mIoU",
      "segmentation",
    ]
  ) { session, subject, part, teacher, batch, full in
    let asked = try session.resultSubject("eval", subject.value, teacher, part)
    let split = asked.part.split
    let evaluation: Evaluation
    if split.task == .segmentation {
      evaluation = try session.evaluatePixels(asked, batch: batch)
    } else {
      var sums = EvaluationSums()
      try session.judge(asked, batch: batch) { sums.add($1) }
      evaluation = sums.evaluation(classes: asked.model.classes)
    }
    return EvaluationValue(
      name: asked.modelName, split: split.name, evaluation: evaluation, isFull: full)
  }
}

/// A split with the data set it belongs to, or a data set's test part.
struct DataPart: ArgumentType {
  var data: Dataset
  var split: Split

  static var expected: String { "a data set or a split" }
  static var valueKind: String? { "data set" }

  static func read(_ value: Value) throws -> DataPart {
    switch value {
    case .object(let data as Dataset): return DataPart(data: data, split: data.test)
    case .object(let split as Split): return DataPart(data: Dataset(of: split), split: split)
    default: throw Mismatch()
    }
  }
}

/// A progress line while an evaluation takes long.
final class EvaluationView {
  private unowned let session: Session
  private let clock = ContinuousClock()
  private let start: ContinuousClock.Instant
  private var drawn: ContinuousClock.Instant?
  private var id: String?

  init(_ session: Session) {
    self.session = session
    start = clock.now
  }

  func follow(done: Int, of total: Int) {
    let now = clock.now
    guard session.isLive, now - start > .seconds(2) else { return }
    if let drawn, now - drawn < .milliseconds(125) { return }
    drawn = now
    let seconds = (now - start).seconds
    let line = progressLine(
      label: "evaluating", done: Double(done), total: Double(total), rate: Double(done) / seconds,
      remaining: seconds / Double(done) * Double(total - done), style: session.style)
    if let id {
      session.emit(.update(Display(line), id: id))
    } else {
      let new = session.newDisplayID()
      id = new
      session.emit(.display(Display(line), id: new))
    }
  }

  /// The line goes when the table comes.
  func close() { if let id { session.emit(.update(Display(""), id: id)) } }
}

extension Session {
  /// The name of the variable that holds a model.
  func variable(holding model: Model) -> String? {
    evaluator.variables.first { _, value in
      if case .object(let object as Model) = value { object === model } else { false }
    }?.name
  }
}
