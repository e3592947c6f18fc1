import Foundation
import GRDB

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// A database in memory.
func openMemory() throws -> DatabaseQueue {
  let database = try DatabaseQueue(configuration: Configuration())
  try prepare(database)
  return database
}

/// The database of a file; folder and file are made if need be, for their owner alone.
///
/// A damaged file is renamed and a new one begun.
func openFile(_ path: String, report: (String) -> Void) throws -> DatabaseQueue {
  try makePrivateFile(path)
  do {
    return try openPatiently(path)
  } catch let error as DatabaseError {
    guard case .damaged = Trouble(error) else { throw error }
    try replaceDamaged(path, report: report)
    return try openPatiently(path)
  }
}

/// Two processes that open a new file at once can meet while its journal mode is changed, which
/// SQLite answers with "busy" at once instead of waiting.
private func openPatiently(_ path: String) throws -> DatabaseQueue {
  var configuration = Configuration()
  configuration.busyMode = .timeout(2)
  configuration.prepareDatabase { database in
    // With a write-ahead log this survives the end of the process at any moment; only a power cut
    // may cost the last transactions, and never the file.
    try database.execute(sql: "PRAGMA synchronous = NORMAL")
  }
  var attempt = 0
  while true {
    do {
      let database = try DatabaseQueue(path: path, configuration: configuration)
      try prepare(database)
      return database
    } catch let error as DatabaseError {
      attempt += 1
      guard case .busy = Trouble(error), attempt < 50 else { throw error }
      usleep(20_000)
    }
  }
}

/// Renames a damaged file and what belongs to it; does nothing if another process did it before.
func replaceDamaged(_ path: String, report: (String) -> Void) throws {
  let lock = open(path + ".lock", O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
  defer { if lock >= 0 { close(lock) } }
  if lock >= 0 { flock(lock, LOCK_EX) }
  // Whoever came first has already begun a new file.
  if isWhole(path) { return }
  let stamp = Int(now())
  var aside = "\(path).damaged-\(stamp)"
  var number = 1
  while access(aside, F_OK) == 0 {
    number += 1
    aside = "\(path).damaged-\(stamp)-\(number)"
  }
  guard rename(path, aside) == 0 else { throw systemTrouble("renaming '\(path)'") }
  for suffix in ["-wal", "-shm"] { _ = rename(path + suffix, aside + suffix) }
  try makePrivateFile(path)
  report("the records in '\(path)' were damaged; they are kept in '\(aside)', and new ones begun")
}

private func isWhole(_ path: String) -> Bool {
  var configuration = Configuration()
  configuration.readonly = true
  configuration.busyMode = .timeout(2)
  do {
    let database = try DatabaseQueue(path: path, configuration: configuration)
    let result = try database.read { try String.fetchOne($0, sql: "PRAGMA quick_check(1)") }
    return result == "ok"
  } catch {
    if case .damaged = Trouble(error) { return false }
    return true
  }
}

private func makePrivateFile(_ path: String) throws {
  let folder = (path as NSString).deletingLastPathComponent
  if !folder.isEmpty, access(folder, F_OK) != 0 {
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
  }
  // SQLite gives its side files the rights of the main file.
  let file = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
  guard file >= 0 else { throw systemTrouble("opening") }
  defer { close(file) }
  var status = stat()
  guard fstat(file, &status) == 0 else { throw systemTrouble("reading the state of it") }
  guard status.st_mode & S_IFMT == S_IFREG else { throw FileTrouble(reason: "not a file") }
  if status.st_mode & 0o077 != 0 { fchmod(file, 0o600) }
}

private func systemTrouble(_ what: String) -> FileTrouble {
  FileTrouble(reason: "\(what) failed: \(String(cString: strerror(errno)).lowercased())")
}
