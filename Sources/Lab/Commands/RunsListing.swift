import Catalog
import Foundation
import Plots
import Records

enum RunsListing {
  static let declaration: Declaration = .command(
    "runs", "Lists the runs on record, of this and earlier sessions; `runs 12` shows one in full.",
    details: """
      `where` is a condition in this language over what is known of a run: its figures (`loss`, \
      `test_accuracy`: the last value; `best_loss`: the best), `accuracy` and `best_accuracy` on \
      held-out data, and `number name kind student teacher data goal seed steps epochs batch \
      optimizer schedule tags note archived age` (days). `has(goal, "kd")` looks into texts and \
      tags. `sort` is such an expression too: the greatest first, `"-loss"` the least.
      """,
    Argument("run", "One run, to be shown in full.", default: Subject<RunReference>()),
    Argument("where", "Only runs for which this is true.", default: String?.none),
    Argument("sort", "What they are ordered by; none: the newest first.", default: String?.none),
    Argument("limit", "How many are listed.", default: 20) { $0 < 1 ? "must be at least 1" : nil },
    Argument("tag", "Only runs with this tag.", default: String?.none),
    Argument("archived", "Whether archived ones are listed too.", default: false),
    examples: [
      "runs", "step; runs where=\"accuracy > 0.05\"", "step; runs 1", "runs sort=\"-loss\"",
    ],
    keywords: ["record", "history", "past", "experiments", "search", "list", "table"]
  ) { session, subject, condition, sort, limit, tag, archived -> Value in
    if let reference = subject.value { return .object(try session.recorded(reference)) }
    session.syncRecords()
    return .object(
      try table(session.records, session, condition, sort, limit, tag, archived))
  }

  private static func table(
    _ store: RecordStore, _ session: Session, _ condition: String?, _ sort: String?, _ limit: Int,
    _ tag: String?, _ archived: Bool
  ) throws -> Table {
    let asks = condition != nil || sort != nil
    var runs = store.runs(
      limit: asks ? nil : limit + 1, includingArchived: archived, tag: tag, withFigures: true)
    if let condition {
      let condition = RunCondition(condition, over: runs, session)
      runs = try runs.filter(condition.holds)
    }
    if let sort { runs = try sorted(runs, by: RunCondition(sort, over: runs, session)) }
    let isCut = runs.count > limit
    let shown = Array(runs.prefix(limit))
    let now = Date().timeIntervalSince1970
    var notes: [String] = []
    if isCut {
      notes.append(
        asks
          ? "\(runs.count - limit) more: limit=\(runs.count) lists all"
          : "there are older ones: limit=100 lists more")
    }
    guard !shown.isEmpty else {
      return Table(
        columns: [.init("run")], notes: [asks || tag != nil ? "no run fits" : "no runs yet"])
    }
    notes.append("last and best: accuracy on held-out data, or on training batches where none was")
    let hasTags = shown.contains { !$0.tags.isEmpty || $0.isArchived }
    // Room for the tags, where there is one data set to say.
    let data = Set(shown.map(\.run.data))
    let namesData = !hasTags || data.count > 1
    if !namesData, let only = data.first { notes.append("all on \(only)") }
    var table = Table(
      columns: [
        .init("run", isKept: true), .init("name"), .init("student ← teacher"),
      ] + (namesData ? [.init("data")] : []) + [
        .init("goal"), .init("steps"), .init("last", format: .percent(1)),
        .init("best", format: .percent(1)), .init("when"),
      ] + (hasTags ? [.init("tags")] : []),
      rows: shown.map { row($0, now, namesData: namesData, hasTags: hasTags) }, notes: notes)
    // So many were asked for.
    table.shownRows = limit
    return table
  }

  private static func row(
    _ run: StoredRun, _ now: Double, namesData: Bool, hasTags: Bool
  ) -> [Table.Cell] {
    let facts = run.run
    let tags = (run.isArchived ? ["(archived)"] : []) + run.tags
    return [
      .number(Double(run.number)), .text(facts.name),
      .text(facts.teacher.isEmpty ? facts.student : "\(facts.student) ← \(facts.teacher)"),
    ] + (namesData ? [.text(facts.data)] : []) + [
      .text(facts.goal), .number(Double(run.steps)),
      run.accuracy.map { .number($0.last) } ?? .missing,
      run.accuracy.map { .number($0.best) } ?? .missing,
      .text(ageText(now - run.updated)),
    ] + (hasTags ? [.text(tags.joined(separator: ", "))] : [])
  }

  /// Numbers from the greatest, texts from A; what is not a number comes last.
  private static func sorted(
    _ runs: [StoredRun], by key: RunCondition
  ) throws -> [StoredRun] {
    let keyed = try runs.map { ($0, try key.value(for: $0)) }
    return keyed.sorted { a, b in
      switch (a.1, b.1) {
      case (.number(let a), .number(let b)): a > b || (b.isNaN && !a.isNaN)
      case (.string(let a), .string(let b)): a < b
      case (.number, _): true
      default: false
      }
    }.map(\.0)
  }

  /// `now`, `5 min`, `3 h`, `12 d`.
  private static func ageText(_ seconds: Double) -> String {
    switch max(0, seconds) {
    case ..<60: "now"
    case ..<3600: "\(Int(seconds / 60)) min"
    case ..<86_400: "\(Int(seconds / 3600)) h"
    default: "\(Int(seconds / 86_400)) d"
    }
  }
}
