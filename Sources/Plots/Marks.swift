/// One thing drawn over the axes of a panel.
public enum Mark: Sendable, Equatable {
  case curve(Curve)
  case band(Band)
  case points(Points)
  case histogram(Histogram)

  /// The name in the legend. Marks of one name have one colour and one entry.
  public var name: String {
    switch self {
    case .curve(let curve): curve.name
    case .band(let band): band.name
    case .points(let points): points.name
    case .histogram(let histogram): histogram.name
    }
  }
}

/// A line through points in order; a value that is not finite leaves a gap.
public struct Curve: Sendable, Equatable {
  public var name: String
  public var x: [Double]
  public var y: [Double]
  /// Weight of the past in an exponential mean, 0 ..< 1; above 0 the raw line is drawn faintly.
  public var smooth: Double
  public var isDashed: Bool

  /// A curve; the longer of `x` and `y` is cut to the shorter.
  public init(
    _ name: String = "", x: [Double], y: [Double], smooth: Double = 0, isDashed: Bool = false
  ) {
    let count = min(x.count, y.count)
    self.name = name
    self.x = Array(x.prefix(count))
    self.y = Array(y.prefix(count))
    self.smooth = smooth.isFinite ? max(0, min(0.9999, smooth)) : 0
    self.isDashed = isDashed
  }

  /// A curve over 1, 2, 3, …
  public init(_ name: String = "", y: [Double], smooth: Double = 0) {
    self.init(name, x: y.indices.map { Double($0 + 1) }, y: y, smooth: smooth)
  }

  /// What the bold line follows.
  var shownY: [Double] { smooth > 0 ? smoothed(y, by: smooth) : y }
}

/// The area between two curves: the spread over seeds.
public struct Band: Sendable, Equatable {
  public var name: String
  public var x: [Double]
  public var lower: [Double]
  public var upper: [Double]

  /// A band; give it the name of its curve to share the colour. Longer lists are cut.
  public init(_ name: String = "", x: [Double], lower: [Double], upper: [Double]) {
    let count = min(x.count, lower.count, upper.count)
    self.name = name
    self.x = Array(x.prefix(count))
    self.lower = Array(lower.prefix(count))
    self.upper = Array(upper.prefix(count))
  }
}

/// Single points, each with a label or none.
public struct Points: Sendable, Equatable {
  public var name: String
  public var x: [Double]
  public var y: [Double]
  /// Written beside the points; as many as there are points, or fewer.
  public var labels: [String]

  public init(_ name: String = "", x: [Double], y: [Double], labels: [String] = []) {
    let count = min(x.count, y.count)
    self.name = name
    self.x = Array(x.prefix(count))
    self.y = Array(y.prefix(count))
    self.labels = Array(labels.prefix(count))
  }
}

/// Counts in bins of equal width.
public struct Histogram: Sendable, Equatable {
  public var name: String
  public var lower: Double
  public var upper: Double
  public var counts: [Double]

  /// Bins already counted between `lower` and `upper`.
  public init(_ name: String = "", lower: Double, upper: Double, counts: [Double]) {
    self.name = name
    self.lower = lower
    self.upper = upper
    self.counts = counts
  }

  /// Counts values; those that are not finite are left out.
  ///
  /// - Parameters:
  ///   - bins: Nil: Sturges' rule, ⌈log₂ n⌉ + 1, at least 5 and at most 60.
  ///   - range: Nil: from the smallest value to the largest. Values outside are left out.
  public init(
    _ name: String = "", of values: [Double], bins: Int? = nil, range: ClosedRange<Double>? = nil
  ) {
    let finite = values.filter(\.isFinite)
    var lower = range?.lowerBound ?? finite.min() ?? 0
    var upper = range?.upperBound ?? finite.max() ?? 1
    if !(upper - lower > 0) || !(upper - lower).isFinite {
      let half = max(abs(lower) * 0.05, 0.5)
      (lower, upper) = (lower - half, lower + half)
    }
    let bits = Int.bitWidth - max(1, finite.count).leadingZeroBitCount
    let count = max(1, min(1000, bins ?? max(5, min(60, bits + 1))))
    var counts = [Double](repeating: 0, count: count)
    for value in finite where value >= lower && value <= upper {
      let place = (value - lower) / (upper - lower) * Double(count)
      counts[min(count - 1, max(0, Int(place)))] += 1
    }
    self.init(name, lower: lower, upper: upper, counts: counts)
  }

  /// The edges of a bin.
  func edges(_ index: Int) -> (Double, Double) {
    let width = (upper - lower) / Double(max(1, counts.count))
    return (lower + Double(index) * width, lower + Double(index + 1) * width)
  }
}

/// The exponential mean of a series, corrected for its start as in Adam (Kingma and Ba 2015):
/// m_k = s·m_{k−1} + (1 − s)·y_k, shown as m_k / (1 − s^k). A value that is not finite stays as it is and
/// is not counted.
public func smoothed(_ values: [Double], by weight: Double) -> [Double] {
  let weight = weight.isFinite ? max(0, min(0.9999, weight)) : 0
  var mean = 0.0
  var power = 1.0
  return values.map { value in
    guard value.isFinite else { return value }
    mean = weight * mean + (1 - weight) * value
    power *= weight
    return mean / (1 - power)
  }
}
