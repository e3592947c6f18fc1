import CZlib

/// Streams in gzip's format (RFC 1952), by zlib.
public enum Gzip {
  /// What is refused as too much where nothing else is said: 4 GiB.
  public static let limit = 4 << 30

  /// Whether the bytes begin as a gzip stream does.
  public static func recognises(_ file: FileBytes) -> Bool { file.starts(with: [0x1F, 0x8B]) }

  /// Expands a gzip file; its check sum must hold. `limit` bounds the result.
  public static func expand(
    _ file: FileBytes, limit: Int = Gzip.limit
  ) throws(CheckpointError) -> FileBytes {
    guard recognises(file) else { throw CheckpointError(file.name, at: 0, "is not gzip data") }
    // The last four bytes tell the size of the last member modulo 2^32: nearly always the truth.
    var hint = 0
    if file.count >= 18 {
      var reader = ByteReader(ByteRange(file, file.count - 4..<file.count))
      hint = Int(try reader.integer(UInt32.self, "the size"))
    }
    return try Inflating.expand(file.all, .gzip, name: file.name, hint: hint, limit: limit)
  }

  /// Expands where it is gzip, else the file itself.
  public static func expandIfNeeded(
    _ file: FileBytes, limit: Int = Gzip.limit
  ) throws(CheckpointError) -> FileBytes {
    recognises(file) ? try expand(file, limit: limit) : file
  }

  /// Compresses bytes; the same bytes give the same stream (no time, no name in its header).
  public static func compress(_ bytes: [UInt8]) -> [UInt8] {
    let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    stream.initialize(to: z_stream())
    defer { stream.deallocate() }
    let started = deflateInit2_(
      stream, Z_BEST_COMPRESSION, Z_DEFLATED, 31, 9, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
      Int32(MemoryLayout<z_stream>.size))
    precondition(started == Z_OK && bytes.count < Int(UInt32.max))
    defer { deflateEnd(stream) }
    let bound = Int(deflateBound(stream, UInt(bytes.count)))
    return bytes.withUnsafeBufferPointer { source in
      [UInt8](unsafeUninitializedCapacity: bound) { target, count in
        stream.pointee.next_in = UnsafeMutablePointer(mutating: source.baseAddress)
        stream.pointee.avail_in = UInt32(source.count)
        stream.pointee.next_out = target.baseAddress
        stream.pointee.avail_out = UInt32(bound)
        let status = deflate(stream, Z_FINISH)
        precondition(status == Z_STREAM_END)
        count = bound - Int(stream.pointee.avail_out)
      }
    }
  }
}
