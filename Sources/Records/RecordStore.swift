import Dispatch
import Foundation
import GRDB
import Synchronization

/// What is kept of all sessions: their inputs, the runs with their series, and what happened to them.
///
/// One SQLite file, `records.sqlite`, holds it all; several processes may use it at once. Nothing is
/// opened before the first use. Writing returns at once: it is done on a queue of its own, half a
/// second later at most, in one transaction, so a killed process loses no more than that. Nothing
/// here throws: if the file cannot be used, records are kept in memory for as long as the process
/// lives, and `takeWarnings()` has one text that says so.
///
/// Call `flush()` before the process ends.
public final class RecordStore: Sendable {
  /// Where the file lies; nil for records kept in memory.
  public let path: String?

  private let pending = Mutex(Pending())
  private let store: Mutex<Store>
  private let warnings = Mutex<[String]>([])
  private let queue = DispatchQueue(label: "records", qos: .utility)
  private let delay: Double
  private let memoryFolder = NSTemporaryDirectory() + "athanor-" + UUID().uuidString

  /// A store in a folder, which is made if need be. Touches no disk until first used.
  ///
  /// - Parameter delay: Seconds that writes may wait for more to come.
  public init(folder: String, delay: Double = 0.4) {
    let path = folder.hasSuffix("/") ? "\(folder)records.sqlite" : "\(folder)/records.sqlite"
    self.path = path
    self.delay = delay
    store = Mutex(Store(path: path))
  }

  private init(memoryDelay delay: Double) {
    path = nil
    self.delay = delay
    store = Mutex(Store(path: nil))
  }

  /// A store that vanishes with the process.
  public static func inMemory() -> RecordStore { RecordStore(memoryDelay: 0.4) }

  deinit {
    let removed = isUsed ? purge() : []
    for number in removed { try? FileManager.default.removeItem(atPath: checkpointPath(number)) }
    if path == nil { try? FileManager.default.removeItem(atPath: folder) }
    flush()
    store.withLock { $0.close() }
  }

  /// Whether there is an open database, or something waits for one.
  private var isUsed: Bool {
    store.withLock { $0.isOpen } || pending.withLock { !$0.isEmpty }
  }

  /// Where files of these records lie: beside the database; for records in memory a folder of this
  /// process that goes with it.
  public var folder: String {
    guard let path else { return memoryFolder }
    return (path as NSString).deletingLastPathComponent
  }

  /// The file of a run's whole state.
  public func checkpointPath(_ number: Int) -> String { "\(folder)/checkpoints/\(number).athanor" }

  /// Writes all that waits and returns when it is written.
  public func flush() {
    store.withLock { store in
      let batch = pending.withLock { $0.take() }
      if batch.isEmpty { return }
      store.write(batch, report: report)
    }
  }

  /// What went wrong since the last call, in words for the person; each trouble is told once.
  public func takeWarnings() -> [String] {
    warnings.withLock { warnings in
      defer { warnings = [] }
      return warnings
    }
  }

  /// The number of this session, counted from 1 over all time; nil until something is written in it.
  public var session: Int? {
    flush()
    return store.withLock { $0.state.session }
  }

  /// Adds changes that belong together: the file never holds some of them without the others. What
  /// is read inside of `body` is without them.
  public func together(_ body: () -> Void) {
    pending.withLock { $0.hold() }
    body()
    let isFirst = pending.withLock { $0.release() }
    if isFirst { schedule() }
  }

  /// Adds a write to those that wait.
  func enqueue(_ write: @escaping Write) {
    let isFirst = pending.withLock { $0.add(write) }
    if isFirst { schedule() }
  }

  /// Adds a point of a series to those that wait: a dictionary look-up and an append.
  func enqueue(_ point: SeriesPoint, to key: SeriesKey) {
    let isFirst = pending.withLock { $0.add(point, to: key) }
    if isFirst { schedule() }
  }

  /// Reads after all that waits is written; `fallback` if it cannot be read.
  func read<T>(_ fallback: T, _ body: (Database, State) throws -> T) -> T {
    flush()
    // A result need not be sendable: it is made and given back on the caller's thread.
    var result = fallback
    store.withLock { store in store.read(report: report) { result = try body($0, $1) } }
    return result
  }

  private func schedule() {
    queue.asyncAfter(deadline: .now() + delay) { [weak self] in self?.flush() }
  }

  @Sendable private func report(_ warning: String) {
    warnings.withLock { if !$0.contains(warning) { $0.append(warning) } }
  }
}

/// One change of the file. It may run twice, if the first time was rolled back.
typealias Write = @Sendable (Database, inout State) throws -> Void

/// What a process knows of its own records; changed only when a transaction succeeds.
struct State: Sendable {
  /// The number of this session, once it has one.
  var session: Int?
  /// The chunks that can still grow.
  var chunks: [SeriesKey: Chunk] = [:]
  /// Runs that go when the process ends.
  var discarded: Set<RunKey> = []

  /// The number of this session, which begins with the first thing written in it.
  mutating func begunSession(_ database: Database) throws -> Int {
    if let session { return session }
    try database.execute(
      sql: "INSERT INTO session (started) VALUES (?)", arguments: [now()])
    let number = Int(database.lastInsertedRowID)
    session = number
    return number
  }
}

/// Seconds since 1970.
func now() -> Double { Date().timeIntervalSince1970 }

/// What waits to be written.
struct Pending: Sendable {
  private var writes: [Write] = []
  private var points: [SeriesKey: [SeriesPoint]] = [:]
  private var isScheduled = false
  /// Groups that are not complete yet.
  private var holds = 0

  mutating func hold() { holds += 1 }

  /// Ends a group; whether a writing must be scheduled for what waits.
  mutating func release() -> Bool {
    holds -= 1
    guard holds == 0, !isEmpty, !isScheduled else { return false }
    isScheduled = true
    return true
  }

  /// Whether a writing must be scheduled for it.
  mutating func add(_ write: @escaping Write) -> Bool {
    writes.append(write)
    defer { isScheduled = true }
    return !isScheduled
  }

  mutating func add(_ point: SeriesPoint, to key: SeriesKey) -> Bool {
    points[key, default: []].append(point)
    defer { isScheduled = true }
    return !isScheduled
  }

  var isEmpty: Bool { writes.isEmpty && points.isEmpty }

  /// All that waits, in an order in which it can be written: runs come before their points.
  mutating func take() -> [Write] {
    if holds > 0 {
      // The end of the group schedules it again.
      isScheduled = false
      return []
    }
    defer { self = Pending() }
    let chunks = points.sorted { $0.key < $1.key }.map { key, points -> Write in
      { try writeChunks($0, &$1, key, points) }
    }
    return writes + chunks
  }
}
