import GRDB

/// The name of a run inside the store: drawn at random, so a run needs no file to be made.
public struct RunKey: Sendable, Hashable, Comparable {
  let value: Int64

  public init() { value = Int64.random(in: 1...Int64.max) }

  init(_ value: Int64) { self.value = value }

  public static func < (a: RunKey, b: RunKey) -> Bool { a.value < b.value }
}

/// What is known of a run when it is made.
public struct NewRun: Sendable, Equatable {
  /// The variable it was assigned to, or what it is called otherwise.
  public var name: String
  /// "train", "distill".
  public var kind: String
  /// As it would be typed: `ce() + 5*kd(T=1)`.
  public var goal: String
  public var data: String
  public var seed: Int
  /// The version of the program.
  public var version: String
  /// Code that makes the run again.
  public var script: String
  /// A JSON object with whatever else is known: models, accuracy.
  public var summary: String

  public init(
    name: String, kind: String, goal: String = "", data: String = "", seed: Int = 0,
    version: String = "", script: String = "", summary: String = "{}"
  ) {
    self.name = name
    self.kind = kind
    self.goal = goal
    self.data = data
    self.seed = seed
    self.version = version
    self.script = script
    self.summary = summary
  }
}

/// A run on record.
public struct StoredRun: Sendable, Equatable {
  public let key: RunKey
  /// The number a person calls it by, counted from 1 over all time.
  public let number: Int
  public let session: Int
  /// Seconds since 1970.
  public let created: Double
  public let run: NewRun
  public let note: String
  public let isArchived: Bool
  /// In alphabetical order.
  public let tags: [String]

  /// The columns in the order in which `init` reads them: by place, which is much faster than by
  /// name where there are thousands.
  static let columns = """
    key, id, session, created, name, kind, goal, data, seed, version, script, summary, note, archived
    """

  init(_ row: Row, tags: [Int64: [String]]) {
    let number: Int64 = row[0]
    key = RunKey(number)
    self.number = row[1]
    session = row[2]
    created = row[3]
    run = NewRun(
      name: row[4], kind: row[5], goal: row[6], data: row[7], seed: row[8], version: row[9],
      script: row[10], summary: row[11])
    note = row[12]
    isArchived = row[13]
    self.tags = tags[number] ?? []
  }
}

/// Something that happened: a change of a run, a range of steps, a save.
public struct EventRecord: Sendable, Equatable {
  public let run: RunKey?
  public let session: Int
  /// Seconds since 1970.
  public let time: Double
  public let step: Int?
  /// "change", "steps", "save", …
  public let kind: String
  public let text: String

  init(_ row: Row) {
    run = (row["run"] as Int64?).map { RunKey($0) }
    session = row["session"]
    time = row["time"]
    step = row["step"]
    kind = row["kind"]
    text = row["text"]
  }
}

extension RecordStore {
  /// Records a new run.
  public func add(_ run: NewRun, as key: RunKey = RunKey()) -> RunKey {
    let time = now()
    enqueue { database, state in
      let session = try state.begunSession(database)
      try database.execute(
        sql: """
          INSERT INTO run
            (key, session, name, kind, created, goal, data, seed, version, script, summary)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          key.value, session, run.name, run.kind, time, run.goal, run.data, run.seed, run.version,
          run.script, run.summary,
        ])
    }
    return key
  }

  /// Changes what is known of a run; nil leaves a part as it is.
  public func update(
    _ key: RunKey, name: String? = nil, goal: String? = nil, script: String? = nil,
    summary: String? = nil, note: String? = nil, isArchived: Bool? = nil
  ) {
    enqueue { database, _ in
      try database.execute(
        sql: """
          UPDATE run SET name = ifnull(?, name), goal = ifnull(?, goal),
            script = ifnull(?, script), summary = ifnull(?, summary), note = ifnull(?, note),
            archived = ifnull(?, archived)
          WHERE key = ?
          """,
        arguments: [name, goal, script, summary, note, isArchived, key.value])
    }
  }

  /// Gives a run exactly these tags.
  public func setTags(_ tags: [String], of key: RunKey) {
    enqueue { database, _ in
      try database.execute(sql: "DELETE FROM tag WHERE run = ?", arguments: [key.value])
      for tag in tags {
        try database.execute(
          sql: "INSERT OR IGNORE INTO tag (run, tag) SELECT key, ? FROM run WHERE key = ?",
          arguments: [tag, key.value])
      }
    }
  }

  /// Removes a run with its series, tags and events.
  public func delete(_ key: RunKey) {
    enqueue { database, state in
      try database.execute(sql: "DELETE FROM run WHERE key = ?", arguments: [key.value])
      state.chunks = state.chunks.filter { $0.key.run != key }
    }
  }

  /// The newest runs, newest first.
  public func runs(limit: Int? = nil, includingArchived: Bool = false) -> [StoredRun] {
    read([]) { database, _ in
      try RecordStore.fetchRuns(
        database, where: includingArchived ? "1" : "archived = 0", [], limit: limit)
    }
  }

  /// The run of a key; nil if there is none.
  public func run(_ key: RunKey) -> StoredRun? {
    read(nil) { database, _ in
      try RecordStore.fetchRuns(database, where: "key = ?", [key.value], limit: 1).first
    }
  }

  /// The run of a number as people write it; nil if there is none.
  public func run(number: Int) -> StoredRun? {
    read(nil) { database, _ in
      try RecordStore.fetchRuns(database, where: "id = ?", [number], limit: 1).first
    }
  }

  private static func fetchRuns(
    _ database: Database, where condition: String, _ arguments: StatementArguments, limit: Int?
  ) throws -> [StoredRun] {
    // One query for all tags: most runs have none.
    var tags: [Int64: [String]] = [:]
    let chosen = "SELECT key FROM run WHERE \(condition)"
    let tagRows = try Row.fetchCursor(
      database, sql: "SELECT run, tag FROM tag WHERE run IN (\(chosen)) ORDER BY run, tag",
      arguments: arguments)
    while let row = try tagRows.next() { tags[row[0], default: []].append(row[1]) }
    let rows = try Row.fetchCursor(
      database,
      sql: """
        SELECT \(StoredRun.columns) FROM run WHERE \(condition)
        ORDER BY id DESC LIMIT \(max(0, limit ?? .max))
        """,
      arguments: arguments)
    var result: [StoredRun] = []
    while let row = try rows.next() { result.append(StoredRun(row, tags: tags)) }
    return result
  }

  /// Records that something happened.
  public func addEvent(_ kind: String, _ text: String, run: RunKey? = nil, step: Int? = nil) {
    let time = now()
    enqueue { database, state in
      let session = try state.begunSession(database)
      try database.execute(
        sql: """
          INSERT INTO event (run, session, time, step, kind, text)
          VALUES ((SELECT key FROM run WHERE key = ?), ?, ?, ?, ?, ?)
          """,
        arguments: [run?.value, session, time, step, kind, text])
    }
  }

  /// What happened to a run, oldest first; with nil, what concerns no run.
  public func events(of run: RunKey?) -> [EventRecord] {
    read([]) { database, _ in
      try Row.fetchAll(
        database, sql: "SELECT * FROM event WHERE run IS ? ORDER BY id", arguments: [run?.value]
      ).map(EventRecord.init)
    }
  }
}
