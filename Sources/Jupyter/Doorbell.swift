import Catalog
import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Wakes a thread that polls sockets: a pipe, at most one byte full.
final class Doorbell: Sendable {
  /// The end to poll for reading.
  let descriptor: Int32
  private let writing: Int32
  private let isRung = Atomic<Bool>(false)

  init() throws {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else {
      throw Failure(.file, "cannot make a pipe: \(errorText(errno))")
    }
    for end in ends {
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
    }
    descriptor = ends[0]
    writing = ends[1]
  }

  deinit {
    close(descriptor)
    close(writing)
  }

  func ring() {
    if isRung.exchange(true, ordering: .acquiringAndReleasing) { return }
    var byte: UInt8 = 1
    while write(writing, &byte, 1) < 0, errno == EINTR {}
  }

  /// To be called before looking at what was rung for, or a ring could be lost.
  func clear() {
    var bytes = [UInt8](repeating: 0, count: 16)
    while true {
      let count = read(descriptor, &bytes, bytes.count)
      if count < 0, errno == EINTR { continue }
      if count < bytes.count { break }
    }
    isRung.store(false, ordering: .releasing)
  }
}
