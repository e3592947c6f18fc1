import Catalog
import Records

enum ArchiveRun {
  static let declaration: Declaration = .command(
    "archive", "Puts runs on record aside: `runs` lists them with archived=true only.",
    Argument("runs", "Runs or their numbers.") as Argument<Rest<RunReference>>,
    Argument("undo", "Whether they come back instead.", default: false),
    examples: ["step; archive run", "step; archive run; archive run, undo=true"],
    keywords: ["hide", "put aside", "record", "clean"]
  ) { session, rest, undo in
    guard !rest.items.isEmpty else {
      throw Failure(.argument, "archive needs runs", advice: "archive 12, 13")
    }
    // All are looked up before the first is changed.
    for run in try rest.items.map(session.recorded) {
      session.records.update(run.stored.key, isArchived: !undo)
    }
    return Value.none
  }
}
