import Catalog
import Datasets
import Losses
import Models
import Optimizers
import Plots
import Training

/// What `structured` is about to do: every setting with where it is from.
struct StructuredPlan {
  let run: Run
  let terms: StructuredTerms
  let hasOwnGoal: Bool

  var table: Table {
    var rows = run.goal.terms.map { term -> [Table.Cell] in
      [
        .text(term.name), .text(numberText(term.weight) + "*" + term.loss.script),
        .text(source(of: term)),
      ]
    }
    rows += [
      row(
        "optimizer", run.optimizer.script,
        run.optimizer.script == Optimizer.segmentation.script),
      row("schedule", run.schedule.script, run.schedule.script == Schedule.segmentation.script),
      [
        .text("epochs"), .text("\(run.epochs), \(run.plannedSteps) steps"),
        .text(
          run.plannedSteps >= Structured.publishedSteps
            ? "published" : "given; published are \(Structured.publishedSteps) steps"),
      ],
      row("batch", "\(run.batch)", run.batch == 8),
      row(
        "augment", run.augmentation.script,
        run.augmentation.script == Augmentation.usual(for: run.data).script),
    ]
    return Table(
      "structured: \(run.student.name) ← \(run.teacher?.name ?? "") on \(run.data.name)",
      columns: [.init("what"), .init("value"), .init("from")], rows: rows, notes: run.notes)
  }

  private func row(_ name: String, _ value: String, _ isPublished: Bool) -> [Table.Cell] {
    [.text(name), .text(value), .text(isPublished ? "published" : "given")]
  }

  private func source(of term: Term) -> String {
    if hasOwnGoal { return "given" }
    let usual: Double
    switch term.loss {
    case let loss as CrossEntropy: usual = loss.place == .automatic ? 1 : 0.4
    case let loss as Pixelwise:
      if term.weight == 10, !loss.isPublished { return "published; a batch mean here" }
      usual = 10
    case is Holistic:
      if term.weight == 0.1, terms.critic == nil {
        return "published; critic: image, Adam"
      }
      usual = 0.1
    default: usual = 1
    }
    return term.weight == usual ? "published" : "given; published is \(numberText(usual))"
  }
}
