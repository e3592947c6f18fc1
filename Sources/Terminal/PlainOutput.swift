import Catalog
import Conversation
import Glibc

/// Shows a session's events as plain text: standard output and standard error, no colour, nothing
/// redrawn. Of a display that changes only its last state is printed.
final class PlainOutput: Listener {
  private let output: Outlet
  private let error: Outlet
  /// Whether questions may be answered by the lines of standard input.
  private let readsAnswers: Bool
  private let signals: Signals?
  /// A display that may still change, until something else is shown.
  private var pending: (id: String, display: Display)?
  /// Displays that changed after they had been printed.
  private var late: [(id: String, display: Display)] = []
  private var printed: [String: Display] = [:]
  private var isOpen = false
  /// What standard error was told.
  private(set) var warnings: Set<String> = []

  init(
    output: Outlet = .standard, error: Outlet = .error, readsAnswers: Bool = false,
    signals: Signals? = nil
  ) {
    self.output = output
    self.error = error
    self.readsAnswers = readsAnswers
    self.signals = signals
  }

  func receive(_ event: Event) {
    switch event {
    case .update(let display, let id): update(display, id)
    case .clear, .nextInput, .aside(_, _, nil, _): break
    case .aside(_, _, let note?, _):
      flush()
      write(note + "\n")
    case .display(let display, let id?):
      flush()
      pending = (id, display)
    case .text(let text):
      flush()
      write(text)
    case .warning(let text):
      flush()
      if warnings.count < 1000 { warnings.insert(text) }
      error.write(text)
    case .display(let display, nil), .value(let display, _), .page(let display):
      flush()
      write(display)
    }
  }

  func ask(_ prompt: String, secret: Bool) throws -> String {
    flush()
    guard readsAnswers else { throw InputUnavailable() }
    write(prompt)
    var bytes: [UInt8] = []
    while true {
      var sources = [
        pollfd(fd: 0, events: Int16(POLLIN), revents: 0),
        pollfd(fd: signals?.wakeDescriptor ?? -1, events: Int16(POLLIN), revents: 0),
      ]
      guard poll(&sources, 2, -1) > 0 else { continue }
      if sources[1].revents != 0, signals?.takePending().contains(.interrupt) == true {
        throw Interrupted()
      }
      guard sources[0].revents != 0 else { continue }
      var byte: UInt8 = 0
      guard read(0, &byte, 1) == 1 else {
        if bytes.isEmpty { throw InputUnavailable() }
        return String(decoding: bytes, as: UTF8.self)
      }
      if byte == UInt8(ascii: "\n") { return String(decoding: bytes, as: UTF8.self) }
      bytes.append(byte)
    }
  }

  /// Called when an input has ended: prints the last states of what has changed.
  func settle() {
    flush()
    for (_, display) in late { write(display) }
    late = []
    printed = [:]
    if isOpen { write("\n") }
  }

  private func update(_ display: Display, _ id: String) {
    if pending?.id == id {
      pending = (id, display)
      return
    }
    late.removeAll { $0.id == id }
    if printed[id] != display { late.append((id, display)) }
  }

  private func flush() {
    guard let (id, display) = pending else { return }
    pending = nil
    printed[id] = display
    write(display)
  }

  private func write(_ display: Display) {
    if isOpen { write("\n") }
    write(display.plain.hasSuffix("\n") ? display.plain : display.plain + "\n")
  }

  private func write(_ text: String) {
    guard !text.isEmpty else { return }
    output.write(text)
    isOpen = !text.hasSuffix("\n")
  }
}
