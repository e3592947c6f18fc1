import GRDB

/// A question about runs: its parts decide which index answers it.
struct RunQuery {
  private let condition: String
  private let arguments: StatementArguments
  private let limit: Int?

  init(tag: String?, includesArchived: Bool, limit: Int?) {
    var conditions = ["deleted IS NULL"]
    var arguments: StatementArguments = []
    if !includesArchived { conditions.append("archived = 0") }
    if let tag {
      conditions.append("key IN (SELECT run FROM tag WHERE tag = ?)")
      arguments += [tag]
    }
    condition = conditions.joined(separator: " AND ")
    self.arguments = arguments
    self.limit = limit
  }

  init(key: RunKey) {
    condition = "key = ? AND deleted IS NULL"
    arguments = [key.value]
    limit = 1
  }

  init(number: Int) {
    condition = "id = ? AND deleted IS NULL"
    arguments = [number]
    limit = 1
  }

  var sql: String {
    "SELECT \(StoredRun.columns) FROM run WHERE \(condition) ORDER BY id DESC LIMIT \(count)"
  }

  private var chosen: String {
    "SELECT key FROM run WHERE \(condition) ORDER BY id DESC LIMIT \(count)"
  }

  private var tagSQL: String {
    "SELECT run, tag FROM tag WHERE run IN (\(chosen)) ORDER BY run, tag"
  }

  private var figureSQL: String {
    "SELECT run, name, last, best FROM figure WHERE run IN (\(chosen)) ORDER BY run, name"
  }

  private var count: Int { max(0, limit ?? .max) }

  func fetch(_ database: Database, withFigures: Bool) throws -> [StoredRun] {
    // One query for all tags: most runs have none.
    var tags: [Int64: [String]] = [:]
    let tagRows = try Row.fetchCursor(database, sql: tagSQL, arguments: arguments)
    while let row = try tagRows.next() { tags[row[0], default: []].append(row[1]) }
    var figures: [Int64: [FigureSummary]] = [:]
    if withFigures {
      let rows = try Row.fetchCursor(database, sql: figureSQL, arguments: arguments)
      while let row = try rows.next() {
        figures[row[0], default: []].append(
          FigureSummary(row[1], last: row[2], best: row[3]))
      }
    }
    let rows = try Row.fetchCursor(database, sql: sql, arguments: arguments)
    var result: [StoredRun] = []
    while let row = try rows.next() {
      var run = StoredRun(row, tags: tags)
      run.figures = figures[run.key.value] ?? []
      result.append(run)
    }
    return result
  }

  /// How SQLite answers it, step by step.
  func plan(_ database: Database) throws -> [String] {
    try [sql, tagSQL, figureSQL].flatMap { statement in
      try Row.fetchAll(database, sql: "EXPLAIN QUERY PLAN " + statement, arguments: arguments)
        .map { $0["detail"] as String }
    }
  }
}

extension RecordStore {
  /// How the questions of a listing, of a tag and of one run are answered.
  func queryPlans() -> [String] {
    read([]) { database, _ in
      try [
        RunQuery(tag: nil, includesArchived: false, limit: 20),
        RunQuery(tag: "a", includesArchived: false, limit: 20),
        RunQuery(number: 1), RunQuery(key: RunKey()),
      ].flatMap { try $0.plan(database) }
    }
  }
}
