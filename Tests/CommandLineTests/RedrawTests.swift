import Catalog
import Conversation
import Glibc
import Testing

@testable import Terminal

/// A screen that draws on a pseudo-terminal, and what can be seen there.
private final class Pair {
  let screen: Screen
  private var view: VirtualScreen
  private var master: Int32 = -1
  private var slave: Int32 = -1

  init(columns: Int = 20, rows: Int = 8) throws {
    var size = winsize(
      ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
    guard openpty(&master, &slave, nil, nil, &size) == 0 else {
      throw PseudoTerminal.Surprise(description: "there is no pseudo-terminal")
    }
    view = VirtualScreen(columns: columns, rows: rows)
    let outlet = Outlet(descriptor: slave)
    screen = Screen(
      outlet: outlet, warnings: outlet, environment: Environment(["TERM": "xterm"]))
  }

  deinit {
    close(master)
    close(slave)
  }

  /// Shows events and returns the lines on the screen.
  func lines(after events: [Event], settled: Bool = false) -> [String] {
    for event in events {
      screen.receive(event)
      take()
    }
    if settled { screen.settle() }
    take()
    return view.lines
  }

  private func take() {
    var bytes = [UInt8](repeating: 0, count: 65536)
    var ready = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
    while poll(&ready, 1, 0) > 0 {
      let count = read(master, &bytes, bytes.count)
      guard count > 0 else { return }
      view.receive(bytes[..<count])
    }
  }
}

@Suite("Redrawing in place")
struct RedrawTests {
  @Test("A display is redrawn where it stands, also below other text")
  func update() throws {
    let pair = try Pair()
    #expect(pair.screen.isLive)
    #expect(
      pair.lines(after: [.text("a\n"), .display(Display("0%\nbar"), id: "p")]) == [
        "a", "0%", "bar",
      ])
    #expect(pair.lines(after: [.update(Display("50%\nbar=="), id: "p")]) == ["a", "50%", "bar=="])
    #expect(pair.lines(after: [.text("note\n")]) == ["a", "50%", "bar==", "note"])
    #expect(pair.lines(after: [.update(Display("done"), id: "p")]) == ["a", "done", "note"])
    #expect(
      pair.lines(after: [.text("open"), .update(Display("1\n2"), id: "p"), .text(" end\n")])
        == ["a", "1", "2", "note", "open end"])
  }

  @Test("Two displays are redrawn each in its place")
  func two() throws {
    let pair = try Pair()
    let first: [Event] = [.display(Display("p0"), id: "p"), .display(Display("q0"), id: "q")]
    #expect(
      pair.lines(after: first + [.update(Display("p1"), id: "p"), .update(Display("q1"), id: "q")])
        == ["p1", "q1"])
  }

  @Test("Lines as wide as the screen and wider do not confuse it")
  func wide() throws {
    let pair = try Pair(columns: 10)
    let events: [Event] = [
      .display(Display("1234567890"), id: "p"), .update(Display("abcdefghij"), id: "p"),
      .update(Display("abcdefghijklm\nxx"), id: "p"), .text("123456789012345\n"),
      .update(Display("end"), id: "p"),
    ]
    #expect(pair.lines(after: events) == ["end", "1234567890", "12345"])
  }

  @Test("After another program had the terminal, a display is drawn anew below")
  func absence() throws {
    let pair = try Pair()
    var count = 0
    pair.screen.absenceCount = { count }
    #expect(pair.lines(after: [.display(Display("bar 1"), id: "b")]) == ["bar 1"])
    count = 1
    #expect(pair.lines(after: [.update(Display("bar 2"), id: "b")]) == ["bar 1"])
    count = 2
    let update = Event.update(Display("bar 3"), id: "b")
    #expect(pair.lines(after: [update]) == ["bar 1", "bar 3"])
    #expect(pair.lines(after: [.update(Display("bar 4"), id: "b")]) == ["bar 1", "bar 4"])
    // Stopped and brought back with nothing shown in between.
    count = 4
    #expect(
      pair.lines(after: [.update(Display("bar 5"), id: "b")], settled: true)
        == ["bar 1", "bar 4", "bar 5"])
  }

  @Test("What has left the screen is drawn anew at the end")
  func scrolled() throws {
    let pair = try Pair(rows: 5)
    let text = (1...9).map { "\($0)\n" }.joined()
    let events: [Event] = [
      .display(Display("0%"), id: "p"), .text(text), .update(Display("50%"), id: "p"),
      .update(Display("100%"), id: "p"),
    ]
    #expect(pair.lines(after: events) == ["6", "7", "8", "9"])
    #expect(pair.lines(after: [], settled: true) == ["7", "8", "9", "100%"])
  }

  @Test("Clearing takes all, at once or with the next thing")
  func clearing() throws {
    let pair = try Pair()
    #expect(pair.lines(after: [.text("a\n"), .clear(wait: true)]) == ["a"])
    #expect(pair.lines(after: [.text("b\n")]) == ["b"])
    #expect(pair.lines(after: [.clear(wait: false)]) == [])
  }

  @Test("An input's last line is ended before the prompt")
  func openLine() throws {
    let pair = try Pair()
    #expect(pair.lines(after: [.text("open")], settled: true) == ["open"])
    #expect(pair.lines(after: [.text("next\n")]) == ["open", "next"])
    #expect(
      pair.lines(after: [.text("x"), .value(Display("1"), last: true)]).suffix(2) == ["x", "1"])
  }

  @Test("Long text goes to the pager, and is printed where there is none")
  func paging() throws {
    let pair = try Pair(rows: 6)
    var paged: [String] = []
    pair.screen.showPage = { text in
      paged.append(text)
      return true
    }
    let long = (1...9).map(String.init).joined(separator: "\n")
    #expect(pair.lines(after: [.page(Display("short")), .page(Display(long))]) == ["short"])
    #expect(paged == [long])
    pair.screen.showPage = { _ in false }
    #expect(pair.lines(after: [.page(Display(long))]).last == "9")
  }

  @Test("A long session of random events never loses its place")
  func random() throws {
    let pair = try Pair(columns: 12, rows: 10)
    var generator = SystemRandomNumberGenerator()
    var value = 0
    for _ in 0..<300 {
      value += 1
      let id = ["p", "q"].randomElement(using: &generator) ?? "p"
      switch Int.random(in: 0..<6, using: &generator) {
      case 0: pair.screen.receive(.display(Display("\(id)\(value)"), id: id))
      case 1: pair.screen.receive(.text("text \(value)\n"))
      case 2: pair.screen.receive(.warning("w"))
      case 3: pair.screen.settle()
      default: pair.screen.receive(.update(Display("\(id)\(value)\nmore"), id: id))
      }
      _ = pair.lines(after: [])
    }
    let lines = pair.lines(after: [.text("\nlast\n")])
    #expect(lines.last == "last")
    #expect(
      pair.lines(after: [.display(Display("x1"), id: "x"), .update(Display("x2"), id: "x")]).last
        == "x2")
  }
}
