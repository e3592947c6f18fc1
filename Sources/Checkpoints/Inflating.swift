import CZlib

/// Decompression by zlib, bounded before and while it happens.
enum Inflating {
  enum Wrapping: Int32 {
    /// Bare deflate data (RFC 1951), as in zip archives.
    case raw = -15
    /// With header and check sum (RFC 1952); several members may follow each other.
    case gzip = 31
  }

  /// The best that deflate can do is 1032 bytes from one.
  static let highestRatio = 1032

  /// Expands all of `input`.
  ///
  /// - Parameters:
  ///   - name: What errors call it.
  ///   - hint: How much is probably in it; only what deflate could make of the input is believed.
  ///   - limit: More than that is refused.
  static func expand(
    _ input: ByteRange, _ wrapping: Wrapping, name: String, hint: Int, limit: Int
  ) throws(CheckpointError) -> FileBytes {
    let possible = input.count.multipliedReportingOverflow(by: highestRatio)
    let most = min(limit, possible.overflow ? limit : possible.partialValue)
    let output = Growing(capacity: max(64, min(hint, most) + 1))
    let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    stream.initialize(to: z_stream())
    defer { stream.deallocate() }
    let size = Int32(MemoryLayout<z_stream>.size)
    guard inflateInit2_(stream, wrapping.rawValue, ZLIB_VERSION, size) == Z_OK else {
      throw CheckpointError(name, "zlib cannot start")
    }
    defer { inflateEnd(stream) }
    let used = try input.withBytes { (bytes) throws(CheckpointError) in
      try run(stream, bytes, into: output, wrapping, name: name, limit: limit)
    }
    guard used == input.count else {
      throw CheckpointError(
        name, at: used, "\(input.count - used) bytes follow the end of the compressed data")
    }
    return output.finish(name: name)
  }

  /// Returns how many bytes of the input were used.
  private static func run(
    _ stream: UnsafeMutablePointer<z_stream>, _ input: UnsafeRawBufferPointer,
    into output: Growing, _ wrapping: Wrapping, name: String, limit: Int
  ) throws(CheckpointError) -> Int {
    var used = 0
    while true {
      // zlib counts in 32 bits.
      let part = UnsafeRawBufferPointer(rebasing: input[used...].prefix(1 << 30))
      let room = output.room()
      stream.pointee.next_in = UnsafeMutablePointer(
        mutating: part.baseAddress?.assumingMemoryBound(to: UInt8.self))
      stream.pointee.avail_in = UInt32(part.count)
      stream.pointee.next_out = room.baseAddress?.assumingMemoryBound(to: UInt8.self)
      stream.pointee.avail_out = UInt32(room.count)
      let status = inflate(stream, Z_NO_FLUSH)
      used += part.count - Int(stream.pointee.avail_in)
      output.count += room.count - Int(stream.pointee.avail_out)
      guard output.count <= limit else {
        throw CheckpointError(name, at: used, "expands to more than \(limit) bytes")
      }
      switch status {
      case Z_STREAM_END:
        guard wrapping == .gzip, used < input.count else { return used }
        let rest = input[used...]
        if rest.allSatisfy({ $0 == 0 }) { return input.count }
        guard rest.starts(with: [0x1F, 0x8B]) else { return used }
        inflateReset(stream)
      case Z_OK: continue
      case Z_BUF_ERROR where used == input.count:
        throw CheckpointError(
          name, at: used, "the compressed data is cut off after \(output.count) bytes of content",
          advice: "copy or download the file again")
      default:
        let detail = stream.pointee.msg.map { String(cString: $0) } ?? "zlib error \(status)"
        throw CheckpointError(name, at: used, "the compressed data is damaged: \(detail)")
      }
    }
  }

  /// Memory that doubles.
  private final class Growing {
    var count = 0
    private var buffer: UnsafeMutableRawBufferPointer?

    init(capacity: Int) {
      buffer = .allocate(byteCount: capacity, alignment: 64)
    }

    deinit { buffer?.deallocate() }

    /// Free space behind what is there, never empty.
    func room() -> UnsafeMutableRawBufferPointer {
      let old = buffer ?? .allocate(byteCount: 64, alignment: 64)
      buffer = old
      if count == old.count {
        let new = UnsafeMutableRawBufferPointer.allocate(
          byteCount: old.count * 2, alignment: 64)
        new.copyMemory(from: UnsafeRawBufferPointer(old))
        old.deallocate()
        buffer = new
        return UnsafeMutableRawBufferPointer(rebasing: new[count...].prefix(1 << 30))
      }
      return UnsafeMutableRawBufferPointer(rebasing: old[count...].prefix(1 << 30))
    }

    func finish(name: String) -> FileBytes {
      guard let whole = buffer else { return FileBytes([], name: name) }
      buffer = nil
      return FileBytes(adopting: whole, count: count, name: name)
    }
  }
}
