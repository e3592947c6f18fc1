import CKernels
import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Runs ranges of work on all threads.
///
/// The work is cut into chunks whose number depends on the work alone; threads take chunks from a
/// counter. A body must write only what belongs to its range, so the result is the same for any
/// number of threads. Workers spin about a millisecond for the next work before they sleep, because
/// waking takes longer than many kernels run.
///
/// `@unchecked Sendable`: the job's fields are written only by the thread that holds `isBusy`, while
/// the gate is shut and nobody is inside; they are read by workers that came in through the open
/// gate (acquire), and the owner waits for everyone to leave before it lets go of `isBusy`.
public final class ThreadPool: @unchecked Sendable {
  public static let shared = ThreadPool()

  /// How many threads take part, the caller among them.
  public var threadCount: Int {
    get { limit.load(ordering: .relaxed) }
    set { limit.store(max(1, min(newValue, 64)), ordering: .relaxed) }
  }

  typealias Body = (Int, Int, Int) -> Void

  private let limit: Atomic<Int>
  private let isBusy = Atomic<Bool>(false)
  private let generation = Atomic<Int>(0)
  private let next = Atomic<Int>(0)
  /// Bit 0: a job can be joined. The rest, halved: workers inside. A worker that wakes too late finds
  /// the gate shut and is not waited for.
  private let gate = Atomic<Int>(0)
  private let sleepers = Atomic<Int>(0)
  private var body: Body = { _, _, _ in }
  private var count = 0
  private var chunk = 1
  private var participants = 1
  private var workers = 0
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  private init() {
    let cores = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    let wanted = getenv("ATHANOR_THREADS").flatMap { Int(String(cString: $0)) }
    limit = Atomic(max(1, min(wanted ?? cores, 64)))
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(condition, nil)
  }

  /// Runs `body(low, high, worker)` for consecutive ranges that cover 0 ..< count.
  ///
  /// Work that is one chunk, and work begun while the pool is busy (from another thread or from
  /// inside a body), runs on the calling thread: the numbers are the same.
  ///
  /// - Parameter most: Threads at the most, where the caller has room for so many: `threadCount` may
  ///   be changed by another thread between two looks at it.
  func run(
    _ count: Int, chunk: Int, most: Int? = nil, _ body: (Int, Int, Int) -> Void
  ) {
    guard count > 0 else { return }
    let chunk = max(1, chunk)
    let threads = min(most ?? threadCount, (count + chunk - 1) / chunk)
    if threads == 1 || isBusy.exchange(true, ordering: .acquiring) {
      var low = 0
      while low < count {
        body(low, min(low + chunk, count), 0)
        low += chunk
      }
      return
    }
    withoutActuallyEscaping(body) { escapable in
      self.body = escapable
      self.count = count
      self.chunk = chunk
      participants = threads
      startWorkers(threads - 1)
      next.store(0, ordering: .relaxed)
      gate.store(1, ordering: .releasing)
      generation.wrappingAdd(1, ordering: .sequentiallyConsistent)
      if sleepers.load(ordering: .sequentiallyConsistent) > 0 {
        pthread_mutex_lock(mutex)
        pthread_cond_broadcast(condition)
        pthread_mutex_unlock(mutex)
      }
      take(worker: 0)
      gate.wrappingSubtract(1, ordering: .acquiringAndReleasing)
      while gate.load(ordering: .acquiring) > 0 { ak_pause() }
      self.body = { _, _, _ in }
    }
    isBusy.store(false, ordering: .releasing)
  }

  private func take(worker: Int) {
    while true {
      let low = next.wrappingAdd(chunk, ordering: .relaxed).oldValue
      if low >= count { return }
      body(low, min(low + chunk, count), worker)
    }
  }

  private func startWorkers(_ wanted: Int) {
    while workers < wanted {
      workers += 1
      let index = workers
      let start = generation.load(ordering: .relaxed)
      let box = Unmanaged.passRetained(WorkerStart(pool: self, index: index, generation: start))
      var thread = pthread_t()
      var attributes = pthread_attr_t()
      pthread_attr_init(&attributes)
      pthread_attr_setstacksize(&attributes, 8 << 20)
      let status = pthread_create(
        &thread, &attributes,
        { argument in
          guard let argument else { return nil }
          let start = Unmanaged<WorkerStart>.fromOpaque(argument).takeRetainedValue()
          start.pool.work(index: start.index, from: start.generation)
          return nil
        }, box.toOpaque())
      pthread_attr_destroy(&attributes)
      if status != 0 {
        box.release()
        workers -= 1
        return
      }
      pthread_detach(thread)
    }
  }

  private func work(index: Int, from start: Int) {
    var seen = start
    while true {
      seen = nextGeneration(after: seen)
      guard enter() else { continue }
      if index < participants { take(worker: index) }
      gate.wrappingSubtract(2, ordering: .releasing)
    }
  }

  private func enter() -> Bool {
    var seen = gate.load(ordering: .relaxed)
    while seen & 1 == 1 {
      let (exchanged, original) = gate.compareExchange(
        expected: seen, desired: seen + 2, ordering: .acquiring)
      if exchanged { return true }
      seen = original
    }
    return false
  }

  /// Waits for the next generation: spinning first, asleep after about a millisecond.
  private func nextGeneration(after seen: Int) -> Int {
    for _ in 0..<20_000 {
      let now = generation.load(ordering: .acquiring)
      if now != seen { return now }
      ak_pause()
    }
    pthread_mutex_lock(mutex)
    sleepers.wrappingAdd(1, ordering: .sequentiallyConsistent)
    while generation.load(ordering: .sequentiallyConsistent) == seen {
      pthread_cond_wait(condition, mutex)
    }
    sleepers.wrappingSubtract(1, ordering: .sequentiallyConsistent)
    pthread_mutex_unlock(mutex)
    return generation.load(ordering: .acquiring)
  }
}

private final class WorkerStart {
  let pool: ThreadPool
  let index: Int
  let generation: Int

  init(pool: ThreadPool, index: Int, generation: Int) {
    self.pool = pool
    self.index = index
    self.generation = generation
  }
}

/// Runs `body(low, high)` over consecutive ranges of 0 ..< count on all threads.
///
/// - Parameter chunk: Items a range; decided by the work, never by the number of threads.
public func parallelFor(_ count: Int, chunk: Int, _ body: (Int, Int) -> Void) {
  ThreadPool.shared.run(count, chunk: chunk) { low, high, _ in body(low, high) }
}

/// The same with scratch memory of `floats` numbers for each thread, uninitialised.
public func parallelFor(
  _ count: Int, chunk: Int, scratch floats: Int,
  _ body: (Int, Int, UnsafeMutablePointer<Float>) -> Void
) {
  let threads = ThreadPool.shared.threadCount
  // A block a thread, a cache line apart, from the pool: no allocation in the steady state.
  let stride = (floats + 15) / 16 * 16 + 16
  let arena = Storage(count: stride * threads)
  let base = arena.pointer
  ThreadPool.shared.run(count, chunk: chunk, most: threads) { low, high, worker in
    body(low, high, base + worker * stride)
  }
  withExtendedLifetime(arena) {}
}
