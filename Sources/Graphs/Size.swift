/// A size that may grow with the batch: `perSample`·N + `fixed`.
public struct Size: Hashable, Sendable {
  public var perSample: Int
  public var fixed: Int

  public init(perSample: Int, fixed: Int) {
    self.perSample = perSample
    self.fixed = fixed
  }

  /// A size that is the same for every batch.
  public init(_ fixed: Int) { self.init(perSample: 0, fixed: fixed) }

  /// The size that is `first` for a batch of `batches.0` and `second` for one of `batches.1`; nil
  /// where a straight line through both has no whole numbers.
  public init?(_ first: Int, _ second: Int, batches: (Int, Int)) {
    let (rise, run) = (second - first, batches.1 - batches.0)
    guard run != 0, rise % run == 0 else { return nil }
    perSample = rise / run
    fixed = first - perSample * batches.0
    guard perSample >= 0 else { return nil }
  }

  /// The size for a batch.
  public func callAsFunction(_ batch: Int) -> Int { perSample * batch + fixed }

  /// `N`, `49·N`, `7`.
  public var text: String {
    if perSample == 0 { return String(fixed) }
    let grows = perSample == 1 ? "N" : "\(perSample)·N"
    return fixed == 0 ? grows : "\(grows) \(fixed < 0 ? "−" : "+") \(abs(fixed))"
  }
}

/// The shape of a value: each axis as a size that may grow with the batch.
public typealias Shape = [Size]

extension [Size] {
  /// The sizes for a batch.
  public func callAsFunction(_ batch: Int) -> [Int] { map { $0(batch) } }

  /// A shape that is the same for every batch.
  public init(_ fixed: [Int]) { self = fixed.map { Size($0) } }

  /// Whether no size grows with the batch.
  public var isFixed: Bool { allSatisfy { $0.perSample == 0 } }

  /// `[N, 56, 56, 64]`
  public var text: String { "[" + map(\.text).joined(separator: ", ") + "]" }
}
