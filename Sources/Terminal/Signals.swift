import Conversation
import Glibc
import Synchronization

/// The signals of a person at a terminal, taken in by the main thread.
///
/// They are blocked in every thread that is ours and waited for in one, so nothing has to be safe
/// inside a signal handler and no system call of the session is cut short. Threads that a library
/// starts as it is loaded, before anything here runs, block nothing: what reaches one of those is
/// passed on to the one that waits. A session that waits for keys is woken through a pipe.
final class Signals: Sendable {
  /// What the session's thread does right now.
  enum Occupation: UInt8 {
    /// It waits for keys: signals are its to answer.
    case prompt
    /// It executes: ^C asks it to stop.
    case run
    /// Another program has the terminal: ^C is meant for that one.
    case elsewhere
  }

  /// Signals that a waiting session has to answer.
  struct Pending: OptionSet {
    let rawValue: UInt32
    static let interrupt = Pending(rawValue: 1)
    static let resize = Pending(rawValue: 2)
    static let suspend = Pending(rawValue: 4)
    static let terminate = Pending(rawValue: 8)
    static let hangUp = Pending(rawValue: 16)
  }

  let interruption: Interruption
  /// Becomes readable when something is pending.
  let wakeDescriptor: Int32
  private let wakeWriter: Int32
  private let occupation = Atomic<UInt8>(Occupation.run.rawValue)
  private let pending = Atomic<UInt32>(0)
  private let isFinished = Atomic<Bool>(false)
  private let absences = Atomic<Int>(0)
  private let server: pthread_t
  private let numbers: [Int32]

  /// Made on the thread that will serve; blocks the signals there and so in threads it starts.
  /// - Parameter interactive: Whether to take the signals of job control and resizing as well.
  init(_ interruption: Interruption, interactive: Bool) {
    self.interruption = interruption
    var ends: [Int32] = [-1, -1]
    _ = pipe(&ends)
    for end in ends {
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
    }
    wakeDescriptor = ends[0]
    wakeWriter = ends[1]
    server = pthread_self()
    // A shell script's background job ignores ^C, and so it should stay.
    var numbers = Signals.isIgnored(SIGINT) ? [] : [SIGINT]
    if interactive { numbers += [SIGTSTP, SIGWINCH, SIGTERM, SIGHUP] }
    self.numbers = numbers
    var set = signalSet
    pthread_sigmask(SIG_BLOCK, &set, nil)
    Signals.waiting = server
    for number in numbers { Signals.passOn(number) }
  }

  /// The thread that waits for signals. Written once, before the first handler is in place.
  nonisolated(unsafe) private static var waiting = pthread_self()

  /// Whichever thread a signal reaches, the waiting one gets it. Without this one that comes before
  /// the waiting has begun, or between two waits, would end the program through a library's thread.
  private static func passOn(_ number: Int32) {
    var action = sigaction()
    action.__sigaction_handler.sa_handler = { pthread_kill(Signals.waiting, $0) }
    action.sa_flags = SA_RESTART
    sigaction(number, &action, nil)
  }

  deinit {
    close(wakeDescriptor)
    close(wakeWriter)
  }

  /// Those waited for; SIGUSR1 ends the waiting.
  private var signalSet: sigset_t {
    var set = sigset_t()
    sigemptyset(&set)
    for number in numbers + [SIGUSR1] { sigaddset(&set, number) }
    return set
  }

  private static func isIgnored(_ number: Int32) -> Bool {
    var action = sigaction()
    sigaction(number, nil, &action)
    return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
      == unsafeBitCast(SIG_IGN, to: Int.self)
  }

  // MARK: The session's side

  /// Counts up when the process is about to be stopped in the midst of a run, and when it goes on:
  /// odd in between, as other programs have the terminal.
  var absenceCount: Int { absences.load(ordering: .sequentiallyConsistent) }

  /// Says what the session's thread does from now on; what it did before.
  @discardableResult
  func enter(_ occupation: Occupation) -> Occupation {
    let before = self.occupation.exchange(
      occupation.rawValue, ordering: .sequentiallyConsistent)
    return Occupation(rawValue: before) ?? .run
  }

  /// What has come since it was last asked; empties the pipe.
  func takePending() -> Pending {
    var bytes = [UInt8](repeating: 0, count: 64)
    while read(wakeDescriptor, &bytes, bytes.count) > 0 {}
    return Pending(rawValue: pending.exchange(0, ordering: .sequentiallyConsistent))
  }

  /// Called when the session has ended: `serve` returns.
  func finish() {
    isFinished.store(true, ordering: .sequentiallyConsistent)
    pthread_kill(server, SIGUSR1)
  }

  // MARK: The serving thread's side

  /// Serves signals until the session has ended, then lets them through again.
  func serve() {
    var set = signalSet
    var presses = Presses()
    while true {
      var number: Int32 = 0
      guard sigwait(&set, &number) == 0 else { continue }
      if number == SIGUSR1, isFinished.load(ordering: .sequentiallyConsistent) { break }
      let isPrompt =
        occupation.load(ordering: .sequentiallyConsistent) == Occupation.prompt.rawValue
      switch number {
      case SIGINT: interrupt(&presses)
      case SIGWINCH: post(.resize)
      case SIGTSTP: if isPrompt { post(.suspend) } else { stop() }
      case SIGTERM: if isPrompt { post(.terminate) } else { Signals.takeDefault(SIGTERM) }
      case SIGHUP: if isPrompt { post(.hangUp) } else { Signals.takeDefault(SIGHUP) }
      default: break
      }
    }
    for number in numbers { signal(number, SIG_DFL) }
    // SIGUSR1 stays blocked: one from outside may have taken the place of ours, which then comes now.
    sigdelset(&set, SIGUSR1)
    pthread_sigmask(SIG_UNBLOCK, &set, nil)
  }

  private func interrupt(_ presses: inout Presses) {
    switch Occupation(rawValue: occupation.load(ordering: .sequentiallyConsistent)) {
    case .prompt: post(.interrupt)
    case .run:
      switch presses.press(at: Signals.milliseconds) {
      case 1: break
      case 2:
        Outlet.error.write(
          "\nstopping after the current step; ^C again ends the program at once\n")
      default: Signals.takeDefault(SIGINT)
      }
      interruption.request()
      post(.interrupt)
    case .elsewhere, .none: break
    }
  }

  /// Stops the process, which something else may write to the terminal meanwhile.
  private func stop() {
    absences.add(1, ordering: .sequentiallyConsistent)
    Signals.takeDefault(SIGTSTP)
    absences.add(1, ordering: .sequentiallyConsistent)
  }

  private func post(_ what: Pending) {
    pending.bitwiseOr(what.rawValue, ordering: .sequentiallyConsistent)
    var byte: UInt8 = 1
    // A full pipe wakes as well as one more byte would.
    _ = write(wakeWriter, &byte, 1)
  }

  private static var milliseconds: Int {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return time.tv_sec * 1000 + time.tv_nsec / 1_000_000
  }

  /// Does to this process what the signal does by itself: ends or stops it.
  static func takeDefault(_ number: Int32) {
    signal(number, SIG_DFL)
    var set = sigset_t()
    sigemptyset(&set)
    sigaddset(&set, number)
    pthread_sigmask(SIG_UNBLOCK, &set, nil)
    pthread_kill(pthread_self(), number)
    // Here again only after a stop.
    pthread_sigmask(SIG_BLOCK, &set, nil)
    passOn(number)
  }
}

/// How often ^C was pressed in quick succession.
struct Presses {
  private var count = 0
  private var last = Int.min / 2

  /// Counts a press; one that comes more than a second after the last is a first one again. Once
  /// forcing was offered, the offer stands for three seconds.
  mutating func press(at milliseconds: Int) -> Int {
    let patience = count == 2 ? 3000 : 1000
    count = milliseconds - last <= patience ? count + 1 : 1
    last = milliseconds
    return count
  }
}
