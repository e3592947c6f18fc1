import Synchronization

/// The one flag that ^C, SIGINT and `interrupt_request` set, looked at between steps and batches.
///
/// Setting it is a single atomic store, so a signal handler may do it.
public final class Interruption: Sendable {
  private let flag = Atomic<Bool>(false)

  public init() {}

  public func request() { flag.store(true, ordering: .releasing) }
  /// Forgets a request, so that one made while idle is harmless.
  ///
  /// The front door calls it, before anyone can know that an input has started; an interpreter
  /// never does, or it would forget a request that came in between.
  public func reset() { flag.store(false, ordering: .releasing) }
  public var isRequested: Bool { flag.load(ordering: .acquiring) }

  /// Throws `Interrupted` if the person asked to stop.
  public func check() throws(Interrupted) {
    if isRequested { throw Interrupted() }
  }
}
