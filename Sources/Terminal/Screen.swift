import Catalog
import Conversation

/// Shows a session's events on a terminal; what may change is redrawn in its place.
///
/// It remembers the lines that the running input has drawn and that can still be on the screen. To
/// redraw a display it moves up over those below it, and draws all of them again.
final class Screen: Listener {
  /// Something drawn: lines as they are on the screen.
  private struct Block {
    var id: String?
    var lines: [String]
  }

  /// Asks the person: prompt, whether the answer is a secret.
  var askPerson: ((String, Bool) throws -> String)?
  /// Shows long text in a pager; false where there is none.
  var showPage: ((String) -> Bool)?

  /// Counts how often other programs got and gave back the terminal; odd while they have it.
  var absenceCount: () -> Int = { 0 }

  private let outlet: Outlet
  private let warnings: Outlet
  /// Whether drawing in place works: a terminal that is not dumb.
  let isLive: Bool
  private var blocks: [Block] = []
  /// Whether the last line drawn has no line end.
  private var isOpen = false
  /// Displays that changed after they had left the screen: drawn anew at the end.
  private var late: [(id: String, display: Display)] = []
  private var clearsOnNext = false
  private var seenAbsences = 0
  /// Displays that stand above what another program wrote: drawn anew when they change.
  private var left: Set<String> = []
  /// Text for the next input.
  var nextInput = ""

  init(
    outlet: Outlet = .standard, warnings: Outlet = .error, environment: Environment,
    isPlain: Bool = false
  ) {
    self.outlet = outlet
    self.warnings = warnings
    isLive = outlet.isTerminal && !environment.isDumb && !isPlain
  }

  private var size: (columns: Int, rows: Int) { outlet.size ?? (80, 24) }

  func receive(_ event: Event) {
    noticeAbsence()
    switch event {
    case .text(let text): draw(text: text, on: outlet)
    case .warning(let text): draw(text: text, on: warnings)
    case .display(let display, let id): draw(display, id)
    case .value(let display, _): draw(display, nil)
    case .update(let display, let id): redraw(display, id)
    case .clear(wait: true): clearsOnNext = true
    case .clear(wait: false): clear()
    case .page(let display): page(display)
    case .nextInput(let text): nextInput = text
    case .aside(_, _, let note, _): if let note { draw(text: note + "\n", on: outlet) }
    }
  }

  func ask(_ prompt: String, secret: Bool) throws -> String {
    settle()
    guard let askPerson else { throw InputUnavailable() }
    return try askPerson(prompt, secret)
  }

  /// Called when an input has ended: what is drawn stays as it is.
  func settle() {
    for (id, display) in late { draw(display, id) }
    late = []
    if isOpen { outlet.write("\n") }
    isOpen = false
    blocks = []
    left = []
  }

  // MARK: Drawing

  private func draw(text: String, on target: Outlet) {
    guard !text.isEmpty else { return }
    clearIfAsked()
    target.write(text)
    guard target.isTerminal else { return }
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let continues = isOpen
    isOpen = lines.last != ""
    if !isOpen { lines.removeLast() }
    if continues, let last = blocks.indices.last, let line = blocks[last].lines.last,
      let first = lines.first
    {
      blocks[last].lines[blocks[last].lines.count - 1] = line + first
      lines.removeFirst()
    }
    if !lines.isEmpty { blocks.append(Block(id: nil, lines: lines)) }
    forget()
  }

  private func draw(_ display: Display, _ id: String?) {
    clearIfAsked()
    if isOpen { outlet.write("\n") }
    isOpen = false
    if isLive, id == nil,
      let picture = TerminalPicture(
        display, columns: size.columns, cellHeight: outlet.cellHeight)
    {
      outlet.write(picture.text)
      blocks.append(Block(id: nil, lines: Array(repeating: "", count: picture.rows)))
      return forget()
    }
    let block = Block(id: id, lines: lines(of: display, isLive: id != nil))
    outlet.write(block.lines.joined(separator: "\n") + "\n")
    guard outlet.isTerminal else { return }
    blocks.append(block)
    forget()
  }

  /// The lines of a display. Those that may be redrawn are cut at the edge, so that each takes one
  /// row and the way back up is known.
  private func lines(of display: Display, isLive: Bool) -> [String] {
    var plain = display.plain
    if plain.hasSuffix("\n") { plain.removeLast() }
    let lines = plain.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    guard isLive, self.isLive else { return lines }
    let width = size.columns
    return lines.map { Columns.cut($0, width: width) }
  }

  private func redraw(_ display: Display, _ id: String) {
    clearIfAsked()
    guard seenAbsences.isMultiple(of: 2) else { return postpone(display, id) }
    if left.remove(id) != nil {
      late.removeAll { $0.id == id }
      return draw(display, id)
    }
    guard isLive, let index = blocks.firstIndex(where: { $0.id == id }) else {
      return postpone(display, id)
    }
    let size = size
    let rows = blocks[index...].reduce(0) { $0 + height($1, size.columns) } - (isOpen ? 1 : 0)
    guard rows < size.rows else { return postpone(display, id) }
    late.removeAll { $0.id == id }
    blocks[index].lines = lines(of: display, isLive: true)
    let drawn = blocks[index...].flatMap(\.lines)
    // All in one write, so that nothing flickers.
    let frame = "\r" + (rows > 0 ? "\u{1B}[\(rows)A" : "") + "\u{1B}[J"
    outlet.write(frame + drawn.joined(separator: "\n") + (isOpen ? "" : "\n"))
  }

  /// Keeps a state for the end; a newer one takes its place.
  private func postpone(_ display: Display, _ id: String) {
    late.removeAll { $0.id == id }
    late.append((id, display))
  }

  /// Once another program has had the terminal, nothing drawn before can be redrawn in its place.
  private func noticeAbsence() {
    let count = absenceCount()
    guard count != seenAbsences else { return }
    seenAbsences = count
    left.formUnion(blocks.compactMap(\.id))
    blocks = []
    isOpen = false
  }

  private func height(_ block: Block, _ width: Int) -> Int {
    block.lines.reduce(0) { $0 + Columns.rows($1, width: width) }
  }

  /// Forgets blocks that have left the screen.
  private func forget() {
    let size = size
    var rows = 0
    for index in blocks.indices.reversed() {
      rows += height(blocks[index], size.columns)
      guard rows > size.rows else { continue }
      blocks.removeFirst(index)
      trimFirst(to: size.rows)
      return
    }
  }

  /// Of a long text only the end can be on the screen.
  private func trimFirst(to rows: Int) {
    guard let first = blocks.first, first.id == nil, first.lines.count > rows else { return }
    blocks[0].lines.removeFirst(first.lines.count - rows)
  }

  private func clearIfAsked() {
    if clearsOnNext { clear() }
  }

  private func clear() {
    clearsOnNext = false
    blocks = []
    late = []
    isOpen = false
    if isLive { outlet.write("\u{1B}[H\u{1B}[2J") }
  }

  private func page(_ display: Display) {
    if isOpen { draw(text: "\n", on: outlet) }
    let isLong = display.plain.split(separator: "\n").count >= size.rows
    if isLive, isLong, showPage?(display.plain) == true {
      blocks = []
    } else {
      draw(display, nil)
    }
  }
}
