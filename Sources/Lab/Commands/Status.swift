import Catalog
import Plots
import Training

enum Status {
  static let declaration: Declaration = .command(
    "status", "Lists the runs that are carried out in the background, and the current one.",
    details: "Below the table: what has been noticed in their steps, and what to do about it.",
    examples: ["fit background=true; status; stop"],
    keywords: ["background", "progress", "jobs", "running", "left"]
  ) { session in
    let asides = session.asides.sorted { $0.run.number < $1.run.number }
    var listed = asides.map(\.run)
    var rows = asides.map { job in
      row(
        session.name(of: job.run), job.run, of: job.target, "in the background",
        left: job.view.remaining)
    }
    if let run = session.currentRun, !asides.contains(where: { $0.run === run }) {
      listed.append(run)
      rows.append(row(session.name(of: run), run, of: run.plannedSteps, "current", left: nil))
    }
    return Table(
      columns: [
        .init("run"), .init("state"), .init("step"), .init("of"), .init("left"), .init("loss"),
        .init("accuracy", format: .percent(2)), .init("test", format: .percent(2)),
      ], rows: rows,
      notes: rows.isEmpty
        ? ["there is no run yet"]
        : listed.flatMap { run in
          run.warnings.map { "\(session.name(of: run)): \($0.line)" }
        })
  }

  private static func row(
    _ name: String, _ run: Run, of target: Int, _ state: String, left: Double?
  ) -> [Table.Cell] {
    [
      .text(name), .text(state), .number(Double(run.steps)), .number(Double(target)),
      left.map { .text(clockText($0)) } ?? .missing,
      run.meanLoss(ofLast: 50).map { .number($0) } ?? .missing,
      run.log.mean("accuracy", ofLast: 50).map { .number($0) } ?? .missing,
      run.log["test_accuracy"]?.last.map { .number($0) } ?? .missing,
    ]
  }
}
