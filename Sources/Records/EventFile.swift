/// Scalars as TensorBoard reads them: records of TFRecord (TensorFlow, "TFRecord and tf.train.Example",
/// 2015), each an `Event` message of protocol buffers (tensorflow/core/util/event.proto).
///
/// A record is its length (64 bits), the masked CRC-32C of that, the message, and the masked CRC-32C
/// of the message, all little-endian.
public struct EventFile {
  public private(set) var bytes: [UInt8] = []

  /// A file that begins, as all of them do, by naming its format.
  ///
  /// - Parameter time: Seconds since 1970.
  public init(time: Double) {
    append(EventFile.double(1, time) + EventFile.text(3, "brain.Event:2"))
  }

  /// Adds a value of a figure.
  ///
  /// - Parameters:
  ///   - tag: What the figure is called.
  ///   - time: Seconds since 1970.
  public mutating func add(_ tag: String, _ value: Double, step: Int, time: Double) {
    let scalar = EventFile.text(1, tag) + EventFile.float(2, Float(value))
    let summary = EventFile.message(1, scalar)
    append(
      EventFile.double(1, time) + EventFile.key(2, 0)
        + EventFile.varint(UInt64(bitPattern: Int64(step))) + EventFile.message(5, summary))
  }

  private mutating func append(_ message: [UInt8]) {
    let length = EventFile.little(UInt64(message.count), 8)
    bytes += length + EventFile.little(UInt64(EventFile.masked(length)), 4)
    bytes += message + EventFile.little(UInt64(EventFile.masked(message)), 4)
  }

  // MARK: Protocol buffers (Google, "Encoding", 2008)

  private static func key(_ field: UInt64, _ type: UInt64) -> [UInt8] { varint(field << 3 | type) }

  private static func varint(_ value: UInt64) -> [UInt8] {
    var value = value
    var result: [UInt8] = []
    while value >= 0x80 {
      result.append(UInt8(value & 0x7F) | 0x80)
      value >>= 7
    }
    return result + [UInt8(value)]
  }

  private static func double(_ field: UInt64, _ value: Double) -> [UInt8] {
    key(field, 1) + little(value.bitPattern, 8)
  }

  private static func float(_ field: UInt64, _ value: Float) -> [UInt8] {
    key(field, 5) + little(UInt64(value.bitPattern), 4)
  }

  private static func text(_ field: UInt64, _ text: String) -> [UInt8] {
    message(field, Array(text.utf8))
  }

  private static func message(_ field: UInt64, _ bytes: [UInt8]) -> [UInt8] {
    key(field, 2) + varint(UInt64(bytes.count)) + bytes
  }

  private static func little(_ value: UInt64, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * UInt64($0))) }
  }

  // MARK: Check sums

  /// The check sum as records hold it: turned by 15 bits and moved, so that check sums of data that
  /// hold check sums stay good.
  static func masked(_ bytes: [UInt8]) -> UInt32 {
    let sum = crc32c(bytes)
    return (sum >> 15 | sum << 17) &+ 0xA282_EAD8
  }

  /// CRC-32C (Castagnoli 1993; RFC 3720, 2004, appendix B.4): the reflected polynomial 82F63B78.
  static func crc32c(_ bytes: [UInt8]) -> UInt32 {
    var sum: UInt32 = 0xFFFF_FFFF
    for byte in bytes { sum = sum >> 8 ^ table[Int((sum ^ UInt32(byte)) & 0xFF)] }
    return ~sum
  }

  private static let table: [UInt32] = (0..<256).map { index in
    (0..<8).reduce(UInt32(index)) { sum, _ in sum & 1 == 1 ? sum >> 1 ^ 0x82F6_3B78 : sum >> 1 }
  }
}
