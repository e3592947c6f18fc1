import Conversation
import Testing

@testable import Terminal

@Suite("When colours are used")
struct ColorTests {
  @Test(
    "The flag comes first, then NO_COLOR, then forcing, then the terminal",
    arguments: [
      (ColorChoice.always, ["NO_COLOR": "1"], false, true),
      (.never, ["FORCE_COLOR": "1", "TERM": "xterm"], true, false),
      (.auto, ["TERM": "xterm"], true, true),
      (.auto, ["TERM": "xterm"], false, false),
      (.auto, ["TERM": "dumb"], true, false),
      (.auto, [:], true, false),
      (.auto, ["TERM": "xterm", "NO_COLOR": "1"], true, false),
      (.auto, ["TERM": "xterm", "NO_COLOR": ""], true, true),
      (.auto, ["NO_COLOR": "1", "FORCE_COLOR": "1"], true, false),
      (.auto, ["FORCE_COLOR": "1"], false, true),
      (.auto, ["FORCE_COLOR": "0"], false, false),
      (.auto, ["CLICOLOR_FORCE": "1"], false, true),
      (.auto, ["CLICOLOR": "0", "TERM": "xterm"], true, false),
    ])
  func rules(
    _ choice: ColorChoice, _ variables: [String: String], _ isTerminal: Bool, _ isOn: Bool
  ) {
    #expect(choice.isOn(environment: Environment(variables), isTerminal: isTerminal) == isOn)
  }

  @Test("Only the first word of an error is red")
  func errors() {
    let report = Report(name: "X", message: "bad", lines: ["error: bad", "  1 | x"])
    #expect(ErrorText.text(of: report, color: false) == "error: bad\n  1 | x\n")
    #expect(
      ErrorText.text(of: report, color: true) == "\u{1B}[31merror:\u{1B}[0m bad\n  1 | x\n")
    let bare = Report(name: "X", message: "bad", lines: [])
    #expect(ErrorText.text(of: bare, color: false) == "error: bad\n")
  }

  @Test(
    "The state folder",
    arguments: [
      (["ATHANOR_HOME": "/a", "XDG_STATE_HOME": "/b", "HOME": "/c"], "/a"),
      (["XDG_STATE_HOME": "/b", "HOME": "/c"], "/b/athanor"),
      (["XDG_STATE_HOME": "relative", "HOME": "/c"], "/c/.local/state/athanor"),
      (["HOME": "/c"], "/c/.local/state/athanor"),
      ([:], nil),
    ] as [([String: String], String?)])
  func stateFolder(_ variables: [String: String], _ folder: String?) {
    #expect(Environment(variables).stateFolder == folder)
  }
}
