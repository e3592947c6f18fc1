import Catalog
import Records

enum NoteRun {
  static let declaration: Declaration = .command(
    "note", "Writes a note to a run on record; a later one takes its place.",
    Argument(
      "run", "A run or its number; the current one where none is named.",
      default: Subject<RunReference>()),
    Argument("text", "The note; empty for none.") as Argument<String>,
    examples: ["note run, \"temperature was too high\""],
    keywords: ["comment", "remark", "record", "describe"]
  ) { session, subject, text in
    guard text.utf8.count <= 100_000 else {
      throw Failure(.value, "a note has at most 100,000 bytes", site: .named("text"))
    }
    session.records.update(try session.recorded(subject).stored.key, note: text)
    return Value.none
  }
}
