import Catalog
import Records
import Training

enum DeleteRun {
  static let declaration: Declaration = .command(
    "delete", "Removes runs from the records, with their series and checkpoints.",
    details: """
      Nothing is asked. The runs are out of sight at once and gone when this session's process \
      ends; until then `delete 12, undo=true` brings one back. No file outside of the records is \
      touched, and a run that lives stays as it is.
      """,
    Argument("runs", "Runs or their numbers.") as Argument<Rest<RunReference>>,
    Argument("undo", "Whether deleted runs come back instead.", default: false),
    examples: ["step; delete run", "step; delete open(1); delete 1, undo=true"],
    keywords: ["remove", "forget", "record", "clean"]
  ) { session, rest, undo in
    guard !rest.items.isEmpty else {
      throw Failure(.argument, "delete needs runs", advice: "delete 12, 13")
    }
    guard undo else {
      let found = try rest.items.map(session.recorded)
      for run in found { session.records.discard(run.stored.key) }
      let numbers = found.map { String($0.stored.number) }.joined(separator: ", ")
      session.write("deleted; delete \(numbers), undo=true brings back\n", toError: false)
      return Value.none
    }
    for reference in rest.items {
      let number =
        switch reference {
        case .number(let number): number
        case .live(let run): run.number
        case .recorded(let run): run.stored.number
        }
      guard session.records.restore(number: number) else {
        throw Failure(.state, "run \(number) was not deleted in this session")
      }
    }
    return Value.none
  }
}
