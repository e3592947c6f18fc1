import GRDB

/// A file as the first version of the tables had it, with a run, a tag and an input.
func firstVersion(_ path: String) throws {
  let database = try DatabaseQueue(path: path)
  try database.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = WAL") }
  try database.write { database in
    try database.execute(
      sql: """
        CREATE TABLE session (id INTEGER PRIMARY KEY AUTOINCREMENT, started REAL NOT NULL);
        CREATE TABLE input (
          id INTEGER PRIMARY KEY AUTOINCREMENT, session INTEGER NOT NULL, line INTEGER NOT NULL,
          code TEXT NOT NULL, output TEXT, time REAL NOT NULL, UNIQUE (session, line));
        CREATE TABLE run (
          id INTEGER PRIMARY KEY AUTOINCREMENT, key INTEGER NOT NULL UNIQUE,
          session INTEGER NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL, created REAL NOT NULL,
          goal TEXT NOT NULL, data TEXT NOT NULL, seed INTEGER NOT NULL, version TEXT NOT NULL,
          script TEXT NOT NULL, summary TEXT NOT NULL, note TEXT NOT NULL DEFAULT '',
          archived INTEGER NOT NULL DEFAULT 0);
        CREATE TABLE tag (
          run INTEGER NOT NULL, tag TEXT NOT NULL, PRIMARY KEY (run, tag)) WITHOUT ROWID;
        CREATE TABLE chunk (
          run INTEGER NOT NULL, series TEXT NOT NULL, part INTEGER NOT NULL, data BLOB NOT NULL,
          PRIMARY KEY (run, series, part));
        CREATE TABLE event (
          id INTEGER PRIMARY KEY AUTOINCREMENT, run INTEGER, session INTEGER NOT NULL,
          time REAL NOT NULL, step INTEGER, kind TEXT NOT NULL, text TEXT NOT NULL);
        INSERT INTO session (started) VALUES (1);
        INSERT INTO input (session, line, code, time) VALUES (1, 1, '1 + 1', 1);
        INSERT INTO run
          (key, session, name, kind, created, goal, data, seed, version, script, summary)
          VALUES (77, 1, 'old', 'train', 1, 'ce()', 'digits', 0, '0.1', '', '{}');
        INSERT INTO tag VALUES (77, 'x');
        PRAGMA user_version = 1;
        """)
  }
}
