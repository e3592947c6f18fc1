import Catalog
import Training

enum Step {
  static let declaration: Declaration = .command(
    "step", "Makes steps of a run and shows the last one.",
    details: """
      The line shows the loss as the sum of its weighted terms, the accuracy on the batch and the \
      agreement with the teacher, all before the step. ^C stops after the current step and keeps \
      everything.
      """,
    Argument("run", "The run; the current one where none is named.", default: Subject<Run>()),
    Argument("n", "How many steps.", default: 1) {
      (1...1_000_000_000).contains($0) ? nil : "must be in 1..1000000000"
    },
    examples: ["step", "step 2", "step run, 2"], keywords: ["train", "iterate", "batch"]
  ) { session, subject, count in
    let run = try session.run(subject)
    session.currentRun = run
    session.journal.note(run)
    let view = LiveView(
      session, run, showsPlot: false, isQuiet: false, to: run.steps + count)
    defer { view.close() }
    try session.carry(run, to: run.steps + count, evaluates: false) { view.follow($0) }
    if let last = view.last {
      view.close()
      session.write("step \(last.step): \(last.text(time: session.isLive))\n", toError: false)
    }
    return Value.none
  }
}
