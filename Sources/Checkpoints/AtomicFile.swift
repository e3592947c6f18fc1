#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Writes files whole or not at all: into a temporary file beside the old one, synced, renamed.
public enum AtomicFile {
  /// Writes bytes as a file.
  public static func write(_ path: String, bytes: [UInt8]) throws(CheckpointError) {
    try write(path) { (file) throws(CheckpointError) in try file.write(bytes) }
  }

  /// Writes a file through `body`; where anything fails, the old file stays as it was.
  ///
  /// A link is followed, so that the file it points to is replaced. What is no regular file (a
  /// pipe, `/dev/stdout`) is written in place, as it cannot be replaced.
  public static func write(
    _ path: String, _ body: (borrowing FileWriter) throws(CheckpointError) -> Void
  ) throws(CheckpointError) {
    var target = path
    var facts = stat()
    var mode = mode_t(0o666) & ~processMask
    if stat(path, &facts) == 0 {
      switch facts.st_mode & S_IFMT {
      case S_IFREG: mode = facts.st_mode & 0o7777
      case S_IFDIR: throw CheckpointError(path, "is a folder, not a file")
      default: return try writeInPlace(path, body)
      }
      if let real = realpath(path, nil) {
        target = String(cString: real)
        free(real)
      }
    }
    try replace(target, mode: mode, named: path, body)
  }

  private static func replace(
    _ target: String, mode: mode_t, named path: String,
    _ body: (borrowing FileWriter) throws(CheckpointError) -> Void
  ) throws(CheckpointError) {
    let slash = target.lastIndex(of: "/")
    let folder = slash.map { String(target[...$0]) } ?? "./"
    let name = slash.map { String(target[target.index(after: $0)...]) } ?? target
    guard !name.isEmpty else { throw CheckpointError(path, "is a folder, not a file") }
    // A file name holds at most 255 bytes, and ours must be longer than the target's.
    let stem = String(decoding: Array(name.utf8).prefix(200), as: UTF8.self)
    var temporary = Array((folder + "." + stem + ".XXXXXX").utf8CString)
    let descriptor = mkstemp(&temporary)
    guard descriptor >= 0 else { throw CheckpointError(path, systemReason(errno)) }
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    var isOpen = true
    do throws(CheckpointError) {
      let writer = FileWriter(descriptor: descriptor, name: path)
      try body(writer)
      try writer.check(fchmod(descriptor, mode) == 0)
      try writer.check(fsync(descriptor) == 0)
      isOpen = false
      // A network file system may only tell here that the disk is full.
      try writer.check(close(descriptor) == 0)
    } catch {
      if isOpen { close(descriptor) }
      unlink(temporary)
      throw error
    }
    guard rename(temporary, target) == 0 else {
      let code = errno
      unlink(temporary)
      throw CheckpointError(path, systemReason(code))
    }
    syncFolder(folder)
  }

  private static func writeInPlace(
    _ path: String, _ body: (borrowing FileWriter) throws(CheckpointError) -> Void
  ) throws(CheckpointError) {
    let descriptor = open(path, O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw CheckpointError(path, systemReason(errno)) }
    defer { close(descriptor) }
    try body(FileWriter(descriptor: descriptor, name: path))
  }

  /// So that the new name, too, outlives a power cut. Not every file system can; the file is whole
  /// in any case.
  private static func syncFolder(_ folder: String) {
    let descriptor = open(folder, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }
}

/// An open file that takes bytes.
public struct FileWriter: ~Copyable {
  private let descriptor: Int32
  private let name: String

  init(descriptor: Int32, name: String) {
    self.descriptor = descriptor
    self.name = name
  }

  /// Writes all bytes or throws.
  public func write(_ bytes: UnsafeRawBufferPointer) throws(CheckpointError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let part = UnsafeRawBufferPointer(rebasing: rest)
      #if canImport(Glibc)
        let written = Glibc.write(descriptor, part.baseAddress, part.count)
      #else
        let written = Darwin.write(descriptor, part.baseAddress, part.count)
      #endif
      if written < 0, errno == EINTR { continue }
      try check(written > 0)
      rest = rest.dropFirst(written)
    }
  }

  /// Writes all bytes or throws.
  public func write(_ bytes: [UInt8]) throws(CheckpointError) {
    try bytes.withUnsafeBufferPointer { (buffer) throws(CheckpointError) in
      try write(UnsafeRawBufferPointer(buffer))
    }
  }

  func check(_ succeeded: Bool) throws(CheckpointError) {
    if succeeded { return }
    let code = errno
    throw CheckpointError(
      name, "cannot be written: \(systemReason(code))",
      advice: code == ENOSPC ? "what was there before is unchanged" : nil)
  }
}

/// The bits that new files do not get. Asking changes it for a moment, which another thread could
/// see; so it is asked once.
private let processMask: mode_t = {
  let mask = umask(0o077)
  umask(mask)
  return mask
}()
