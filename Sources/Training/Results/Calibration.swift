import Catalog

/// Whether a model's probabilities are to be believed: accuracy held against confidence.
///
/// Samples fall into bins of equal width by the probability of the predicted class, bin m of M taking
/// ((m − 1)/M, m/M]. ECE = Σ_m (n_m/n)·|accuracy_m − confidence_m| (Guo et al. 2017,
/// https://arxiv.org/abs/1706.04599).
public struct Calibration: Sendable, Equatable {
  /// One bin of a reliability diagram.
  public struct Bin: Sendable, Equatable {
    public var count = 0
    var confidence = 0.0
    var right = 0

    /// Mean probability of the predicted classes; nil where the bin is empty.
    public var meanConfidence: Double? { count > 0 ? confidence / Double(count) : nil }
    /// Share of right predictions; nil where the bin is empty.
    public var accuracy: Double? { count > 0 ? Double(right) / Double(count) : nil }
    /// accuracy − confidence: below 0 where the model is too sure.
    public var gap: Double {
      count > 0 ? (Double(right) - confidence) / Double(count) : 0
    }
  }

  public private(set) var bins: [Bin]

  /// The usual number of bins.
  public static let usualBins = 15

  public init(bins count: Int = Calibration.usualBins) {
    bins = Array(repeating: Bin(), count: max(1, count))
  }

  /// A confidence that is no number, of a model that has run away, makes the figures none.
  public mutating func add(_ verdict: Verdict) {
    let place = verdict.confidence * Double(bins.count)
    let index = place > 0 ? min(bins.count - 1, Int(min(place, 1e9).rounded(.up)) - 1) : 0
    bins[index].count += 1
    bins[index].confidence += verdict.confidence
    bins[index].right += verdict.isRight ? 1 : 0
  }

  public var samples: Int { bins.reduce(0) { $0 + $1.count } }

  /// Expected calibration error, 0 … 1.
  public var error: Double {
    let n = Double(max(1, samples))
    return bins.reduce(0) { $0 + Double($1.count) / n * abs($1.gap) }
  }

  /// The largest gap of a bin, 0 … 1.
  public var largestGap: Double { bins.reduce(0) { max($0, abs($1.gap)) } }

  /// Mean probability of the predicted classes.
  public var meanConfidence: Double {
    bins.reduce(0) { $0 + $1.confidence } / Double(max(1, samples))
  }

  public var accuracy: Double {
    Double(bins.reduce(0) { $0 + $1.right }) / Double(max(1, samples))
  }
}
