public import Catalog
import Glibc
import Synchronization

/// A thread of its own for a session, with a stack deep enough for nested code.
///
/// The thread starts at once with the signal mask of the thread that makes it. What the body makes
/// stays on it; only the answer comes back.
public final class SessionThread<Answer: Sendable>: Sendable {
  private let cell: Cell<Answer>
  private let handle: Mutex<pthread_t?>

  /// - Parameters:
  ///   - stackSize: Bytes of stack; 64 MiB of address space, of which only what is used is taken.
  /// - Throws: A `Failure` of kind `memory` where the system has no thread left.
  public init(
    stackSize: Int = 64 << 20, _ body: @escaping @Sendable () -> Answer
  ) throws(Failure) {
    let cell = Cell<Answer>()
    self.cell = cell
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setstacksize(&attributes, stackSize)
    var thread = pthread_t()
    let work = Work {
      let answer = body()
      cell.answer.withLock { $0 = answer }
    }
    let context = Unmanaged.passRetained(work)
    let status = pthread_create(
      &thread, &attributes,
      { pointer in
        guard let pointer else { return nil }
        Unmanaged<Work>.fromOpaque(pointer).takeRetainedValue().perform()
        return nil
      }, context.toOpaque())
    guard status == 0 else {
      context.release()
      throw Failure(.memory, "the system has no thread for a session (error \(status))")
    }
    handle = Mutex(thread)
  }

  /// Waits for the body to end; its answer. The first caller waits, and there may be only one.
  public func join() -> Answer? {
    let thread = handle.withLock { handle in
      defer { handle = nil }
      return handle
    }
    if let thread { pthread_join(thread, nil) }
    return cell.answer.withLock { $0 }
  }

  /// Performs the body on a thread of its own and waits for it.
  public static func run(_ body: @escaping @Sendable () -> Answer) throws(Failure) -> Answer {
    guard let answer = try SessionThread(body).join() else {
      throw Failure(.state, "the session ended without an answer")
    }
    return answer
  }
}

/// What a thread is given: the body without its type.
private final class Work: Sendable {
  let perform: @Sendable () -> Void

  init(_ perform: @escaping @Sendable () -> Void) { self.perform = perform }
}

/// Where the answer waits for whoever joins.
private final class Cell<Answer: Sendable>: Sendable {
  let answer = Mutex<Answer?>(nil)
}
