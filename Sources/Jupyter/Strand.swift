import Catalog
import Conversation

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A thread with a stack of a chosen size.
///
/// Not Foundation's: the kernel should answer before Foundation is paged in.
final class Strand: Sendable {
  private let isDone = Monitor(false)

  /// Starts `body` on a new thread.
  init(_ name: String, stackBytes: Int = 1 << 20, _ body: @escaping @Sendable () -> Void) throws {
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setstacksize(&attributes, stackBytes)
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    let isDone = isDone
    let start = Unmanaged.passRetained(
      Start {
        body()
        isDone.change { $0 = true }
      })
    #if canImport(Glibc)
      var thread = pthread_t()
    #else
      var thread: pthread_t?
    #endif
    let code = pthread_create(&thread, &attributes, enter, start.toOpaque())
    guard code == 0 else {
      start.release()
      throw Failure(.memory, "cannot start the kernel's thread '\(name)': \(errorText(code))")
    }
  }

  /// Waits for its end; false if it has not come within that time.
  @discardableResult
  func join(milliseconds: Int? = nil) -> Bool {
    isDone.wait(milliseconds: milliseconds) { $0 ? true : nil } ?? false
  }
}

private final class Start: Sendable {
  let body: @Sendable () -> Void

  init(body: @escaping @Sendable () -> Void) { self.body = body }
}

private func enter(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let argument else { return nil }
  let start = Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
  start.body()
  return nil
}

/// The system's words for an error number.
func errorText(_ code: Int32) -> String { String(cString: strerror(code)) }
