import Foundation
import Testing
import Transcripts

@Suite("One transcript, several doors")
struct DoorTests {
  private static let text = """
    ```athanor
    >>> x = 40; x + 2
    42
    >>> for i in 1..3 {
    ...   print(i * 0.5)
    ... }
    0.5
    1
    1.5
    >>> y = 1
    ... y + 1
    2
    >>> nope
    error: [..]'nope'[..]
    ...
    >>> warn("careful")
    careful
    ```
    """

  @Test("test and run --echo print the same")
  func batch() throws {
    try Program.inFolder { folder in
      let file = folder + "/a.md"
      try Self.text.write(toFile: file, atomically: true, encoding: .utf8)
      let tested = try Program.run(["test", file])
      #expect(tested.output == "\(file): 5 inputs, as expected\n")
      let echoed = try Program.runTogether(["run", "--echo", "--keep-going", file])
      let result = try Transcript.parse(Self.text, name: file).judge(echoed: echoed.output)
      #expect(result.report == "\(file): 5 inputs, as expected")
      #expect(echoed.code == 1)
    }
  }

  @Test("A person who types it at a terminal sees the same")
  func conversation() throws {
    try Program.inFolder { home in
      let terminal = try PseudoTerminal(home: home, ["--quiet", "--color", "never"], rows: 60)
      try terminal.waitForCursor(behind: "athanor[1]> ")
      let transcript = try Transcript.parse(Self.text)
      var outputs: [[String]] = []
      for (index, input) in transcript.inputs.enumerated() {
        terminal.type("\u{1B}[200~\(input)\u{1B}[201~")
        let last = input.split(separator: "\n").last.map(String.init) ?? ""
        try terminal.wait("pasted input") { $0.cursorLine.hasSuffix(last) }
        let start = terminal.screen.lines.count
        try terminal.enter("", then: "athanor[\(index + 2)]> ")
        outputs.append(Array(terminal.screen.lines[start...].dropLast()))
      }
      #expect(transcript.judge(outputs).report == "<transcript>: 5 inputs, as expected")
    }
  }
}
