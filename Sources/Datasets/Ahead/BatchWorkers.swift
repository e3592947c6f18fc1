import Synchronization
import Tensors

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Threads that make samples ahead of the step that needs them.
///
/// There is one less than the threads that compute, and one at least: the thread that trains helps
/// where it must wait. They sleep while nothing is asked for.
///
/// `@unchecked Sendable`: the list and the count of threads are only touched with the mutex held.
final class BatchWorkers: @unchecked Sendable {
  static let shared = BatchWorkers()

  private var jobs: [PreparedBatch] = []
  private var threads = 0
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  private init() {
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(condition, nil)
  }

  /// Has a batch made when there is time, after those that were asked for before.
  func make(_ job: PreparedBatch) {
    pthread_mutex_lock(mutex)
    jobs.append(job)
    while threads < max(1, ThreadPool.shared.threadCount - 1), start() { threads += 1 }
    pthread_cond_broadcast(condition)
    pthread_mutex_unlock(mutex)
  }

  /// Forgets batches that nobody waits for.
  func drop(_ job: PreparedBatch) {
    pthread_mutex_lock(mutex)
    jobs.removeAll { $0 === job }
    pthread_mutex_unlock(mutex)
  }

  private func start() -> Bool {
    var thread = pthread_t()
    let status = pthread_create(
      &thread, nil,
      { _ in
        BatchWorkers.shared.work()
        return nil
      }, nil)
    if status == 0 { pthread_detach(thread) }
    return status == 0
  }

  private func work() {
    while true {
      let job = nextJob()
      // One sample, then look again: an earlier batch may have come.
      if !job.makeNext() { drop(job) }
    }
  }

  private func nextJob() -> PreparedBatch {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    while true {
      if let job = jobs.first(where: \.hasWork) { return job }
      jobs.removeAll()
      pthread_cond_wait(condition, mutex)
    }
  }

  /// A moment's rest for a thread that waits for another.
  static func pause() { sched_yield() }
}
