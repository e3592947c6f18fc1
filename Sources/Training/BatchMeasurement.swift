import Datasets
import Tensors

/// What steps of one batch size took.
public struct BatchMeasurement: Sendable, Equatable {
  public var batch: Int
  /// Of one step.
  public var seconds: Double
  /// Memory of tensors beyond what the run holds between steps.
  public var bytes: Int

  /// Samples a second.
  public var rate: Double { Double(batch) / max(1e-9, seconds) }
}

extension Run {
  /// Batch sizes worth trying for so many samples: powers of two from 16 that leave an epoch eight
  /// steps at least; the paper's 512 to 3456 are as small a part of ImageNet.
  public static func batchCandidates(samples: Int) -> [Int] {
    let least = max(1, min(16, samples))
    var sizes = [least]
    while let last = sizes.last, last * 2 <= min(4096, samples / 8) { sizes.append(last * 2) }
    return sizes
  }

  /// The share of the fastest rate that is fast enough: a smaller batch makes more steps of an epoch.
  static let fastEnough = 0.9
  /// The share of free memory that a step may take.
  static let memoryShare = 0.8

  /// Measures time and memory of real steps, and chooses: the smallest batch that comes within a
  /// tenth of the fastest. The run is left as it was, to the bit.
  ///
  /// - Parameters:
  ///   - budget: Seconds for all of it; sizes that would not end in time are not tried.
  ///   - check: Looked at between steps; throws to stop.
  public func measureBatches(
    _ candidates: [Int], budget: Double = 4, check: () throws -> Void = {}
  ) throws -> (batch: Int, measured: [BatchMeasurement]) {
    var measured: [BatchMeasurement] = []
    guard candidates.count > 1 else { return (candidates.first ?? batch, []) }
    let clock = ContinuousClock()
    let start = clock.now
    let room = Double(availableMemory() ?? .max) * Run.memoryShare
    for candidate in candidates {
      try check()
      if let last = measured.last {
        let growth = Double(candidate) / Double(last.batch)
        let left = budget - (clock.now - start).seconds
        // One step to settle, one that counts.
        if Double(last.bytes) * growth > room || 2 * last.seconds * growth > left { break }
      }
      measured.append(try measure(candidate))
    }
    let fastest = measured.map(\.rate).max() ?? 0
    let chosen = measured.first { $0.rate >= Run.fastEnough * fastest }?.batch
    return (chosen ?? batch, measured)
  }

  private func measure(_ candidate: Int) throws -> BatchMeasurement {
    let restore = restorer
    let (oldCaching, oldCache) = (caching, openedCache)
    defer {
      restore?()
      (caching, openedCache) = (oldCaching, oldCache)
    }
    // What is drawn for a trial is not what the run will ask for.
    caching = nil
    cursor = DataCursor(samples: data.train.count, batch: candidate)
    epochOrder = nil
    let held = MemoryUse.current.inUse
    MemoryUse.resetPeak()
    let clock = ContinuousClock()
    var best = Double.infinity
    for _ in 0..<2 {
      let start = clock.now
      _ = try move()
      best = min(best, (clock.now - start).seconds)
    }
    return BatchMeasurement(
      batch: candidate, seconds: best, bytes: max(0, MemoryUse.current.peak - held))
  }
}
