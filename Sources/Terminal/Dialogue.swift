import Catalog
import Conversation
import Glibc

/// One conversation, on the session's thread.
final class Dialogue {
  private let options: REPL.Options
  private let signals: Signals
  private let environment = Environment.process
  private let usesUnicode: Bool
  private let editor: LineEditor
  private let screen: Screen
  private let relay = Relay()
  private let session: RemoteSession
  private var history: History
  /// Number of the next input.
  private var number = 1
  /// Lines of the input that is being typed, before the present one.
  private var before = ""

  init(
    _ factory: @escaping InterpreterFactory, _ options: REPL.Options, _ signals: Signals
  ) throws(Failure) {
    self.options = options
    self.signals = signals
    usesUnicode = Encoding.select(environment) && !options.isPlain
    editor = LineEditor(signals: signals)
    screen = Screen(environment: environment, isPlain: options.isPlain)
    screen.askPerson = { [editor] prompt, secret in try editor.ask(prompt, secret: secret) }
    screen.absenceCount = { signals.absenceCount }
    screen.showPage = { [environment] text in
      Pager.show(text, environment: environment, signals: signals)
    }
    session = try RemoteSession(factory, listener: screen, relay: relay, signals.interruption)
    history = History(folder: environment.stateFolder)
    history.load()
    editor.complete = { [unowned self] line, start in completions(line, start) }
    editor.usage = { [unowned self] line in usage(line) }
    editor.edit = { [environment] line in
      Editing.edit(line, environment: environment, signals: signals)
    }
    editor.notices = (relay.wakeDescriptor, { [relay] in Dialogue.notes(relay.takeAll()) })
    editor.listed = { [unowned self] items in
      let size = Outlet.standard.size ?? (80, 24)
      return CompletionList.lines(
        items, width: size.columns, rows: size.rows - 2, color: usesColor)
    }
  }

  private var usesColor: Bool {
    !options.isPlain
      && options.color.isOn(environment: environment, isTerminal: Outlet.standard.isTerminal)
  }

  /// What work beside the conversation has to say in lines.
  private static func notes(_ words: [Relay.Word]) -> [String] {
    words.compactMap { word in
      guard case .event(.aside(_, _, let note, _)) = word else { return nil }
      return note
    }
  }

  /// Talks until the person leaves; the exit code.
  func run() -> Int32 {
    defer { session.close() }
    if !options.isQuiet, !options.banner.isEmpty { Outlet.standard.write(options.banner + "\n") }
    while true {
      adaptStyle()
      switch readInput() {
      case .line(let code):
        if let exitCode = execute(code) { return exitCode }
      case .cancelled: continue
      case .end:
        if !editor.endsLineItself { Outlet.standard.write("\n") }
        return 0
      }
    }
  }

  private func adaptStyle() {
    session.style = Style(
      width: Outlet.standard.size?.columns ?? 80, color: usesColor, unicode: usesUnicode,
      pictures: screen.isLive ? environment.pictures : .none, isDark: environment.isDark)
    session.isLive = screen.isLive
  }

  /// Reads lines until they are a whole input.
  private func readInput() -> LineEditor.Reading {
    var lines: [String] = []
    var initial = screen.nextInput
    screen.nextInput = ""
    if !initial.isEmpty, let edited = editor.edit?(initial) { initial = edited }
    while true {
      before = lines.isEmpty ? "" : lines.joined(separator: "\n") + "\n"
      let reading = editor.read(prompt: prompt(isFirst: lines.isEmpty), initial: initial)
      // ^D in the middle of a block drops the block, not the session with all that was trained.
      if case .end = reading, !lines.isEmpty { return .cancelled }
      guard case .line(let text) = reading else { return reading }
      lines.append(PastedPrompts.removed(from: text))
      let code = lines.joined(separator: "\n")
      if code.allSatisfy(\.isWhitespace) { return .cancelled }
      guard case .incomplete(let indent) = session.completeness(code) else { return .line(code) }
      initial = indent
    }
  }

  private func prompt(isFirst: Bool) -> String {
    let text = "athanor[\(number)]> "
    if isFirst { return usesColor ? "\u{1}\u{1B}[1;36m\u{2}\(text)\u{1}\u{1B}[0m\u{2}" : text }
    let dots = String(repeating: " ", count: max(0, text.count - 5)) + "...> "
    return usesColor ? "\u{1}\u{1B}[36m\u{2}\(dots)\u{1}\u{1B}[0m\u{2}" : dots
  }

  /// Executes one input; an exit code if the person wants to leave.
  private func execute(_ code: String) -> Int32? {
    history.add(code)
    number += 1
    adaptStyle()
    signals.interruption.reset()
    let outcome = session.execute(Request(code))
    screen.settle()
    switch outcome {
    case .done: return nil
    case .quit(let code): return code
    case .failed(let report):
      let isColored =
        !options.isPlain
        && options.color.isOn(environment: environment, isTerminal: Outlet.error.isTerminal)
      // The terminal has just echoed ^C; this line takes its place.
      let isEchoed = report.isInterruption && signals.interruption.isRequested
      let lead = screen.isLive ? "\r\u{1B}[K" : "\n"
      Outlet.error.write((isEchoed ? lead : "") + ErrorText.text(of: report, color: isColored))
      return nil
    }
  }

  // MARK: What the editor asks for

  private func completions(_ line: String, _ start: Int) -> WordCompletion {
    let code = before + line
    return WordCompletion(
      session.complete(code, at: code.unicodeScalars.count), line: line, start: start,
      offset: before.unicodeScalars.count)
  }

  /// The usage of the call whose parentheses the cursor stands in. Inside parentheses `?` means
  /// nothing, so it need not be typed; inside a string it is a character as any other.
  private func usage(_ line: String) -> String? {
    let code = before + line
    guard let end = OpenCall.nameEnd(in: code) else { return nil }
    guard let display = session.inspect(code, at: end, detailed: false) else { return nil }
    let width = Outlet.standard.size?.columns ?? 80
    return display.plain.split(separator: "\n").prefix(6).map {
      Columns.cut(String($0), width: width)
    }
    .joined(separator: "\n")
  }
}
