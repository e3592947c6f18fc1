import Catalog
import Losses
import Optimizers

/// Losses of a short training whose learning rate grows exponentially, and what they suggest
/// (Smith 2017, https://arxiv.org/abs/1506.01186).
public struct RateSweep: Sendable, Equatable {
  public var rates: [Double]
  public var losses: [Double]
  /// Exponential means with bias correction.
  public var smoothed: [Double]
  /// Whether the loss ran away before the last rate.
  public var diverged: Bool

  /// Weight of the past in `smoothed`.
  public static let smoothing = 0.98

  init(rates: [Double], losses: [Double], diverged: Bool) {
    self.rates = rates
    self.losses = losses
    self.diverged = diverged
    var (mean, power) = (0.0, 1.0)
    smoothed = losses.map { loss in
      mean = Self.smoothing * mean + (1 - Self.smoothing) * loss
      power *= Self.smoothing
      return mean / (1 - power)
    }
  }

  /// Suggestions are taken from the middle: the first tenth says nothing yet, the last five points
  /// are already lost.
  private var middle: Range<Int> {
    let first = smoothed.count / 10
    let last = diverged ? max(first, smoothed.count - 5) : smoothed.count
    return last - first >= 4 ? first..<last : 0..<smoothed.count
  }

  /// A tenth of the rate of the smallest loss.
  public var minimum: Double? {
    middle.min { smoothed[$0] < smoothed[$1] }.map { rates[$0] / 10 }
  }

  /// Where the loss falls fastest by the logarithm of the rate, on the way to its minimum.
  public var steep: Double? {
    let lowest = middle.min { smoothed[$0] < smoothed[$1] } ?? 0
    // Over seven points: between neighbours the batches' noise would win.
    let reach = 3
    let falling = middle.filter { place in
      place <= lowest && middle.contains(place - reach) && middle.contains(place + reach)
    }
    func fall(_ place: Int) -> Double { smoothed[place + reach] - smoothed[place - reach] }
    return falling.min { fall($0) < fall($1) }.map { rates[$0] } ?? rates[lowest]
  }

  /// The middle of the longest sequence of places at which the loss falls, each below the one before.
  public var valley: Double? {
    let values = middle.map { smoothed[$0] }
    guard !values.isEmpty else { return nil }
    var lengths = Array(repeating: 1, count: values.count)
    for end in values.indices {
      for start in 0..<end where values[end] < values[start] {
        lengths[end] = max(lengths[end], lengths[start] + 1)
      }
    }
    let end = lengths.indices.max { lengths[$0] < lengths[$1] } ?? 0
    let start = max(0, end - lengths[end])
    let place = start + (end - start) / 2
    return rates[middle.lowerBound + place]
  }
}

extension Run {
  /// Trains for a while at rates that grow exponentially from one end to the other, and puts
  /// everything back, to the bit. Stops where the smoothed loss is four times the best.
  ///
  /// - Parameters:
  ///   - check: Looked at between steps; throws to stop.
  ///   - progress: Told how many steps are done.
  public func sweepRates(
    from first: Double = 1e-7, to last: Double = 10, steps count: Int = 100,
    check: () throws -> Void = {}, progress: (Int) -> Void = { _ in }
  ) throws -> RateSweep {
    try trial { run in
      let constant = Schedule.plain
      var (rates, losses): ([Double], [Double]) = ([], [])
      var diverged = false
      var best = Double.infinity
      for index in 0..<count {
        try check()
        let rate = first * power(last / first, Double(index) / Double(max(1, count - 1)))
        run.schedule = constant
        run.optimizer.lr = Float(rate)
        do {
          losses.append(try run.advance().loss)
          rates.append(rate)
        } catch {
          guard (error as? any Explained)?.failure.kind == .value else { throw error }
          diverged = true
          break
        }
        let now = RateSweep(rates: rates, losses: losses, diverged: false).smoothed[index]
        best = min(best, now)
        progress(index + 1)
        if index > 0, now > 4 * best || !now.isFinite {
          diverged = true
          break
        }
      }
      guard rates.count > 3 else {
        throw Failure(
          .value, "the loss ran away after \(rates.count) steps, at \(numberText(first))",
          advice: "begin with a smaller start=")
      }
      return RateSweep(rates: rates, losses: losses, diverged: diverged)
    }
  }
}

private func power(_ base: Double, _ exponent: Double) -> Double {
  exponential(logarithm(base) * exponent)
}
