public import Checkpoints

/// The format of the MNIST files (LeCun, Cortes and Burges, 1998), plain or gzipped: two zero bytes,
/// the type of the numbers (8: bytes), the number of axes, each size as 32 bits big-endian, then the
/// numbers. http://yann.lecun.com/exdb/mnist/
public struct IDX: Sendable {
  public let shape: [Int]
  public let bytes: ByteRange

  /// No published set comes near this many bytes.
  private static let limit = 1 << 30

  /// Reads a file of bytes with this many axes.
  public init(_ file: FileBytes, axes: Int) throws(CheckpointError) {
    let plain = try Gzip.expandIfNeeded(file, limit: IDX.limit)
    var reader = ByteReader(plain)
    let magic = try reader.integer(UInt32.self, "the IDX header", bigEndian: true)
    guard magic >> 16 == 0 else {
      throw CheckpointError(
        file.name, at: 0, "is no IDX file: begins with 0x\(String(magic, radix: 16))")
    }
    guard magic >> 8 & 0xFF == 8 else {
      throw CheckpointError(
        file.name, at: 2,
        "holds numbers of type 0x\(String(magic >> 8 & 0xFF, radix: 16)); only bytes (0x8) are read"
      )
    }
    guard magic & 0xFF == UInt32(axes) else {
      throw CheckpointError(
        file.name, at: 3, "has \(magic & 0xFF) axes where \(axes) are needed",
        advice: axes == 1 ? "is it the file of images?" : "is it the file of labels?")
    }
    var shape: [Int] = []
    var promised = 1
    for axis in 0..<axes {
      let size = Int(try reader.integer(UInt32.self, "the IDX header", bigEndian: true))
      shape.append(size)
      // Four sizes of 32 bits can exceed 64.
      let (next, overflow) = promised.multipliedReportingOverflow(by: size)
      if overflow {
        throw CheckpointError(file.name, at: 4 + 4 * axis, "the header promises \(shape): too much")
      }
      promised = next
    }
    guard promised == reader.remaining else {
      let text = shape.map(String.init).joined(separator: "×")
      throw CheckpointError(
        file.name, at: 4,
        "the header promises \(text) = \(promised) bytes, \(reader.remaining) follow")
    }
    self.shape = shape
    bytes = try reader.take(promised, "the numbers")
  }
}
