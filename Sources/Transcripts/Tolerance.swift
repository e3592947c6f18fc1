/// How far a number may be from the one that a transcript shows.
///
/// A float in the expectation matches within one unit of its last printed digit. Where `relative`
/// or `absolute` is given, |got − expected| ≤ absolute + relative·|expected| decides instead.
/// Whole numbers are exact either way.
public struct Tolerance: Sendable, Equatable {
  public var relative: Double?
  public var absolute: Double?
  /// Whether times, rates and amounts of memory match any other of their kind: so it is in a
  /// notebook, whose stored output cannot hold a placeholder.
  public var ignoresMeasurements: Bool

  public init(
    relative: Double? = nil, absolute: Double? = nil, ignoresMeasurements: Bool = false
  ) {
    self.relative = relative
    self.absolute = absolute
    self.ignoresMeasurements = ignoresMeasurements
  }

  /// Whether a number is near enough to one that is printed with that last digit's unit.
  func accepts(_ got: Double, for expected: Double, unit: Double) -> Bool {
    if got == expected { return true }
    guard got.isFinite, expected.isFinite else { return false }
    let distance = abs(got - expected)
    if relative != nil || absolute != nil {
      return distance <= (absolute ?? 0) + (relative ?? 0) * abs(expected)
    }
    // A hair more than one unit: 0.3 - 0.2 is a little over 0.1 in binary.
    return distance <= unit * (1 + 1e-9)
  }
}
