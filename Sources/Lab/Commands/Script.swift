import Catalog
import Training

enum Script {
  static let declaration: Declaration = .command(
    "script", "Prints a session that makes a run again, from the first weight to the last step.",
    Argument("run", "The run; the current one where none is named.", default: Subject<Run>()),
    examples: ["script run"], keywords: ["replay", "reproduce", "record", "history"]
  ) { session, subject in
    session.write(try session.run(subject).record.script + "\n", toError: false)
    return Value.none
  }
}
