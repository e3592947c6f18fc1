public import Catalog
public import Conversation

/// What a session showed for one input, as a person reads it afterwards: streams joined, displays
/// in their final state.
public struct Recording: Sendable, Equatable {
  /// One thing that stays to be seen.
  public enum Output: Sendable, Equatable {
    case stream(name: String, text: String)
    case display(Display, id: String?)
    /// The value of the input's last expression.
    case result(Display)
    case page(Display)
    case error(Report)
  }

  public private(set) var outputs: [Output] = []
  private var clearsOnNext = false

  public init() {}

  /// Takes in one event.
  public mutating func receive(_ event: Event) {
    switch event {
    case .text(let text): append(.stream(name: "stdout", text: text))
    case .warning(let text): append(.stream(name: "stderr", text: text))
    case .display(let display, let id): append(.display(display, id: id))
    case .update(let display, let id): update(display, id)
    case .value(let display, last: true): append(.result(display))
    case .value(let display, last: false): append(.display(display, id: nil))
    case .clear(wait: true): clearsOnNext = true
    case .clear(wait: false): outputs = []
    case .page(let display): append(.page(display))
    case .nextInput: break
    case .aside(let display, let id, _, _): place(display, id)
    }
  }

  /// Takes in how the input ended.
  public mutating func finish(_ outcome: Outcome) {
    if case .failed(let report) = outcome { append(.error(report)) }
  }

  private mutating func append(_ output: Output) {
    if clearsOnNext {
      outputs = []
      clearsOnNext = false
    }
    if case .stream(let name, let text) = output, case .stream(name, let before) = outputs.last {
      outputs[outputs.count - 1] = .stream(name: name, text: before + text)
    } else {
      outputs.append(output)
    }
  }

  /// Work aside is one display, wherever it was first seen.
  private mutating func place(_ display: Display, _ id: String) {
    let isThere = outputs.contains { if case .display(_, id) = $0 { true } else { false } }
    if isThere { update(display, id) } else { append(.display(display, id: id)) }
  }

  private mutating func update(_ display: Display, _ id: String) {
    for (index, output) in outputs.enumerated() {
      if case .display(_, id) = output { outputs[index] = .display(display, id: id) }
    }
  }

  /// All of it as lines of plain text, without blank lines at the end.
  public var lines: [String] {
    var text = ""
    for output in outputs {
      // A display starts a line of its own, whatever was printed before it.
      if case .stream = output {} else if !text.isEmpty, text.last != "\n" { text += "\n" }
      text += output.text
    }
    return text.outputLines
  }
}

extension Recording.Output {
  var text: String {
    switch self {
    case .stream(_, let text): text
    case .display(let display, _), .result(let display), .page(let display): display.plain + "\n"
    case .error(let report): report.lines.joined(separator: "\n") + "\n"
    }
  }
}

extension String {
  /// Lines without white space at their ends, ANSI sequences, and blank lines at the end.
  var outputLines: [String] {
    var lines = withoutAnsi.documentLines.map(\.withoutTrailingSpace)
    while lines.last?.isEmpty == true { lines.removeLast() }
    return lines
  }

  /// Without ANSI control sequences (ECMA-48, section 5.4).
  var withoutAnsi: String {
    guard unicodeScalars.contains("\u{1B}") else { return self }
    var result = String.UnicodeScalarView()
    var rest = unicodeScalars[...]
    while let scalar = rest.popFirst() {
      guard scalar == "\u{1B}", rest.first == "[" else {
        result.append(scalar)
        continue
      }
      rest.removeFirst()
      while let next = rest.popFirst(), !(0x40...0x7E).contains(next.value) {}
    }
    return String(result)
  }
}

/// Records what a session shows; nobody is there to answer its questions.
final class Recorder: Listener {
  private(set) var recording = Recording()

  func receive(_ event: Event) { recording.receive(event) }

  func ask(_ prompt: String, secret: Bool) throws -> String { throw InputUnavailable() }

  /// Executes one input and returns what it showed.
  func record(
    _ code: String, in session: any Interpreter
  ) -> (recording: Recording, outcome: Outcome) {
    recording = Recording()
    let outcome = session.execute(Request(code, isRecorded: false))
    recording.finish(outcome)
    return (recording, outcome)
  }
}
