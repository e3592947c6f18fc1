public import Catalog
import Datasets
import Tensors

/// What a teacher said of pictures, kept by everything that decides it.
///
/// A row is the logits of one picture, exactly; or, packed, the k largest probabilities with their
/// classes, from which logits are made by giving the other classes equal shares of the rest:
/// log p_i for those kept, log((1 − Σp)/(K − k)) else.
public final class TeacherCache: Object, Answer {
  public static let kind = "teacher cache"

  let identity: CacheIdentity
  /// Probabilities kept of each row; nil for all logits.
  let top: Int?
  /// Bytes that it may hold.
  var limit: Int
  /// Where it is kept beside memory.
  var file: CacheFile?
  /// Samples of an epoch and epochs that were planned when it was opened, for the estimate.
  var planned: (samples: Int, epochs: Int) = (0, 0)
  private(set) var hits = 0
  private(set) var misses = 0
  /// Rows that there was no room for.
  private(set) var refused = 0
  private var places: [CacheKey: Int] = [:]
  private var keys: [CacheKey] = []
  /// Rows one after the other, in blocks, so that growing copies nothing.
  private var blocks: [[Float]] = []
  /// Rows that its file has.
  private(set) var savedCount = 0

  private static let blockRows = 1024

  init(_ identity: CacheIdentity, top: Int?, limit: Int) {
    self.identity = identity
    self.top = top
    self.limit = limit
  }

  /// Logits of one sample.
  private var logitCount: Int { identity.shape.reduce(1, *) }
  /// Numbers kept of one sample.
  var rowCount: Int { top.map { 2 * min($0, logitCount) } ?? logitCount }
  /// Bytes of one sample: the row, its key twice (in the list and in the table).
  var rowBytes: Int { rowCount * 4 + 2 * MemoryLayout<CacheKey>.size + 16 }
  public var count: Int { keys.count }
  public var bytes: Int { keys.count * rowBytes }

  /// Rows that a whole run asks for.
  var expectedRows: Int { planned.samples * (identity.isStill ? 1 : max(1, planned.epochs)) }
  var expectedBytes: Int { expectedRows.multipliedReportingOverflow(by: rowBytes).0 }

  /// Share of the rows asked for that were there; nil before any was.
  public var hitRate: Double? {
    hits + misses > 0 ? Double(hits) / Double(hits + misses) : nil
  }

  // MARK: Rows

  /// The logits of a batch: those that are known from here, the others from the teacher, who is
  /// asked for them alone.
  ///
  /// - Parameter teacher: Given rows of the batch, their logits.
  func logits(_ wanted: [CacheKey], _ teacher: ([Int]) throws -> Tensor) throws -> Tensor {
    let missing = wanted.indices.filter { places[wanted[$0]] == nil }
    hits += wanted.count - missing.count
    misses += missing.count
    var result = Tensor(uninitialized: [wanted.count] + identity.shape)
    if !missing.isEmpty {
      let new = try teacher(missing)
      guard Array(new.shape.dropFirst()) == identity.shape, new.shape[0] == missing.count else {
        throw ShapeError("the teacher gave \(new.shape) for a cache of \(identity.shape) a sample")
      }
      new.read { source in
        for (place, row) in missing.enumerated() {
          let packed = pack(
            UnsafeBufferPointer(start: source + place * logitCount, count: logitCount))
          result.mutate { unpack(packed, into: $0 + row * logitCount) }
          add(wanted[row], packed)
        }
      }
    }
    let known = Set(missing)
    result.mutate { target in
      for row in wanted.indices where !known.contains(row) {
        guard let place = places[wanted[row]] else { continue }
        unpack(self.row(place), into: target + row * logitCount)
      }
    }
    return result
  }

  private func row(_ place: Int) -> ArraySlice<Float> {
    let start = place % TeacherCache.blockRows * rowCount
    return blocks[place / TeacherCache.blockRows][start..<start + rowCount]
  }

  @discardableResult
  private func add(_ key: CacheKey, _ row: some Collection<Float>) -> Bool {
    guard places[key] == nil else { return true }
    guard bytes + rowBytes <= limit else {
      refused += 1
      return false
    }
    if keys.count % TeacherCache.blockRows == 0 {
      blocks.append([])
      blocks[blocks.count - 1].reserveCapacity(TeacherCache.blockRows * rowCount)
    }
    places[key] = keys.count
    keys.append(key)
    blocks[blocks.count - 1].append(contentsOf: row)
    return true
  }

  private func pack(_ logits: UnsafeBufferPointer<Float>) -> [Float] {
    guard let top else { return Array(logits) }
    let largest = logits.max() ?? 0
    let powers = logits.map { exponential(Double($0 - largest)) }
    let sum = powers.reduce(0, +)
    // Of equal ones the lower class, as an argmax gives it.
    let order = logits.indices.sorted {
      logits[$0] != logits[$1] ? logits[$0] > logits[$1] : $0 < $1
    }
    return order.prefix(min(top, logits.count)).flatMap { [Float($0), Float(powers[$0] / sum)] }
  }

  private func unpack(
    _ row: some RandomAccessCollection<Float>, into target: UnsafeMutablePointer<Float>
  ) {
    guard top != nil else {
      for (offset, value) in row.enumerated() { target[offset] = value }
      return
    }
    let numbers = Array(row)
    let pairs = stride(from: 0, to: numbers.count, by: 2).map {
      (index: Int(numbers[$0]), share: Double(numbers[$0 + 1]))
    }
    let rest = max(1e-12, 1 - pairs.reduce(0) { $0 + $1.share })
    let others = logitCount - pairs.count
    let low = others > 0 ? Float(logarithm(rest / Double(others))) : 0
    for offset in 0..<logitCount { target[offset] = low }
    for pair in pairs where pair.index < logitCount {
      target[pair.index] = Float(logarithm(max(1e-30, pair.share)))
    }
  }

  // MARK: Files

  /// All rows as a file keeps them, in the order in which they came.
  var contents: CacheContents {
    CacheContents(keys: keys, rows: blocks.flatMap { $0 }, rowCount: rowCount)
  }

  /// Takes rows of a file in, as far as there is room; whether there was for all.
  func take(_ contents: CacheContents) -> Bool {
    var hasAll = true
    for (place, key) in contents.keys.enumerated() {
      let row = contents.rows[place * rowCount..<(place + 1) * rowCount]
      if !add(key, row) { hasAll = false }
    }
    return hasAll
  }

  /// Writes what the file does not have yet; nothing where there is no file.
  func save() throws {
    guard file != nil, keys.count > savedCount else { return }
    try file?.write(self)
    savedCount = keys.count
  }

  func markSaved() { savedCount = keys.count }

  // MARK: Object

  public var line: String {
    let what = top.map { "top \($0) of \(logitCount)" } ?? "\(logitCount) logits"
    let rate = hitRate.map { ", hit rate \(percentText($0))" } ?? ""
    return "cache of \(count) rows, \(what), \(bytesText(bytes))\(rate)"
  }

  public var memberNames: [String] {
    ["rows", "hits", "misses", "hit_rate", "bytes", "estimate", "refused", "top", "path"]
  }

  public func member(_ name: String) -> Value? {
    switch name {
    case "rows": .number(Double(count))
    case "hits": .number(Double(hits))
    case "misses": .number(Double(misses))
    case "hit_rate": hitRate.map { .number($0) } ?? Value.none
    case "bytes": .number(Double(bytes))
    case "estimate": .number(Double(expectedBytes))
    case "refused": .number(Double(refused))
    case "top": top.map { .number(Double($0)) } ?? Value.none
    case "path": file.map { .string($0.path) } ?? Value.none
    default: nil
    }
  }

  /// What it was made for, by name, for people.
  public var facts: [(name: String, text: String)] {
    [
      ("teacher", identity.teacher), ("weights", identity.weights),
      ("data", identity.data), ("pictures", identity.pictures),
      ("augment", identity.augmentation),
      ("seed", identity.seed.map(String.init) ?? "none: nothing is drawn"),
      ("arithmetic", identity.arithmetic), ("kept", identity.kept),
    ]
  }
}

/// Rows of a cache with their keys.
struct CacheContents {
  var keys: [CacheKey]
  var rows: [Float]
  /// Numbers of one row.
  var rowCount: Int
}

/// 12.3 MB
func bytesText(_ count: Int) -> String {
  let (size, unit) =
    count >= 1 << 30
    ? (Double(count) / Double(1 << 30), "GB")
    : count >= 1 << 20 ? (Double(count) / Double(1 << 20), "MB") : (Double(count) / 1024, "kB")
  return "\(shortText((size * 10).rounded() / 10)) \(unit)"
}

private func percentText(_ share: Double) -> String {
  "\(numberText((share * 1000).rounded() / 10)) %"
}
