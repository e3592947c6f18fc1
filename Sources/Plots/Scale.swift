/// Where values lie between the ends of an axis.
struct Scale: Equatable {
  let lower: Double
  let upper: Double
  let isLog: Bool

  /// 0 at the lower end, 1 at the upper; nil for what cannot be drawn. Values outside lie outside.
  func share(_ value: Double) -> Double? {
    guard value.isFinite else { return nil }
    if isLog {
      guard value > 0 else { return nil }
      let (low, high) = (decimalLog(lower), decimalLog(upper))
      return (decimalLog(value) - low) / (high - low)
    }
    return (value - lower) / (upper - lower)
  }

  /// The value at a share of the axis.
  func value(at share: Double) -> Double {
    guard isLog else { return lower + (upper - lower) * share }
    let (low, high) = (decimalLog(lower), decimalLog(upper))
    return tenTo(low + (high - low) * share)
  }

  /// The scale of an axis for the values on it.
  ///
  /// - Parameter margin: The part of the span added at each end, where the axis has no range.
  init(_ axis: Axis, for values: some Sequence<Double>, margin: Double) {
    isLog = axis.isLog
    if let range = axis.range, let fixed = Scale.usable(range, isLog: axis.isLog) {
      (lower, upper) = fixed
      return
    }
    var low = Double.infinity
    var high = -Double.infinity
    for value in values where value.isFinite && (!axis.isLog || value > 0) {
      low = min(low, value)
      high = max(high, value)
    }
    if low > high { (low, high) = axis.isLog ? (0.1, 1) : (0, 1) }
    if axis.isLog {
      (low, high) = (max(1e-300, min(1e300, low)), max(1e-300, min(1e300, high)))
      let (start, end) = (decimalLog(low), decimalLog(high))
      let widening = end - start < 0.05 ? 0.3 : (end - start) * margin
      lower = max(1e-300, tenTo(start - widening))
      upper = min(1e300, tenTo(end + widening))
      return
    }
    low = max(-1e300, min(1e300, low))
    high = max(-1e300, min(1e300, high))
    let size = max(abs(low), abs(high))
    // Differences in the last bits are noise: drawn as the constant they stand for.
    let isConstant = high - low <= max(size * 1e-9, 1e-290)
    let widening = isConstant ? (size < 1e-280 ? 0.5 : size * 0.1) : (high - low) * margin
    lower = low - widening
    upper = high + widening
  }

  private static func usable(
    _ range: ClosedRange<Double>, isLog: Bool
  ) -> (Double, Double)? {
    let (low, high) = (range.lowerBound, range.upperBound)
    guard low.isFinite, high.isFinite, high - low > 1e-290, (high - low).isFinite,
      high - low > max(abs(low), abs(high)) * 1e-12, !isLog || low > 1e-300
    else { return nil }
    return (low, high)
  }
}
