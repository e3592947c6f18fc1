import CReadline
import Conversation
import Glibc

/// Reads lines with GNU readline.
///
/// Readline keeps its state in C globals, so there is one editor, on the thread that made it. Keys
/// are waited for together with signals: ^C clears the line, ^Z stops the program with the terminal
/// as it was, a resized window is redrawn.
final class LineEditor {
  /// What came of asking for a line.
  enum Reading: Equatable {
    case line(String)
    /// ^D on an empty line, or the terminal is gone.
    case end
    /// ^C
    case cancelled
  }

  /// Whether readline itself goes to a new line on ^D.
  var endsLineItself: Bool {
    rl_variable_value("enable-bracketed-paste").map { String(cString: $0) } == "on"
  }

  /// Gives what could stand at the cursor: line up to the cursor, byte where readline's word starts.
  var complete: ((_ line: String, _ start: Int) -> WordCompletion)?
  /// Gives the usage to show when `?` is typed; nil if it is to be typed as it is.
  var usage: ((_ line: String) -> String?)?
  /// Lets the person change the line in an editor; nil where it stays.
  var edit: ((_ line: String) -> String?)?
  /// What becomes readable when there are lines to be shown above the prompt, and those lines.
  var notices: (descriptor: Int32, take: () -> [String]) = (-1, { [] })
  /// Draws a list of items.
  var listed: (_ items: [Completion]) -> [String] = { $0.map(\.text) }

  private let signals: Signals
  private let outlet: Outlet
  private var reading: Reading?
  fileprivate var last = WordCompletion()

  /// The one editor, for readline's callbacks. They run on the editor's thread, inside `read`.
  nonisolated(unsafe) fileprivate static var current: LineEditor?

  init(signals: Signals) {
    self.signals = signals
    outlet = Outlet.standard.isTerminal ? .standard : .error
    if !Outlet.standard.isTerminal { line_draw_on_standard_error() }
    LineEditor.current = self
    LineEditor.configure()
  }

  /// Reads one line, which holds line breaks if a block was pasted.
  /// - Parameters:
  ///   - prompt: May hold colours between `\u{1}` and `\u{2}`.
  ///   - initial: Text that stands in the line at first.
  func read(prompt: String, initial: String = "") -> Reading {
    signals.enter(.prompt)
    defer { signals.enter(.run) }
    reading = nil
    _ = signals.takePending()
    rl_callback_handler_install(prompt) { line in LineEditor.accept(line) }
    if !initial.isEmpty {
      rl_insert_text(initial)
      rl_redisplay()
    }
    while reading == nil {
      var sources = [
        pollfd(fd: 0, events: Int16(POLLIN), revents: 0),
        pollfd(fd: signals.wakeDescriptor, events: Int16(POLLIN), revents: 0),
        pollfd(fd: notices.descriptor, events: Int16(POLLIN), revents: 0),
      ]
      guard poll(&sources, 3, -1) > 0 else { continue }
      if sources[1].revents != 0 { answer(signals.takePending()) }
      if reading == nil, sources[2].revents != 0 { showAbove(notices.take()) }
      if reading == nil, sources[0].revents != 0 { rl_callback_read_char() }
    }
    return reading ?? .end
  }

  private static func accept(_ line: UnsafeMutablePointer<CChar>?) {
    rl_callback_handler_remove()
    guard let line else {
      current?.reading = .end
      return
    }
    var text = String(cString: line)
    // What is pasted mostly ends with a line end, which is no part of the input.
    while text.last?.isNewline == true { text.removeLast() }
    current?.reading = .line(text)
    free(line)
  }

  private func answer(_ pending: Signals.Pending) {
    if pending.contains(.terminate) { leave(SIGTERM) }
    if pending.contains(.hangUp) { leave(SIGHUP) }
    if pending.contains(.suspend) {
      rl_deprep_terminal()
      Signals.takeDefault(SIGTSTP)
      rl_prep_terminal(1)
      rl_resize_terminal()
      rl_forced_update_display()
    }
    if pending.contains(.resize) { rl_resize_terminal() }
    if pending.contains(.interrupt) { cancel() }
  }

  /// Lines above the prompt; what has been typed stays in its place.
  private func showAbove(_ lines: [String]) {
    guard !lines.isEmpty else { return }
    line_clear()
    outlet.write(lines.joined(separator: "\n") + "\n")
    line_redraw_below()
  }

  private func leave(_ number: Int32) {
    rl_callback_handler_remove()
    Signals.takeDefault(number)
    _exit(128 + number)
  }

  /// Ends the line where it is, and leaves what was typed to be seen.
  private func cancel() {
    rl_free_line_state()
    rl_callback_sigcleanup()
    line_set_point(line_end())
    rl_redisplay()
    outlet.write("^C")
    rl_callback_handler_remove()
    outlet.write("\n")
    reading = .cancelled
  }

  /// Reads an answer to a session's question.
  /// - Throws: `Interrupted` on ^C, `InputUnavailable` on ^D.
  func ask(_ prompt: String, secret: Bool) throws -> String {
    let (complete, usage, edit) = (complete, usage, edit)
    (self.complete, self.usage, self.edit) = (nil, nil, nil)
    defer { (self.complete, self.usage, self.edit) = (complete, usage, edit) }
    switch secret ? readSecret(prompt) : read(prompt: prompt) {
    case .line(let text): return text
    case .end: throw InputUnavailable()
    case .cancelled: throw Interrupted()
    }
  }

  private func readSecret(_ prompt: String) -> Reading {
    var before = termios()
    tcgetattr(0, &before)
    var quiet = before
    quiet.c_lflag &= ~tcflag_t(ECHO)
    tcsetattr(0, TCSAFLUSH, &quiet)
    defer {
      tcsetattr(0, TCSAFLUSH, &before)
      outlet.write("\n")
    }
    outlet.write(prompt)
    signals.enter(.prompt)
    defer { signals.enter(.run) }
    _ = signals.takePending()
    var bytes: [UInt8] = []
    while true {
      var sources = [
        pollfd(fd: 0, events: Int16(POLLIN), revents: 0),
        pollfd(fd: signals.wakeDescriptor, events: Int16(POLLIN), revents: 0),
      ]
      guard poll(&sources, 2, -1) > 0 else { continue }
      if sources[1].revents != 0, signals.takePending().contains(.interrupt) { return .cancelled }
      guard sources[0].revents != 0 else { continue }
      var byte: UInt8 = 0
      guard Glibc.read(0, &byte, 1) == 1 else { return .end }
      if byte == UInt8(ascii: "\n") { return .line(String(decoding: bytes, as: UTF8.self)) }
      bytes.append(byte)
    }
  }
}

// MARK: What readline calls

extension LineEditor {
  private static func configure() {
    line_configure()
    line_set_completer { _, start, _ in LineEditor.completions(start) }
    line_set_match_display { _, _, _ in LineEditor.showList() }
    // Set before the inputrc is read, which may say otherwise.
    rl_variable_bind("show-all-if-ambiguous", "on")
    rl_initialize()
    for (keys, function) in [
      ("\\e[5~", rl_history_search_backward), ("\\e[6~", rl_history_search_forward),
    ] as [(String, @convention(c) (Int32, Int32) -> Int32)] {
      rl_bind_keyseq_if_unbound(keys, function)
    }
    for name in ["emacs", "vi-insert"] {
      let map = rl_get_keymap_by_name(name)
      rl_bind_key_in_map(
        Int32(UInt8(ascii: "?")), { count, key in LineEditor.questionMark(count, key) }, map)
      rl_bind_key_in_map(
        Int32(UInt8(ascii: "}")), { count, key in LineEditor.closingBrace(count, key) }, map)
    }
    // The keys of bash.
    for (keys, map) in [("\\C-x\\C-e", "emacs"), ("v", "vi-command")] {
      rl_bind_keyseq_in_map(
        keys, { _, _ in LineEditor.openEditor() }, rl_get_keymap_by_name(map))
    }
  }

  /// The line up to the cursor.
  fileprivate static var typed: String {
    let bytes = UnsafeRawBufferPointer(start: line_buffer(), count: Int(line_point()))
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func completions(
    _ start: Int32
  ) -> UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? {
    line_finish_completion(0)
    guard let editor = current, let complete = editor.complete else { return nil }
    editor.last = complete(typed, Int(start))
    let matches = editor.last.matches
    guard !matches.isEmpty, let list = line_new_matches(matches.count + 1) else { return nil }
    list[0] = strdup(editor.last.common)
    // A single match stands alone, with nothing listed.
    if matches.count > 1 {
      for (index, match) in matches.enumerated() { list[index + 1] = strdup(match.text) }
    }
    return list
  }

  private static func showList() {
    guard let editor = current else { return }
    let lines = editor.listed(editor.last.matches.map(\.item))
    editor.show(lines)
  }

  private static func questionMark(_ count: Int32, _ key: Int32) -> Int32 {
    guard let editor = current, let text = editor.usage?(typed) else {
      return rl_insert(count, key)
    }
    editor.show([text])
    return 0
  }

  /// A brace that closes a block goes back one level of what a new line is indented by.
  private static func closingBrace(_ count: Int32, _ key: Int32) -> Int32 {
    let point = line_point()
    if point >= 2, typed.allSatisfy({ $0 == " " }) {
      rl_delete_text(point - 2, point)
      line_set_point(point - 2)
    }
    return rl_insert(count, key)
  }

  private static func openEditor() -> Int32 {
    guard let editor = current, let edit = editor.edit else { return rl_ding() }
    rl_deprep_terminal()
    let text = edit(String(cString: line_buffer()))
    rl_prep_terminal(1)
    if let text { rl_replace_line(text, 0) }
    line_set_point(line_end())
    rl_forced_update_display()
    return 0
  }

  /// Shows lines below what is typed, and the typed line below them.
  private func show(_ lines: [String]) {
    let point = line_point()
    line_set_point(line_end())
    rl_redisplay()
    outlet.write("\n" + lines.joined(separator: "\n") + "\n")
    line_set_point(point)
    line_redraw_below()
  }
}
