import Conversation
import Glibc

/// Carries what a session on a thread of its own shows and asks to the thread that talks to the
/// person, in order.
///
/// Sendable: everything that changes is inside the monitor.
final class Relay: Listener, Sendable {
  enum Word: Sendable {
    case event(Event)
    case question(String, secret: Bool)
    /// The input has ended.
    case end(Outcome)
  }

  private struct State {
    var words: [Word] = []
    var answer: Result<String, any Error>?
    var isClosed = false
  }

  /// Words that may wait to be shown before whoever speaks has to wait.
  private static let mostWords = 10_000
  private let state = Monitor(State())
  /// Becomes readable when there is a word.
  let wakeDescriptor: Int32
  private let wakeWriter: Int32

  init() {
    var ends: [Int32] = [-1, -1]
    _ = pipe(&ends)
    for end in ends {
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
    }
    (wakeDescriptor, wakeWriter) = (ends[0], ends[1])
  }

  deinit {
    close(wakeDescriptor)
    close(wakeWriter)
  }

  // MARK: The session's side

  func receive(_ event: Event) { say(.event(event)) }

  func ask(_ prompt: String, secret: Bool) throws -> String {
    say(.question(prompt, secret: secret))
    let answer: Result<String, any Error>? = state.wait { state in
      if state.isClosed { return .failure(InputUnavailable()) }
      defer { state.answer = nil }
      return state.answer
    }
    return try answer?.get() ?? { throw InputUnavailable() }()
  }

  func finish(_ outcome: Outcome) { say(.end(outcome)) }

  private func say(_ word: Word) {
    _ = state.wait { $0.words.count < Relay.mostWords || $0.isClosed ? true : nil }
    let isFirst = state.change { state in
      state.words.append(word)
      return state.words.count == 1
    }
    guard isFirst else { return }
    var byte: UInt8 = 1
    // A full pipe wakes as well as one more byte would.
    _ = write(wakeWriter, &byte, 1)
  }

  // MARK: The person's side

  /// What has been said since it was last asked, without waiting.
  func takeAll() -> [Word] {
    var bytes = [UInt8](repeating: 0, count: 64)
    while read(wakeDescriptor, &bytes, bytes.count) > 0 {}
    return state.change { state in
      defer { state.words = [] }
      return state.words
    }
  }

  /// Waits for words.
  func next() -> [Word] {
    _ = state.wait { $0.words.isEmpty ? nil : true }
    return takeAll()
  }

  func answer(_ answer: Result<String, any Error>) { state.change { $0.answer = answer } }

  /// Nobody shows or answers any more.
  func hangUp() { state.change { $0.isClosed = true } }
}
