import CKernels

/// A number of 128 bits that tells contents apart: what weights, pictures and settings are, in short.
///
/// Equal contents give equal fingerprints on every machine; different ones differ but by an accident
/// of one in 2^64. It is no proof against somebody who wants two contents to look alike.
public struct ContentHash: Sendable, Equatable {
  private var first: UInt64 = 0x6A09_E667_F3BC_C908
  private var second: UInt64 = 0xBB67_AE85_84CA_A73B

  public init() {}

  public mutating func add(_ bytes: UnsafeRawBufferPointer) {
    var sums = [first, second]
    sums.withUnsafeMutableBufferPointer {
      if let base = bytes.baseAddress {
        ak_fingerprint(base, bytes.count, $0.baseAddress)
      } else {
        ak_fingerprint($0.baseAddress, 0, $0.baseAddress)
      }
    }
    (first, second) = (sums[0], sums[1])
  }

  /// Numbers as they are in memory: Float 0 and −0 differ.
  public mutating func add<Number: BitwiseCopyable>(_ numbers: [Number]) {
    numbers.withUnsafeBytes { add($0) }
  }

  public mutating func add(_ number: Int) { add([UInt64(bitPattern: Int64(number))]) }

  public mutating func add(_ text: String) { add(Array(text.utf8)) }

  /// Shape and numbers.
  public mutating func add(_ tensor: Tensor) {
    add(tensor.shape)
    tensor.read { add(UnsafeRawBufferPointer(start: $0, count: tensor.count * 4)) }
  }

  /// 32 hexadecimal digits.
  public var text: String { digits(first) + digits(second) }

  private func digits(_ number: UInt64) -> String {
    let text = String(number, radix: 16)
    return String(repeating: "0", count: 16 - text.count) + text
  }
}
