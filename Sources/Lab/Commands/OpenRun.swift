import Catalog
import Records

enum OpenRun {
  static let declaration: Declaration = .command(
    "open", "A run on record: what it was set to, its figures, and the script that makes it.",
    details: """
      Its members are its facts and its series: `plot open(12).loss`. `replay`ing its script makes \
      it again, `load 12` brings back what `checkpoint` kept.
      """,
    Argument(
      "run", "The number on record, or a run.", default: Subject<RunReference>()),
    examples: ["step; open run", "step; plot open(1).loss"],
    keywords: ["record", "run", "past", "history", "script", "settings"]
  ) { session, subject in try session.recorded(subject) }
}
