import GRDB

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
