import Catalog
import Training

enum Rewind {
  static let declaration: Declaration = .command(
    "rewind", "Takes a run back to an earlier step, to the bit.",
    details: """
      `rewind 200` undoes the last 200 steps, `rewind to=1000` goes back to the moment when 1000 \
      steps had just been made. Weights, optimizer, figures and record are what they were then; \
      changes made since are undone, and a teacher's preprocessing is as it was. It starts at the \
      nearest snapshot before and makes the steps from there again. Nothing is shown of what is \
      lost: `fork(run)` first keeps it.
      """,
    Argument("run", "The run; the current one where none is named.", default: Subject<Run>()),
    Argument("n", "How many steps to go back.", default: Int?.none) {
      ($0 ?? 0) < 0 ? "must be at least 0" : nil
    },
    Argument("to", "The step to go back to.", default: Int?.none) {
      ($0 ?? 0) < 0 ? "must be at least 0" : nil
    },
    examples: ["step 3; rewind 2", "step 3; rewind to=1"],
    keywords: ["back", "undo", "time", "snapshot", "restore"]
  ) { session, subject, count, target in
    let run = try session.run(subject)
    let goal: Int
    switch (count, target) {
    case (let count?, nil): goal = run.steps - count
    case (nil, let target?): goal = target
    default:
      throw Failure(
        .argument, "rewind needs either a number of steps or the step to go back to",
        advice: "rewind 200, or rewind to=1000")
    }
    session.currentRun = run
    session.journal.note(run)
    let result = try run.rewind(to: goal, check: session.check)
    let again = result.replayed == 1 ? "1 step" : "\(result.replayed) steps"
    let how =
      result.replayed == 0
      ? "by its snapshot" : "\(again) made again from the snapshot at \(result.snapshot)"
    session.write("\(session.name(of: run)) is at step \(result.steps), \(how)\n", toError: false)
    return Value.none
  }
}
