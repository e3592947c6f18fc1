/// Reads numbers from bytes of unknown intent: every step is checked against the end first.
public struct ByteReader {
  private let source: FileBytes
  /// The offset in the file of the next byte.
  public private(set) var position: Int
  private let end: Int

  public init(_ range: ByteRange) {
    source = range.source
    position = range.range.lowerBound
    end = range.range.upperBound
  }

  public init(_ source: FileBytes) { self.init(source.all) }

  /// Bytes that are left.
  public var remaining: Int { end - position }

  /// An error at the present position.
  public func error(_ reason: String, advice: String? = nil) -> CheckpointError {
    CheckpointError(source.name, at: position, reason, advice: advice)
  }

  /// A whole number of fixed width, little-endian unless said otherwise.
  ///
  /// - Parameter what: Names the number in the error for a file that ends before it.
  public mutating func integer<Number: FixedWidthInteger>(
    _ type: Number.Type, _ what: String, bigEndian: Bool = false
  ) throws(CheckpointError) -> Number {
    let size = MemoryLayout<Number>.size
    guard remaining >= size else {
      throw error("the file ends inside \(what): \(size) bytes wanted, \(remaining) left")
    }
    let at = position
    let number = source.withBytes { $0.loadUnaligned(fromByteOffset: at, as: Number.self) }
    position += size
    return bigEndian ? Number(bigEndian: number) : Number(littleEndian: number)
  }

  /// The next `count` bytes in place.
  public mutating func take(_ count: Int, _ what: String) throws(CheckpointError) -> ByteRange {
    guard count >= 0, count <= remaining else {
      throw error("\(what) would take \(count) bytes, \(remaining) are left")
    }
    defer { position += count }
    return ByteRange(source, position..<position + count)
  }

  /// Moves to an offset of the file.
  public mutating func move(to offset: Int, _ what: String) throws(CheckpointError) {
    guard offset >= 0, offset <= end else {
      throw error("\(what) would stand at byte \(offset), the file has \(end)")
    }
    position = offset
  }
}

/// A product of sizes from a file, or nil where it does not fit into `Int` or a size is negative.
func checkedProduct(_ sizes: [Int], times unit: Int = 1) -> Int? {
  var product = unit
  // A zero anywhere makes the product zero, but the sizes beside it must still be sane.
  for size in sizes {
    guard size >= 0 else { return nil }
    let (next, overflow) = product.multipliedReportingOverflow(by: max(size, 1))
    if overflow { return nil }
    product = next
  }
  return sizes.contains(0) ? 0 : product
}
