import Tensors

/// Repeated measurements of one thing, in milliseconds, the smallest first.
public struct Times: Sendable, Equatable {
  public let sorted: [Double]

  public init(_ times: [Double]) { sorted = times.sorted() }

  public var median: Double {
    guard !sorted.isEmpty else { return .nan }
    let middle = sorted.count / 2
    return sorted.count % 2 == 1
      ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }

  /// What a quarter of the measurements stay under.
  public var lowerQuartile: Double { sorted.isEmpty ? .nan : sorted[(sorted.count - 1) / 4] }

  /// What a quarter of the measurements stay over.
  public var upperQuartile: Double { sorted.isEmpty ? .nan : sorted[sorted.count * 3 / 4] }

  /// Runs a body once and then so often, and times it.
  static func of(
    _ runs: Int, warmUp: Int = 1, _ body: () throws -> Void
  ) rethrows -> Times {
    for _ in 0..<warmUp { try body() }
    var times: [Double] = []
    for _ in 0..<runs { times.append(try milliseconds(body)) }
    return Times(times)
  }
}

/// How long a body takes, in milliseconds.
func milliseconds(_ body: () throws -> Void) rethrows -> Double {
  let clock = ContinuousClock()
  let start = clock.now
  try body()
  let (seconds, attoseconds) = (clock.now - start).components
  return Double(seconds) * 1e3 + Double(attoseconds) * 1e-15
}
