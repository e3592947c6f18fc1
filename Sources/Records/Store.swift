import Foundation
import GRDB

/// The open database and what becomes of it when something fails. Used by one thread at a time.
struct Store {
  /// Nil for memory.
  let path: String?
  var state = State()
  private var database: DatabaseQueue?
  private var isMemory = false

  /// A copy of more than this many bytes is not taken into memory when the file fails.
  private static let rescueLimit = 64 << 20

  init(path: String?) { self.path = path }

  var isOpen: Bool { database != nil }

  /// Writes a batch in one transaction. If the file fails, records go on in memory; a write that
  /// fails alone is dropped, so that it cannot keep back the others.
  mutating func write(_ batch: [Write], report: (String) -> Void) {
    for _ in 0..<3 {
      guard let database = opened(report) else { return }
      do {
        try apply(batch, to: database)
        return
      } catch {
        switch Trouble(error) {
        case .damaged: setAside(report)
        case .busy: continue
        case .disk(let reason): moveToMemory(reason, report)
        case .statement:
          for write in batch {
            do { try apply([write], to: database) } catch {
              report("a record could not be written: \(Trouble.text(error))")
            }
          }
          return
        }
      }
    }
    report("some records could not be written: the file is in use by another process")
  }

  mutating func read(report: (String) -> Void, _ body: (Database, State) throws -> Void) {
    for _ in 0..<2 {
      guard let database = opened(report) else { return }
      let state = state
      do {
        try database.read { try body($0, state) }
        return
      } catch {
        switch Trouble(error) {
        case .damaged: setAside(report)
        case .busy: continue
        case .disk(let reason): moveToMemory(reason, report)
        case .statement:
          report("records could not be read: \(Trouble.text(error))")
          return
        }
      }
    }
  }

  /// Gives the file back; it is opened again if it is used again.
  mutating func close() {
    if !isMemory { try? database?.close() }
    database = nil
  }

  private mutating func apply(_ batch: [Write], to database: DatabaseQueue) throws {
    var next = state
    try database.write { database in
      for write in batch { try write(database, &next) }
    }
    state = next
  }

  /// The database, opened at its first use.
  private mutating func opened(_ report: (String) -> Void) -> DatabaseQueue? {
    if let database { return database }
    if let path {
      do {
        database = try openFile(path, report: report)
        return database
      } catch {
        report(Store.memoryWarning(path, Trouble.text(error)))
      }
    }
    database = try? openMemory()
    isMemory = true
    if database == nil { report("records cannot be kept: no memory for them") }
    return database
  }

  private static func memoryWarning(_ path: String, _ reason: String) -> String {
    "records are kept in memory only: '\(path)' cannot be used (\(reason))"
  }

  /// Leaves the file, taking along what can still be read of it.
  private mutating func moveToMemory(_ reason: String, _ report: (String) -> Void) {
    guard !isMemory, let path else { return }
    report(Store.memoryWarning(path, reason))
    isMemory = true
    let old = database
    database = try? openMemory()
    guard let old, let memory = database else { return }
    let size = (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0
    do {
      if size > Store.rescueLimit { throw CancellationError() }
      try old.backup(to: memory)
    } catch {
      database = try? openMemory()
      state.session = nil
    }
    try? old.close()
  }

  /// The file turned out to be damaged: it is kept beside a new one.
  private mutating func setAside(_ report: (String) -> Void) {
    guard !isMemory, let path else { return }
    try? database?.close()
    database = nil
    state.session = nil
    do { try replaceDamaged(path, report: report) } catch {
      report(Store.memoryWarning(path, Trouble.text(error)))
      database = try? openMemory()
      isMemory = true
    }
  }
}

/// What kind of failure it was: it decides what can be done.
enum Trouble {
  /// The file is no database or not a whole one.
  case damaged
  /// Another process holds it for longer than we wait.
  case busy
  /// Full, read-only, unreadable, gone.
  case disk(String)
  /// The statement itself.
  case statement

  init(_ error: any Error) {
    guard let error = error as? DatabaseError else {
      self = .disk(Trouble.text(error))
      return
    }
    switch error.resultCode {
    case .SQLITE_CORRUPT, .SQLITE_NOTADB: self = .damaged
    case .SQLITE_BUSY, .SQLITE_LOCKED: self = .busy
    case .SQLITE_FULL, .SQLITE_READONLY, .SQLITE_IOERR, .SQLITE_CANTOPEN, .SQLITE_PERM,
      .SQLITE_AUTH, .SQLITE_NOMEM, .SQLITE_NOLFS, .SQLITE_PROTOCOL:
      self = .disk(Trouble.text(error))
    default: self = .statement
    }
  }

  /// One line about it.
  static func text(_ error: any Error) -> String {
    switch error {
    case let error as DatabaseError: error.message ?? "SQLite error \(error.resultCode.rawValue)"
    case let error as FileTrouble: error.reason
    default: error.localizedDescription
    }
  }
}

/// The file system refused something.
struct FileTrouble: Error {
  let reason: String
}
