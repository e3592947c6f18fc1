import Catalog
import Training

enum Undo {
  static let declaration: Declaration = .command(
    "undo", "Undoes the last statement that changed a run.",
    details: """
      Steps, a changed setting, weights loaded, a rewind: whatever the statement did to runs, \
      their optimizers and models is as it was before, to the bit. Said again, it undoes the \
      statement before that, as far as memory holds them. Variables keep their values.
      """,
    examples: ["step 2; undo"], keywords: ["back", "revert", "mistake", "time"]
  ) { session in
    guard session.journal.undo() else {
      throw Failure(
        .state, "there is no statement left to undo", advice: "rewind goes back by steps")
    }
    if let run = session.currentRun {
      session.write("\(session.name(of: run)) is at step \(run.steps)\n", toError: false)
    }
    return Value.none
  }
}
