import CKernels

/// How much a pixel at a distance counts.
struct ResamplingFilter: Sendable {
  /// Beyond this distance nothing counts.
  let support: Double
  let weight: @Sendable (Double) -> Double

  static let triangle = ResamplingFilter(support: 1) { max(0, 1 - abs($0)) }

  /// Keys's cubic with a = −1/2 (Keys 1981, "Cubic convolution interpolation for digital image
  /// processing").
  static let cubic = ResamplingFilter(support: 2) { place in
    let a = -0.5
    let x = abs(place)
    if x < 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
    if x < 2 { return (((x - 5) * x + 8) * x - 4) * a }
    return 0
  }
}

/// Which old pixels make each new one along an axis, and by what weights.
struct ResampledAxis: Sendable {
  let size: Int
  private let taps: Int
  private var starts: [Int32] = []
  private var counts: [Int32] = []
  private var weights: [Int32] = []

  init(from old: Int, to new: Int, _ filter: ResamplingFilter) {
    size = new
    let scale = Double(old) / Double(new)
    let stretch = max(scale, 1)
    let support = filter.support * stretch
    taps = Int(support.rounded(.up)) * 2 + 1
    weights = [Int32](repeating: 0, count: new * taps)
    for index in 0..<new {
      let center = (Double(index) + 0.5) * scale
      let low = max(0, Int(center - support + 0.5))
      let high = min(old, Int(center + support + 0.5))
      let raw = (low..<max(low, high)).map { place in
        filter.weight((Double(place) - center + 0.5) / stretch)
      }
      let total = raw.reduce(0, +)
      for (tap, weight) in raw.enumerated() {
        let share = total == 0 ? weight : weight / total
        let fixed = share * Double(1 << AK_RESAMPLE_BITS)
        weights[index * taps + tap] = Int32(fixed + (share < 0 ? -0.5 : 0.5))
      }
      starts.append(Int32(low))
      counts.append(Int32(raw.count))
    }
  }

  /// From the first old pixel that counts to the last.
  var span: Range<Int> {
    let low = starts.map { Int($0) }.min() ?? 0
    let high = zip(starts, counts).map { Int($0) + Int($1) }.max() ?? 0
    return low..<max(low, high)
  }

  /// The axis as the kernels take it, valid inside of `body`.
  func withAxis<Result>(_ body: (UnsafePointer<ak_resampled_axis>) -> Result) -> Result {
    starts.withUnsafeBufferPointer { starts in
      counts.withUnsafeBufferPointer { counts in
        weights.withUnsafeBufferPointer { weights in
          var axis = ak_resampled_axis(
            size: size, taps: taps, starts: starts.baseAddress, counts: counts.baseAddress,
            weights: weights.baseAddress)
          return body(&axis)
        }
      }
    }
  }
}
