import Foundation
import Testing

/// What a terminal does to a program that works: stopping it, changing its size, listening to it.
@Suite("A terminal's life")
struct TerminalLifeTests {
  private static let training =
    "run = train(mlp(hidden=[64], size=8), digits(), batch=8, epochs=100000)"

  private func talk(
    _ arguments: [String] = ["--quiet", "--color", "never"], environment: [String: String] = [:],
    columns: Int = 80, _ body: (PseudoTerminal, _ home: String) throws -> Void
  ) throws {
    try Program.inFolder { home in
      let terminal = try PseudoTerminal(
        home: home, arguments, environment: environment, columns: columns)
      try terminal.waitForCursor(behind: "athanor[1]> ")
      try body(terminal, home)
    }
  }

  @Test("^Z stops a run in the midst of its progress bar, fg goes on below the shell's words")
  func suspending() throws {
    try Program.inFolder { home in
      let shell = try PseudoTerminal(
        home: home, ["--norc", "--noprofile", "-i"],
        environment: ["PS1": "sh> ", "BASH_SILENCE_DEPRECATION_WARNING": "1"], rows: 40,
        program: "/bin/bash")
      try shell.waitForCursor(behind: "sh> ")
      shell.type("bind 'set enable-bracketed-paste off' 2>/dev/null; clear\r")
      try shell.wait("a clean screen") { $0.lines == ["sh>"] }
      shell.type("'\(Program.path)' --quiet --color never\r")
      try shell.waitForCursor(behind: "athanor[1]> ")
      try shell.enter(Self.training, then: "athanor[2]> ")
      shell.type("fit\r")
      try shell.wait("progress") { $0.lines.contains { $0.contains(" left") } }
      shell.type("\u{1A}")
      try shell.waitForCursor(behind: "sh> ")
      #expect(shell.screen.lines.contains { $0.contains("Stopped") })
      shell.type("echo in between\r")
      try shell.wait(for: "in between")
      try shell.waitForCursor(behind: "sh> ")
      shell.type("fg\r")
      try shell.wait("progress below") { screen in
        let last = screen.lines.lastIndex { $0.contains(" left") }
        let between = screen.lines.lastIndex(of: "in between")
        return last ?? 0 > between ?? .max
      }
      shell.type("\u{3}")
      try shell.waitForCursor(behind: "athanor[3]> ")
      // What the shell wrote is still there.
      #expect(shell.screen.lines.contains("in between"))
      #expect(shell.screen.lines.contains("sh> fg"))
      try shell.enter("run.steps > 0", then: "athanor[4]> ")
      #expect(shell.screen.lines.contains("true"))
      shell.type("\u{4}")
      try shell.waitForCursor(behind: "sh> ")
    }
  }

  @Test("^Z at the prompt stops the program, fg brings the line back")
  func suspendingAtPrompt() throws {
    try Program.inFolder { home in
      let shell = try PseudoTerminal(
        home: home, ["--norc", "--noprofile", "-i"], environment: ["PS1": "sh> "],
        program: "/bin/bash")
      try shell.waitForCursor(behind: "sh> ")
      shell.type("'\(Program.path)' --quiet --color never\r")
      try shell.waitForCursor(behind: "athanor[1]> ")
      shell.type("20 + 3")
      try shell.waitForCursor(behind: "athanor[1]> 20 + 3")
      shell.type("\u{1A}")
      try shell.waitForCursor(behind: "sh> ")
      shell.type("fg\r")
      try shell.waitForCursor(behind: "athanor[1]> 20 + 3")
      shell.type("\r")
      try shell.waitForCursor(behind: "athanor[2]> ")
      #expect(shell.screen.lines.contains("23"))
    }
  }

  @Test("A progress bar follows the width of the window")
  func resizing() throws {
    try talk(columns: 100) { terminal, _ in
      try terminal.enter(Self.training, then: "athanor[2]> ")
      terminal.type("fit\r")
      try terminal.wait("progress") { $0.lines.contains { $0.contains(" left") } }
      terminal.resize(columns: 46, rows: 24)
      try terminal.wait("a narrower bar") { screen in
        let bar = screen.lines.last { $0.hasPrefix("epoch") && $0.contains("/100000") }
        return bar.map { $0.count <= 46 } ?? false
      }
      terminal.resize(columns: 100, rows: 24)
      try terminal.wait("a wider bar") { screen in
        screen.lines.last { $0.contains("img/s") }.map { $0.contains(" left") } ?? false
      }
      terminal.type("\u{3}")
      try terminal.waitForCursor(behind: "athanor[3]> ")
      #expect(terminal.screen.lines.contains("interrupted"))
    }
  }

  @Test("Choices, files, arguments and module paths are completed, with what they are")
  func completions() throws {
    try talk(columns: 100) { terminal, home in
      try "1 + 1\n".write(toFile: home + "/first.ath", atomically: true, encoding: .utf8)
      try "2 + 2\n".write(toFile: home + "/second.ath", atomically: true, encoding: .utf8)
      func listed(_ keys: String, _ what: String, _ isThere: (VirtualScreen) -> Bool) throws {
        terminal.type("\u{15}" + keys + "\t\t")
        try terminal.wait(what, until: isThere)
        terminal.type("\u{15}")
      }
      try listed("set plot=\"ki", "a choice") { $0.cursorLine.contains("set plot=\"kitty") }
      try listed("replay \"\(home)/", "files") { screen in
        screen.lines.contains { $0.hasPrefix("first.ath") && $0.contains("second.ath") }
      }
      try listed("replay \"\(home)/fi", "a file") {
        $0.lines.contains { $0.hasSuffix("/first.ath") }
      }
      try listed("train(mlp(), digits(), ", "arguments") { screen in
        screen.lines.contains { $0.hasPrefix("epochs=") && $0.contains("Passes") }
      }
      terminal.type("\u{3}")
      try terminal.waitForCursor(behind: "athanor[1]> ")
      try terminal.enter("student = resnet8(channels=1)", then: "athanor[2]> ")
      try listed("goal = ce() + fitnet(on=\"layer2.", "module paths") { screen in
        screen.lines.contains { $0.hasPrefix("layer2.0.conv1") && $0.contains("student") }
      }
    }
  }

  @Test("edit opens the last input in the person's editor")
  func editing() throws {
    try talk(environment: ["EDITOR": "sed -i s/20/30/"]) { terminal, _ in
      try terminal.enter("20 + 2", then: "athanor[2]> ")
      terminal.type("edit\r")
      try terminal.waitForCursor(behind: "athanor[3]> 30 + 2")
      terminal.type("\r")
      try terminal.waitForCursor(behind: "athanor[4]> ")
      #expect(terminal.screen.lines.contains("32"))
      // Its name at the beginning of another name is not itself.
      try terminal.enter("editor = 20", then: "athanor[5]> ")
      terminal.type("edit\r")
      try terminal.waitForCursor(behind: "athanor[6]> editor = 30")
    }
  }

  @Test("History has every input once, the newest place counts")
  func history() throws {
    try talk { terminal, home in
      for (number, code) in ["1 + 1", "2 + 2", "1 + 1", "3 + 3"].enumerated() {
        try terminal.enter(code, then: "athanor[\(number + 2)]> ")
      }
      for expected in ["3 + 3", "1 + 1", "2 + 2"] {
        terminal.type("\u{10}")
        try terminal.waitForCursor(behind: "athanor[5]> " + expected)
      }
      // There is nothing before.
      terminal.type("\u{10}\u{5} + 1\r")
      try terminal.waitForCursor(behind: "athanor[6]> ")
      #expect(terminal.screen.lines.contains("athanor[5]> 2 + 2 + 1"))
      terminal.type("\u{4}")
      #expect(try terminal.waitForExit() == 0)
      let again = try PseudoTerminal(home: home, ["--quiet", "--color", "never"])
      try again.waitForCursor(behind: "athanor[1]> ")
      for expected in ["2 + 2 + 1", "3 + 3", "1 + 1", "2 + 2"] {
        again.type("\u{10}")
        try again.waitForCursor(behind: "athanor[1]> " + expected)
      }
      again.type("\u{1B}>\u{12}3 +")
      try again.wait("incremental search") { $0.cursorLine.contains("i-search)`3 +'") }
      again.type("\r")
      try again.waitForCursor(behind: "athanor[2]> ")
      #expect(again.screen.lines.contains("6"))
    }
  }

  @Test("NO_COLOR takes the colours, --plain whatever only looks like something")
  func plain() throws {
    try talk(["--quiet"], environment: ["NO_COLOR": "1"]) { terminal, _ in
      try terminal.enter("nope", then: "athanor[2]> ")
      #expect(!terminal.received.contains("\u{1B}[31m") && !terminal.received.contains("\u{1B}[1;"))
    }
    try talk(["--plain", "--quiet"]) { terminal, _ in
      try terminal.enter("nope", then: "athanor[2]> ")
      try terminal.enter("plot [3, 1, 2]", then: "athanor[3]> ")
      let said = terminal.screen.lines.joined(separator: "\n")
      #expect(said.contains("3 values, from 3 at place 1 to 2 at place 3, least 1 at place 2"))
      try terminal.enter(
        "fit train(mlp(hidden=[8], size=8), digits(), epochs=2)", then: "athanor[4]> ")
      #expect(terminal.screen.lines.contains { $0.hasPrefix("epoch 2") })
      #expect(!terminal.received.contains("\u{1B}[J") && !terminal.received.contains("━"))
      #expect(!terminal.received.contains("\u{1B}[31m"))
    }
  }
}
