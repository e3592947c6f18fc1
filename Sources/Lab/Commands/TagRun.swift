import Catalog
import Records

enum TagRun {
  static let declaration: Declaration = .command(
    "tag", "Gives a run on record a word to be found by: `runs tag=\"baseline\"`.",
    Argument(
      "run", "A run or its number; the current one where none is named.",
      default: Subject<RunReference>()),
    Argument("tag", "The word.") as Argument<String>,
    Argument("remove", "Whether the run loses the tag instead.", default: false),
    examples: ["step; tag run, \"baseline\"", "tag \"usi\""],
    keywords: ["label", "mark", "record", "find"]
  ) { session, subject, tag, removes in
    guard !tag.isEmpty, tag.utf8.count <= 100 else {
      throw Failure(.value, "a tag has 1 to 100 letters", site: .named("tag"))
    }
    let stored = try session.recorded(subject).stored
    let tags = removes ? stored.tags.filter { $0 != tag } : stored.tags + [tag]
    session.records.setTags(tags, of: stored.key)
    return Value.none
  }
}
