import GRDB

/// One input of the past.
public struct InputRecord: Sendable, Equatable {
  /// Session number, counted from 1 over all time.
  public let session: Int
  /// Number of the input in its session, from 1.
  public let line: Int
  public let code: String
  /// What it showed, if that was recorded.
  public let output: String?
  /// Seconds since 1970.
  public let time: Double

  init(_ row: Row) {
    session = row["session"]
    line = row["line"]
    code = row["code"]
    output = row["output"]
    time = row["time"]
  }
}

/// The history of inputs, as Jupyter's `history_request` asks for it (Jupyter messaging protocol 5.4)
/// and a terminal recalls it.
extension RecordStore {
  /// Records an input of this session; a second one with the same line number replaces the first.
  public func append(line: Int, code: String, output: String? = nil) {
    let time = now()
    enqueue { database, state in
      let session = try state.begunSession(database)
      try database.execute(
        sql: """
          INSERT INTO input (session, line, code, output, time) VALUES (?, ?, ?, ?, ?)
          ON CONFLICT (session, line) DO UPDATE SET
            code = excluded.code, output = excluded.output, time = excluded.time
          """,
        arguments: [session, line, code, output, time])
    }
  }

  /// Adds what an input showed to its record.
  public func setOutput(line: Int, _ output: String) {
    enqueue { database, state in
      try database.execute(
        sql: "UPDATE input SET output = ? WHERE session = ? AND line = ?",
        arguments: [output, state.session, line])
    }
  }

  /// The newest inputs of all sessions, oldest first.
  public func tail(_ count: Int) -> [InputRecord] {
    guard count > 0 else { return [] }
    return read([]) { database, _ in
      try Row.fetchAll(
        database, sql: "SELECT * FROM input ORDER BY id DESC LIMIT ?", arguments: [count]
      ).reversed().map(InputRecord.init)
    }
  }

  /// The inputs of one session with line numbers from `start` up to, not including, `stop`.
  ///
  /// - Parameter session: A number; 0 for this session, -1 for the one before, and so on.
  public func range(session: Int, start: Int = 1, stop: Int? = nil) -> [InputRecord] {
    read([]) { database, state in
      guard let number = try RecordStore.number(of: session, database, state) else { return [] }
      return try Row.fetchAll(
        database,
        sql: """
          SELECT * FROM input WHERE session = ? AND line >= ? AND line < ? ORDER BY line
          """, arguments: [number, start, stop ?? Int.max]
      ).map(InputRecord.init)
    }
  }

  /// The inputs that match a pattern, oldest first.
  ///
  /// - Parameters:
  ///   - pattern: `*` stands for any text, `?` for any character; it must match the whole input.
  ///   - count: Only the newest so many.
  ///   - unique: Of equal inputs only the newest.
  public func search(_ pattern: String, count: Int? = nil, unique: Bool = false) -> [InputRecord] {
    let glob = RecordStore.glob(pattern)
    let chosen =
      unique ? "id IN (SELECT max(id) FROM input WHERE code GLOB ? GROUP BY code)" : "code GLOB ?"
    return read([]) { database, _ in
      try Row.fetchAll(
        database, sql: "SELECT * FROM input WHERE \(chosen) ORDER BY id DESC LIMIT ?",
        arguments: [glob, max(0, count ?? Int.max)]
      ).reversed().map(InputRecord.init)
    }
  }

  /// Forgets all inputs of the past.
  public func forgetInputs() {
    enqueue { database, _ in try database.execute(sql: "DELETE FROM input") }
  }

  /// The pattern for SQLite, to which `[` would begin a set of characters: in code it is a bracket.
  private static func glob(_ pattern: String) -> String {
    pattern.map { $0 == "[" ? "[[]" : String($0) }.joined()
  }

  private static func number(
    of session: Int, _ database: Database, _ state: State
  ) throws -> Int? {
    if session > 0 { return session }
    if session == 0 { return state.session }
    guard session > -1_000_000_000 else { return nil }
    return try Int.fetchOne(
      database,
      sql: "SELECT id FROM session WHERE id < ? ORDER BY id DESC LIMIT 1 OFFSET ?",
      arguments: [state.session ?? Int.max, -session - 1])
  }
}
