import Foundation
import GRDB

/// One value of a series.
public struct SeriesPoint: Sendable, Equatable {
  public let step: Int
  public let value: Double

  public init(step: Int, value: Double) {
    self.step = step
    self.value = value
  }
}

/// Which series of which run.
struct SeriesKey: Sendable, Hashable, Comparable {
  let run: RunKey
  let name: String

  static func < (a: SeriesKey, b: SeriesKey) -> Bool { (a.run, a.name) < (b.run, b.name) }
}

/// The last part of a series, which is written again with more points until it is full: so a long
/// series has few rows, and no write is larger than a part.
struct Chunk: Sendable {
  static let capacity = 1024
  /// Bytes of a packed point: the step (64-bit) and the value (IEEE 754), both little-endian.
  static let pointSize = 16

  var part: Int
  var data = Data()

  var isFull: Bool { data.count >= Chunk.capacity * Chunk.pointSize }

  mutating func append(_ point: SeriesPoint) {
    withUnsafeBytes(of: Int64(point.step).littleEndian) { data.append(contentsOf: $0) }
    withUnsafeBytes(of: point.value.bitPattern.littleEndian) { data.append(contentsOf: $0) }
  }

  /// The points of a part; a rest of a point at the end is left out.
  static func points(_ data: Data) -> [SeriesPoint] {
    let bytes = [UInt8](data)
    return stride(from: 0, through: bytes.count - Chunk.pointSize, by: Chunk.pointSize).map {
      start in
      func number(_ offset: Int) -> UInt64 {
        (0..<8).reduce(0) { $0 | UInt64(bytes[start + offset + $1]) << (8 * UInt64($1)) }
      }
      return SeriesPoint(
        step: Int(Int64(bitPattern: number(0))), value: Double(bitPattern: number(8)))
    }
  }
}

/// Adds points to the parts of a series.
func writeChunks(
  _ database: Database, _ state: inout State, _ key: SeriesKey, _ points: [SeriesPoint]
) throws {
  var chunk: Chunk
  if let known = state.chunks[key] {
    chunk = known
  } else {
    // A series that an earlier process left goes on in a part of its own.
    let last = try Int.fetchOne(
      database, sql: "SELECT max(part) FROM chunk WHERE run = ? AND series = ?",
      arguments: [key.run.value, key.name])
    chunk = Chunk(part: (last ?? -1) + 1)
  }
  func save() throws {
    try database.execute(
      sql: """
        INSERT INTO chunk (run, series, part, data) SELECT key, ?, ?, ? FROM run WHERE key = ?
        ON CONFLICT DO UPDATE SET data = excluded.data
        """,
      arguments: [key.name, chunk.part, chunk.data, key.run.value])
  }
  for point in points {
    chunk.append(point)
    if chunk.isFull {
      try save()
      chunk = Chunk(part: chunk.part + 1)
    }
  }
  if !chunk.data.isEmpty { try save() }
  state.chunks[key] = chunk
}

extension RecordStore {
  /// Adds a value to a series of a run. Costs no more than an append: it is written later.
  public func append(_ value: Double, to series: String, of run: RunKey, step: Int) {
    enqueue(SeriesPoint(step: step, value: value), to: SeriesKey(run: run, name: series))
  }

  /// Takes back what a series has after a step: the run was rewound. The points stay on record
  /// behind the mark, and `current` leaves them out.
  public func cut(_ series: String, of run: RunKey, after step: Int) {
    enqueue(SeriesPoint(cutAfter: step), to: SeriesKey(run: run, name: series))
  }

  /// Everything that was ever added to a series, in that order, marks of rewinds too; `current` of
  /// the result is the series as it is now.
  public func series(_ name: String, of run: RunKey) -> [SeriesPoint] {
    read([]) { database, _ in
      try Data.fetchAll(
        database, sql: "SELECT data FROM chunk WHERE run = ? AND series = ? ORDER BY part",
        arguments: [run.value, name]
      ).flatMap(Chunk.points)
    }
  }

  /// The names of the series of a run, in alphabetical order.
  public func seriesNames(of run: RunKey) -> [String] {
    read([]) { database, _ in
      try String.fetchAll(
        database, sql: "SELECT DISTINCT series FROM chunk WHERE run = ? ORDER BY series",
        arguments: [run.value])
    }
  }
}

extension SeriesPoint {
  /// The mark that a run was rewound to a step: a step below zero, which no value has.
  init(cutAfter step: Int) { self.init(step: -max(0, step) - 1, value: .nan) }

  /// The step that a mark goes back to; nil for a value.
  var cutStep: Int? { step < 0 ? -(step + 1) : nil }
}

extension [SeriesPoint] {
  /// Without the points that a rewind undid: those that a mark took back, and those at or beyond
  /// the step of a later point.
  public var current: [SeriesPoint] {
    var result: [SeriesPoint] = []
    for point in self {
      let end = point.cutStep ?? point.step - 1
      while let last = result.last, last.step > end { result.removeLast() }
      if point.cutStep == nil { result.append(point) }
    }
    return result
  }
}
