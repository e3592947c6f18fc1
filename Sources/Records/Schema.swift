import GRDB

/// The version of the tables, in SQLite's `user_version`.
private let schemaVersion = 2

/// Makes the tables of a new file. A file made by a later version is left alone.
func prepare(_ database: DatabaseQueue) throws {
  func version(_ database: Database) throws -> Int {
    try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
  }
  let found = try database.read(version)
  try check(found)
  // After the check: it writes. With a write-ahead log, readers and a writer do not wait for each
  // other; the mode stays with the file, and a memory keeps its own.
  try database.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = WAL") }
  if found == schemaVersion { return }
  try database.write { database in
    // Another process may have made them since.
    let found = try version(database)
    if found == schemaVersion { return }
    try check(found)
    if found == 0 { try database.execute(sql: tables) }
    try database.execute(sql: secondVersion)
    try database.execute(sql: "PRAGMA user_version = \(schemaVersion)")
  }
}

private func check(_ version: Int) throws {
  if version > schemaVersion || version < 0 {
    throw FileTrouble(reason: "made by a later version of this program")
  }
}

/// `run.key` is drawn by the process that makes the run, so that nothing waits for the file; `run.id`
/// is the number a person sees. A chunk's data are points as `SeriesPoint` packs them.
private let tables = """
  CREATE TABLE session (id INTEGER PRIMARY KEY AUTOINCREMENT, started REAL NOT NULL);
  CREATE TABLE input (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    session INTEGER NOT NULL REFERENCES session(id) ON DELETE CASCADE,
    line INTEGER NOT NULL, code TEXT NOT NULL, output TEXT, time REAL NOT NULL,
    UNIQUE (session, line));
  CREATE TABLE run (
    id INTEGER PRIMARY KEY AUTOINCREMENT, key INTEGER NOT NULL UNIQUE,
    session INTEGER NOT NULL REFERENCES session(id) ON DELETE CASCADE,
    name TEXT NOT NULL, kind TEXT NOT NULL, created REAL NOT NULL, goal TEXT NOT NULL,
    data TEXT NOT NULL, seed INTEGER NOT NULL, version TEXT NOT NULL, script TEXT NOT NULL,
    summary TEXT NOT NULL, note TEXT NOT NULL DEFAULT '', archived INTEGER NOT NULL DEFAULT 0);
  CREATE TABLE tag (
    run INTEGER NOT NULL REFERENCES run(key) ON DELETE CASCADE, tag TEXT NOT NULL,
    PRIMARY KEY (run, tag)) WITHOUT ROWID;
  CREATE TABLE chunk (
    run INTEGER NOT NULL REFERENCES run(key) ON DELETE CASCADE,
    series TEXT NOT NULL, part INTEGER NOT NULL, data BLOB NOT NULL,
    PRIMARY KEY (run, series, part));
  CREATE TABLE event (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    run INTEGER REFERENCES run(key) ON DELETE CASCADE,
    session INTEGER NOT NULL REFERENCES session(id) ON DELETE CASCADE,
    time REAL NOT NULL, step INTEGER, kind TEXT NOT NULL, text TEXT NOT NULL);
  CREATE INDEX event_by_run ON event (run, id);
  """

/// What the second version adds: facts that runs are told apart by, the last and the best of each
/// figure, and marks of runs that are to go.
private let secondVersion = """
  ALTER TABLE run ADD COLUMN student TEXT NOT NULL DEFAULT '';
  ALTER TABLE run ADD COLUMN teacher TEXT NOT NULL DEFAULT '';
  ALTER TABLE run ADD COLUMN settings TEXT NOT NULL DEFAULT '[]';
  ALTER TABLE run ADD COLUMN libraries TEXT NOT NULL DEFAULT '';
  ALTER TABLE run ADD COLUMN processor TEXT NOT NULL DEFAULT '';
  ALTER TABLE run ADD COLUMN parent INTEGER;
  ALTER TABLE run ADD COLUMN steps INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE run ADD COLUMN planned INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE run ADD COLUMN updated REAL NOT NULL DEFAULT 0;
  ALTER TABLE run ADD COLUMN checkpoint INTEGER;
  ALTER TABLE run ADD COLUMN deleted REAL;
  CREATE TABLE figure (
    run INTEGER NOT NULL REFERENCES run(key) ON DELETE CASCADE, name TEXT NOT NULL,
    last REAL NOT NULL, best REAL NOT NULL, PRIMARY KEY (run, name)) WITHOUT ROWID;
  CREATE INDEX run_shown ON run (archived, id) WHERE deleted IS NULL;
  CREATE INDEX run_deleted ON run (deleted) WHERE deleted IS NOT NULL;
  CREATE INDEX tag_by_name ON tag (tag, run);
  CREATE INDEX run_by_session ON run (session);
  """
