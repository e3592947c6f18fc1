import Synchronization
import Tensors

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What files hold, for telling two sets of pictures apart.
enum FileContents {
  /// Up to so many bytes together, files are read whole.
  static let most = 2 << 30
  /// Of larger sets the beginning and the end of each file, so many bytes, stand for it: a PNG ends
  /// with a check sum of its pixels, and a JPEG's code rarely falls back into step.
  static let edge = 16 << 10
  private static let block = 1 << 20

  /// Takes files in, in their order: all that is in them, or where that would be more than `most`
  /// bytes, sizes, times of change and edges.
  ///
  /// Names play no part, and in small sets times do not: a copy of a folder has the same contents.
  static func add(_ paths: [String], to hash: inout ContentHash, most: Int = FileContents.most) {
    let sizes = paths.map { facts(of: $0)?.size ?? -1 }
    let isWhole = sizes.reduce(0) { $0 + max(0, $1) } <= most
    let found = Mutex([String](repeating: "", count: paths.count))
    parallelFor(paths.count, chunk: 8) { low, high in
      for index in low..<high {
        var own = ContentHash()
        own.add(sizes[index])
        read(paths[index], size: sizes[index], isWhole: isWhole, into: &own)
        let text = own.text
        found.withLock { $0[index] = text }
      }
    }
    for text in found.withLock({ $0 }) { hash.add(text) }
  }

  private static func facts(of path: String) -> (size: Int, changed: timespec)? {
    var facts = stat()
    guard stat(path, &facts) == 0 else { return nil }
    #if canImport(Glibc)
      return (Int(facts.st_size), facts.st_mtim)
    #else
      return (Int(facts.st_size), facts.st_mtimespec)
    #endif
  }

  private static func read(
    _ path: String, size: Int, isWhole: Bool, into hash: inout ContentHash
  ) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    // Whoever wants the picture will say what is wrong with its file.
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    var places = Array(stride(from: 0, to: size, by: block))
    var length = block
    if !isWhole {
      if let changed = facts(of: path)?.changed { hash.add([changed.tv_sec, changed.tv_nsec]) }
      (places, length) = ([0, max(0, size - edge)], edge)
    }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: length, alignment: 16)
    defer { buffer.deallocate() }
    for place in places {
      let count = pread(descriptor, buffer.baseAddress, length, off_t(place))
      guard count > 0 else { return }
      hash.add(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    }
  }
}
