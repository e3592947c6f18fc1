import Foundation
import Testing

/// Typed keys on one side, the screen on the other.
@Suite("A conversation at a terminal")
struct ConversationTests {
  private func talk(
    _ arguments: [String] = ["--quiet", "--color", "never"], environment: [String: String] = [:],
    rows: Int = 24, _ body: (PseudoTerminal) throws -> Void
  ) throws {
    try Program.inFolder { home in
      let terminal = try PseudoTerminal(
        home: home, arguments, environment: environment, rows: rows)
      try terminal.waitForCursor(behind: "athanor[1]> ")
      try body(terminal)
    }
  }

  @Test("Inputs are numbered, values shown, ^D leaves")
  func values() throws {
    try talk { terminal in
      try terminal.enter("1 + 1", then: "athanor[2]> ")
      try terminal.enter("x = 3", then: "athanor[3]> ")
      try terminal.enter("x + 4", then: "athanor[4]> ")
      terminal.type("\u{4}")
      let code = try terminal.waitForExit()
      #expect(code == 0)
      #expect(
        terminal.screen.lines == [
          "athanor[1]> 1 + 1", "2", "athanor[2]> x = 3", "athanor[3]> x + 4", "7", "athanor[4]>",
        ])
    }
  }

  @Test("A run goes on in the background while keys are typed")
  func background() throws {
    try talk { terminal in
      try terminal.enter("data = subset(digits(), train=64)", then: "athanor[2]> ")
      try terminal.enter(
        "run = train(mlp(hidden=[8], size=8), data, batch=32, epochs=3)", then: "athanor[3]> ")
      try terminal.enter("fit run, background=true", then: "athanor[4]> ")
      terminal.type("run.ste")
      try terminal.wait("the end above the prompt") {
        $0.lines.last == "athanor[4]> run.ste"
          && $0.lines.dropLast().last?.contains("is done") == true
      }
      #expect(terminal.screen.lines.filter { $0.contains("epoch 3") }.count == 1)
      try terminal.enter("ps", then: "athanor[5]> ")
      #expect(terminal.screen.lines.dropLast().last == "6")
    }
  }

  @Test("A blank line is no input")
  func blank() throws {
    try talk { terminal in
      terminal.type("\r")
      try terminal.wait("second prompt") { $0.lines == ["athanor[1]>", "athanor[1]>"] }
    }
  }

  @Test("A line is edited with the keys of Emacs")
  func editing() throws {
    try talk { terminal in
      terminal.type("9 + 30\u{1}\u{1B}[C\u{7F}1\u{5}\u{7F}\r")
      try terminal.waitForCursor(behind: "athanor[2]> ")
      #expect(terminal.screen.lines == ["athanor[1]> 1 + 3", "4", "athanor[2]>"])
    }
  }

  @Test("The inputrc is respected, also for this program alone")
  func inputrc() throws {
    try Program.inFolder { folder in
      let file = folder + "/inputrc"
      try
        "set editing-mode vi\n$if athanor\n\"\\C-o\": \"20 + 2\"\n$endif\n$if other\n\"\\C-o\": \"no\"\n$endif\n"
        .write(toFile: file, atomically: true, encoding: .utf8)
      try talk(environment: ["INPUTRC": file]) { terminal in
        terminal.type("\u{F}")
        try terminal.waitForCursor(behind: "athanor[1]> 20 + 2")
        terminal.type("\u{1B}")
        try terminal.waitForCursor(behind: "athanor[1]> 20 + ")
        terminal.type("r3\r")
        try terminal.waitForCursor(behind: "athanor[2]> ")
        #expect(terminal.screen.lines == ["athanor[1]> 20 + 3", "23", "athanor[2]>"])
      }
    }
  }

  @Test("An open bracket asks for more, and the whole block comes back from history")
  func blocks() throws {
    try talk { terminal in
      try terminal.enter("for i in 1..3 {", then: "       ...>   ")
      try terminal.enter("print(i)", then: "       ...>   ")
      try terminal.enter("}", then: "athanor[2]> ")
      #expect(
        terminal.screen.lines == [
          "athanor[1]> for i in 1..3 {", "       ...>   print(i)", "       ...> }", "1", "2", "3",
          "athanor[2]>",
        ])
      terminal.type("\u{10}")
      try terminal.wait("recalled block") { $0.lines.suffix(3).last == "}" }
      terminal.type("\r")
      try terminal.waitForCursor(behind: "athanor[3]> ")
      #expect(terminal.screen.lines.suffix(4) == ["1", "2", "3", "athanor[3]>"])
    }
  }

  @Test("A pasted block is one input, a pasted transcript loses its prompts")
  func pasting() throws {
    try talk { terminal in
      terminal.type("\u{1B}[200~for i in 1..2 {\n  print(i)\n}\n\u{1B}[201~")
      try terminal.enter("", then: "athanor[2]> ")
      #expect(terminal.screen.lines.suffix(3) == ["1", "2", "athanor[2]>"])
      terminal.type("\u{1B}[200~>>> y = 40\n>>> y + 2\n42\n\u{1B}[201~")
      try terminal.enter("", then: "athanor[3]> ")
      #expect(terminal.screen.lines.suffix(2) == ["42", "athanor[3]>"])
    }
  }

  @Test("^C clears the line and the block")
  func cancelling() throws {
    try talk { terminal in
      terminal.type("1 +")
      try terminal.waitForCursor(behind: "athanor[1]> 1 +")
      terminal.type("\u{3}")
      try terminal.wait("new prompt") { $0.lines == ["athanor[1]> 1 +^C", "athanor[1]>"] }
      try terminal.enter("for i in 1..3 {", then: "       ...>   ")
      terminal.type("\u{3}")
      try terminal.waitForCursor(behind: "athanor[1]> ")
      try terminal.enter("2 + 2", then: "athanor[2]> ")
      #expect(terminal.screen.lines.suffix(2) == ["4", "athanor[2]>"])
    }
  }

  @Test("^C stops what runs, and the session goes on")
  func interrupting() throws {
    try talk { terminal in
      try terminal.enter("x = 5", then: "athanor[2]> ")
      terminal.type("print(\"go\"); for i in 1..1000000000 { i }\r")
      try terminal.wait(for: "go")
      terminal.type("\u{3}")
      try terminal.waitForCursor(behind: "athanor[3]> ")
      #expect(terminal.screen.lines.contains("interrupted"))
      try terminal.enter("x + 1", then: "athanor[4]> ")
      #expect(terminal.screen.lines.suffix(2) == ["6", "athanor[4]>"])
    }
  }

  @Test("^D in a block drops the block")
  func endInBlock() throws {
    try talk { terminal in
      try terminal.enter("for i in 1..3 {", then: "       ...>   ")
      terminal.type("\u{15}\u{4}")
      try terminal.waitForCursor(behind: "athanor[1]> ")
    }
  }

  @Test("Tab completes, and lists with descriptions")
  func completion() throws {
    try talk { terminal in
      terminal.type("prin\t")
      try terminal.wait("completed name") { $0.cursorLine.hasPrefix("athanor[1]> print") }
      terminal.type("\u{15}resnet\t")
      try terminal.wait("list") { screen in
        screen.lines.contains { $0.hasPrefix("resnet18 ") && $0.contains("Residual network") }
          && screen.lines.contains { $0.hasPrefix("resnet8x4 ") }
      }
      try terminal.waitForCursor(behind: "athanor[1]> resnet")
    }
  }

  @Test("A question mark inside parentheses shows the call's usage and is not typed")
  func usage() throws {
    try talk { terminal in
      terminal.type("resnet18(?")
      try terminal.wait("usage") { $0.lines.contains { $0.hasPrefix("resnet18(classes=") } }
      try terminal.waitForCursor(behind: "athanor[1]> resnet18(")
      terminal.type("\u{15}\"(?")
      try terminal.waitForCursor(behind: "athanor[1]> \"(?")
    }
  }

  @Test("The line is changed in the person's editor")
  func editor() throws {
    try talk(environment: ["EDITOR": "sed -i s/1/20/"]) { terminal in
      terminal.type("1 + 2")
      try terminal.waitForCursor(behind: "athanor[1]> 1 + 2")
      terminal.type("\u{18}\u{5}")
      try terminal.waitForCursor(behind: "athanor[1]> 20 + 2")
      try terminal.enter("", then: "athanor[2]> ")
      #expect(terminal.screen.lines.suffix(2) == ["22", "athanor[2]>"])
    }
  }

  @Test("Long help goes to the pager, which has the terminal and ^C")
  func pager() throws {
    let pager = "head -1; read answer </dev/tty; echo got $answer"
    try talk(environment: ["PAGER": pager], rows: 12) { terminal in
      try terminal.wait("prompt") { !$0.lines.isEmpty }
      terminal.type("help\r")
      try terminal.wait("first line") { $0.lines.count == 2 }
      terminal.type("yes\r")
      try terminal.waitForCursor(behind: "athanor[2]> ")
      #expect(terminal.screen.lines.contains("got yes"))
    }
  }

  @Test("A narrower window: lists and lines fit it")
  func resizing() throws {
    try talk { terminal in
      terminal.resize(columns: 30, rows: 24)
      terminal.type("resnet\t")
      try terminal.wait("list") { $0.lines.contains { $0.hasPrefix("resnet18 ") } }
      let listed = terminal.screen.lines.filter { $0.hasPrefix("resnet") }
      #expect(listed.allSatisfy { $0.count <= 30 })
      #expect(listed.count >= 2)
    }
  }

  @Test("An error is shown and nothing ends")
  func errors() throws {
    try talk(["--quiet", "--color", "always"]) { terminal in
      try terminal.enter("nope", then: "athanor[2]> ")
      #expect(terminal.screen.lines.contains { $0.hasPrefix("error: ") && $0.contains("'nope'") })
      try terminal.enter("1 + 1", then: "athanor[3]> ")
    }
  }

  @Test("quit ends with its code")
  func quitting() throws {
    try talk { terminal in
      terminal.type("quit 7\r")
      let code = try terminal.waitForExit()
      #expect(code == 7)
    }
  }

  @Test("^C cancels the line whichever thread the system hands it to")
  func anyThread() throws {
    try talk { terminal in
      let open = try terminal.threads(notBlocking: SIGINT)
      #expect(!open.isEmpty)
      for thread in open {
        terminal.type("half a line")
        try terminal.waitForCursor(behind: "athanor[1]> half a line")
        terminal.signal(SIGINT, thread: thread)
        try terminal.waitForCursor(behind: "athanor[1]> ")
      }
    }
  }

  @Test("SIGTERM and a terminal that goes away end the program")
  func endings() throws {
    try Program.inFolder { home in
      let terminal = try PseudoTerminal(home: home)
      try terminal.wait("prompt") { !$0.lines.isEmpty }
      terminal.signal(SIGTERM)
      let code = try terminal.waitForExit()
      #expect(code == 128 + SIGTERM)
      let second = try PseudoTerminal(home: home)
      try second.wait("prompt") { !$0.lines.isEmpty }
      let hungUp = try second.hangUp()
      #expect(hungUp == 0 || hungUp == 128 + SIGHUP)
    }
  }
}

/// History lives in a file, so these share one home.
@Suite("History across conversations")
struct HistoryTests {
  @Test("Inputs come back, none twice in a row, secrets never; only the owner can read them")
  func history() throws {
    try Program.inFolder { home in
      let first = try PseudoTerminal(home: home, ["--quiet", "--color", "never"])
      try first.waitForCursor(behind: "athanor[1]> ")
      try first.enter("1 + 1", then: "athanor[2]> ")
      try first.enter("2 + 2", then: "athanor[3]> ")
      try first.enter("2 + 2", then: "athanor[4]> ")
      try first.enter(" 3 + 3", then: "athanor[5]> ")
      first.type("\u{4}")
      let code = try first.waitForExit()
      #expect(code == 0)
      let path = home + "/state/history"
      #expect(try String(contentsOfFile: path, encoding: .utf8) == "1 + 1\n2 + 2\n")
      let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions]
      #expect(mode as? Int == 0o600)

      let second = try PseudoTerminal(home: home, ["--quiet", "--color", "never"])
      try second.waitForCursor(behind: "athanor[1]> ")
      second.type("\u{10}\u{10}")
      try second.waitForCursor(behind: "athanor[1]> 1 + 1")
      second.type("\u{3}")
      try second.waitForCursor(behind: "athanor[1]> ")
      second.type("1\u{1B}[5~")
      try second.wait("prefix search") { $0.lines.last == "athanor[1]> 1 + 1" }
      second.type("\u{15}\u{12}1 +")
      try second.wait("incremental search") { $0.lines.contains { $0.contains("1 + 1") } }
    }
  }

  @Test("A history file of random bytes does no harm")
  func hostile() throws {
    try Program.inFolder { home in
      try FileManager.default.createDirectory(
        atPath: home + "/state", withIntermediateDirectories: true)
      let bytes = (0..<20_000).map { UInt8(truncatingIfNeeded: $0 &* 7919 >> 3) }
      try Data(bytes).write(to: URL(filePath: home + "/state/history"))
      let terminal = try PseudoTerminal(home: home, ["--quiet", "--color", "never"])
      try terminal.waitForCursor(behind: "athanor[1]> ")
      try terminal.enter("1 + 1", then: "athanor[2]> ")
    }
  }
}
