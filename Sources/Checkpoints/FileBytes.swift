#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The bytes of a file, mapped read-only, or bytes in memory under the name of where they are from.
///
/// Nothing is copied: a page comes in when it is first looked at. Files this module writes replace
/// their predecessor by renaming, so a mapping keeps showing what it showed.
public final class FileBytes: @unchecked Sendable {
  // Sendable: the bytes never change after init, and the mapping lives as long as the object.

  /// What errors call it: the path, or `archive.npz/images.npy`.
  public let name: String
  public let count: Int
  private let base: UnsafeRawPointer?
  private let isMapped: Bool

  /// Maps a regular file.
  public init(path: String) throws(CheckpointError) {
    name = path
    // Without O_NONBLOCK the opening of a pipe would wait for a writer.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw CheckpointError(path, systemReason(errno)) }
    defer { close(descriptor) }
    var facts = stat()
    guard fstat(descriptor, &facts) == 0 else { throw CheckpointError(path, systemReason(errno)) }
    switch facts.st_mode & S_IFMT {
    case S_IFREG: break
    case S_IFDIR: throw CheckpointError(path, "is a folder, not a file")
    default: throw CheckpointError(path, "is not a regular file")
    }
    count = Int(facts.st_size)
    isMapped = count > 0
    guard count > 0 else {
      base = nil
      return
    }
    let address = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0)
    guard let address, address != UnsafeMutableRawPointer(bitPattern: -1) else {
      throw CheckpointError(path, "cannot be mapped: \(systemReason(errno))")
    }
    base = UnsafeRawPointer(address)
  }

  /// Bytes in memory; `name` is what errors call them.
  public init(_ bytes: [UInt8], name: String) {
    self.name = name
    count = bytes.count
    isMapped = false
    guard count > 0 else {
      base = nil
      return
    }
    let copy = UnsafeMutableRawPointer.allocate(byteCount: count, alignment: 64)
    bytes.withUnsafeBytes {
      copy.copyMemory(from: $0.baseAddress ?? UnsafeRawPointer(copy), byteCount: $0.count)
    }
    base = UnsafeRawPointer(copy)
  }

  /// Takes over memory from `allocate(byteCount:alignment:)` whose first `count` bytes are filled.
  init(adopting buffer: UnsafeMutableRawBufferPointer, count: Int, name: String) {
    self.name = name
    self.count = count
    isMapped = false
    base = UnsafeRawPointer(buffer.baseAddress)
  }

  deinit {
    guard let base else { return }
    if isMapped {
      munmap(UnsafeMutableRawPointer(mutating: base), count)
    } else {
      base.deallocate()
    }
  }

  /// All bytes in place.
  public func withBytes<Result, Problem: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Problem) -> Result
  ) throws(Problem) -> Result {
    try withExtendedLifetime(self) { () throws(Problem) -> Result in
      try body(UnsafeRawBufferPointer(start: base, count: count))
    }
  }

  /// The byte at an offset in 0 ..< count.
  subscript(offset: Int) -> UInt8 {
    guard let base, offset >= 0, offset < count else {
      preconditionFailure("byte \(offset) of \(count)")
    }
    return base.load(fromByteOffset: offset, as: UInt8.self)
  }

  /// The whole as a range.
  public var all: ByteRange { ByteRange(self, 0..<count) }
}

/// Some of the bytes of a file.
public struct ByteRange: Sendable {
  public let source: FileBytes
  public let range: Range<Int>

  /// A range inside 0 ..< source.count.
  public init(_ source: FileBytes, _ range: Range<Int>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= source.count)
    self.source = source
    self.range = range
  }

  public var count: Int { range.count }

  /// The bytes in place.
  public func withBytes<Result, Problem: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Problem) -> Result
  ) throws(Problem) -> Result {
    try source.withBytes { (bytes) throws(Problem) -> Result in
      try body(UnsafeRawBufferPointer(rebasing: bytes[range]))
    }
  }

  /// The bytes as an array.
  public var bytes: [UInt8] { withBytes { [UInt8]($0) } }
}

/// The system's word for an error number, with ours for those that users meet.
func systemReason(_ code: Int32) -> String {
  switch code {
  case ENOENT: return "there is no such file"
  case EACCES, EPERM: return "permission denied"
  case EISDIR: return "is a folder, not a file"
  case ENOTDIR: return "a part of the path is not a folder"
  case ENOSPC: return "the disk is full"
  case EDQUOT: return "the disk quota is used up"
  case EFBIG: return "the file would be larger than allowed"
  case EROFS: return "the file system is read-only"
  default: return String(cString: strerror(code)).lowercased()
  }
}
