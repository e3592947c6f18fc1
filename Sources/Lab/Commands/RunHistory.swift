import Catalog
import Plots
import Training

enum RunHistory {
  static let declaration: Declaration = .command(
    "history", "Lists what happened to a run: stretches of steps and the changes between them.",
    details: """
      Every change of a setting is here, with the steps that were made under it. `script` prints \
      the same as a session that makes the run again.
      """,
    Argument("run", "The run; the current one where none is named.", default: Subject<Run>()),
    examples: ["step 2; run.goal = ce(); step; history run"],
    keywords: ["record", "changes", "time", "log"]
  ) { session, subject in
    let run = try session.run(subject)
    run.noteSettings()
    let losses = run.log["loss"]
    let rows = run.record.history.map { entry -> [Table.Cell] in
      let steps = entry.steps
      guard let change = entry.change else {
        let last = losses?.steps.lastIndex { $0 <= steps.upperBound }
        let range =
          steps.count == 1 ? "\(steps.lowerBound)" : "\(steps.lowerBound) to \(steps.upperBound)"
        return [
          .text(range), .text("steps"),
          last.flatMap { losses?.values[$0] }.map { .number($0) } ?? .missing,
        ]
      }
      return [.text("after \(steps.lowerBound)"), .text(change), .missing]
    }
    let back = run.wayBack
    return Table(
      columns: [.init("step"), .init("what"), .init("loss")], rows: rows,
      notes: [
        "can be rewound to any step from \(back.earliest), making at most \(back.spacing) again"
      ])
  }
}
