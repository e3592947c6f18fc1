import GRDB

extension RecordStore {
  /// Records a new run.
  @discardableResult
  public func add(_ run: NewRun, as key: RunKey = RunKey()) -> RunKey {
    let time = now()
    enqueue { database, state in
      let session = try state.begunSession(database)
      try database.execute(
        sql: """
          INSERT INTO run
            (key, session, name, kind, created, goal, data, seed, version, script, summary,
             student, teacher, settings, libraries, processor, parent, updated)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          key.value, session, run.name, run.kind, time, run.goal, run.data, run.seed, run.version,
          run.script, run.summary, run.student, run.teacher, run.settingsText, run.libraries,
          run.processor, run.parent?.value, time,
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

  /// Writes down where a run stands.
  public func progress(
    _ key: RunKey, _ run: NewRun, steps: Int, planned: Int, figures: [FigureSummary]
  ) {
    let time = now()
    enqueue { database, _ in
      try database.execute(
        sql: """
          UPDATE run SET name = ?, goal = ?, script = ?, teacher = ?, settings = ?, steps = ?,
            planned = ?, updated = ? WHERE key = ?
          """,
        arguments: [
          run.name, run.goal, run.script, run.teacher, run.settingsText, steps, planned, time,
          key.value,
        ])
      try database.execute(
        sql: "DELETE FROM figure WHERE run = ?", arguments: [key.value])
      for figure in figures where !figure.last.isNaN && !figure.best.isNaN {
        try database.execute(
          sql: """
            INSERT OR REPLACE INTO figure (run, name, last, best)
            SELECT key, ?, ?, ? FROM run WHERE key = ?
            """, arguments: [figure.name, figure.last, figure.best, key.value])
      }
    }
  }

  /// Writes down that a run's whole state is kept, as it was after so many steps.
  public func setCheckpoint(_ step: Int?, of key: RunKey) {
    enqueue { database, _ in
      try database.execute(
        sql: "UPDATE run SET checkpoint = ? WHERE key = ?", arguments: [step, key.value])
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

  /// Takes a run out of sight. It goes with its series, tags and events when this process ends;
  /// until then `restore` brings it back.
  public func discard(_ key: RunKey) {
    let time = now()
    enqueue { database, state in
      try database.execute(
        sql: "UPDATE run SET deleted = ? WHERE key = ?", arguments: [time, key.value])
      state.discarded.insert(key)
    }
  }

  /// Brings back a run that this process took out of sight; false if there is none of that number.
  public func restore(number: Int) -> Bool {
    let found: RunKey? = read(nil) { database, state in
      let key = try Int64.fetchOne(
        database, sql: "SELECT key FROM run WHERE id = ? AND deleted IS NOT NULL",
        arguments: [number])
      return key.map { RunKey($0) }.flatMap { state.discarded.contains($0) ? $0 : nil }
    }
    guard let found else { return false }
    enqueue { database, state in
      try database.execute(
        sql: "UPDATE run SET deleted = NULL WHERE key = ?", arguments: [found.value])
      state.discarded.remove(found)
    }
    return true
  }

  /// Removes a run with its series, tags and events.
  public func delete(_ key: RunKey) {
    enqueue { database, state in
      try database.execute(sql: "DELETE FROM run WHERE key = ?", arguments: [key.value])
      state.chunks = state.chunks.filter { $0.key.run != key }
    }
  }

  /// Removes what this process took out of sight, and what others did that ended long ago without
  /// having had the time; the numbers of those runs.
  func purge() -> [Int] {
    let found: [(key: RunKey, number: Int)] = read([]) { database, state in
      try Row.fetchAll(
        database, sql: "SELECT key, id, deleted FROM run WHERE deleted IS NOT NULL"
      ).compactMap { row in
        let key = RunKey(row[0])
        let time: Double = row[2]
        return state.discarded.contains(key) || time < now() - 86_400 ? (key, row[1]) : nil
      }
    }
    for (key, _) in found { delete(key) }
    flush()
    return found.map(\.number)
  }

  /// The newest runs, newest first.
  ///
  /// - Parameters:
  ///   - tag: Only those that have this tag.
  ///   - withFigures: Whether the last and the best of each figure are read too.
  public func runs(
    limit: Int? = nil, includingArchived: Bool = false, tag: String? = nil,
    withFigures: Bool = false
  ) -> [StoredRun] {
    read([]) { database, _ in
      try RunQuery(tag: tag, includesArchived: includingArchived, limit: limit)
        .fetch(database, withFigures: withFigures)
    }
  }

  /// The run of a key; nil if there is none.
  public func run(_ key: RunKey) -> StoredRun? {
    read(nil) { database, _ in
      try RunQuery(key: key).fetch(database, withFigures: true).first
    }
  }

  /// The run of a number as people write it; nil if there is none.
  public func run(number: Int) -> StoredRun? {
    read(nil) { database, _ in
      try RunQuery(number: number).fetch(database, withFigures: true).first
    }
  }
}
