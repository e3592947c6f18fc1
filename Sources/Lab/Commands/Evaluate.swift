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

  var line: String { "\(name) on \(split): \(evaluation.text)" }

  private var figures: [(name: String, value: Double?, cell: String)] {
    let e = evaluation
    return [
      ("samples", Double(e.samples), NumberFormat.count.text(Double(e.samples))),
      (
        "miou", e.segmentation?.meanIoU,
        e.segmentation.map { NumberFormat.percent(2).text($0.meanIoU) } ?? ""
      ),
      ("accuracy", e.accuracy, NumberFormat.percent(2).text(e.accuracy)),
      ("top5", e.top5, e.top5.map { NumberFormat.percent(2).text($0) } ?? ""),
      ("loss", e.loss, figure(e.loss)),
      ("agreement", e.agreement, e.agreement.map { NumberFormat.percent(2).text($0) } ?? ""),
      ("kl", e.divergence, e.divergence.map(figure) ?? ""),
    ]
  }

  func display(_ style: Style) -> Display {
    let figures = Table(
      "\(name) on \(split)", columns: [.init("figure"), .init("value", alignment: .right)],
      rows: figures.filter { $0.value != nil }.map { [.text($0.name), .text($0.cell)] }
    ).display(style)
    guard let classes = evaluation.segmentation?.table.display(style) else { return figures }
    let forms = zip(figures.forms, classes.forms).map {
      Display.Form($0.mediaType, $0.content + "\n" + $1.content)
    }
    return Display(figures.plain + "\n\n" + classes.plain, forms: forms)
  }

  var memberNames: [String] {
    figures.filter { $0.value != nil }.map(\.name)
      + (evaluation.segmentation == nil ? [] : ["iou", "classes", "confusion"])
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
      labels; with a teacher the agreement of both and mean KL(teacher ‖ student). Of pictures with \
      masks: all of that over pixels, and the intersection over union of each class, TP / (TP + FP + \
      FN) of one confusion matrix over all pictures, and its mean. Classes neither in the masks nor \
      predicted are left out of the mean; pixels marked 255 count nowhere.
      """,
    Argument(
      "model", "The model; the current run's student where none is named.",
      default: Subject<Model>()),
    Argument(
      "on", "A data set (its test part) or a split; none: the current run's data.",
      default: DataPart?.none),
    Argument(
      "teacher", "A model to compare with; the run's teacher for its student.",
      default: Model?.none),
    Argument("batch", "Samples at a time.", default: 256) {
      $0 < 1 ? "must be at least 1" : nil
    },
    examples: ["eval student, on=data.test"],
    keywords: ["test", "accuracy", "validate", "IoU", "mIoU", "segmentation"]
  ) { session, subject, part, teacher, batch in
    let model = try subject.value ?? session.run(Subject()).student
    let run = session.currentRun
    guard let part = part ?? run.map({ DataPart(data: $0.data, split: $0.data.test) }) else {
      throw Failure(.argument, "eval needs to know on what", advice: "on=data.test")
    }
    let ownTeacher = run.flatMap { $0.student === model ? $0.frozenTeacher() : nil }
    let view = EvaluationView(session)
    defer { view.close() }
    let result = try Training.evaluate(
      model, on: part.split, of: part.data, teacher: teacher,
      frozen: teacher == nil ? ownTeacher : nil, batchSize: batch, check: session.check
    ) { view.follow(done: $0, of: part.split.count) }
    return EvaluationValue(
      name: session.variable(holding: model) ?? model.name, split: part.split.name,
      evaluation: result)
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
