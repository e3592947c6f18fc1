import Catalog
import Conversation
import Testing

@testable import Transcripts

@Suite("Markdown transcripts")
struct TranscriptTests {
  static let text = """
    # Title

    >>> not in a block

    ```athanor rtol=0.1
    >>> 1 + 1
    2

    >>> for i in 1..2 {
    ...   print(i)
    ... }
    1
    2
    ```

    ```swift
    >>> other
    ```

    - in a list:

      ~~~athanor
      >>> x
      ...
      last
      ~~~
    """

  @Test("Inputs, continuations and expectations of athanor blocks")
  func parsing() throws {
    let transcript = try Transcript.parse(Self.text)
    #expect(transcript.examples.map(\.input) == ["1 + 1", "for i in 1..2 {\n  print(i)\n}", "x"])
    #expect(transcript.examples.map(\.expected) == [["2"], ["1", "2"], ["...", "last"]])
    #expect(transcript.examples.map(\.line) == [6, 9, 23])
    #expect(transcript.examples.map(\.tolerance.relative) == [0.1, 0.1, nil])
  }

  @Test(
    "What is wrong is said with its line",
    arguments: [
      ("```athanor\noutput\n```", "line 2"), ("a\n```athanor\n>>> x", "line 2"),
      ("```athanor rtol=x\n```", "'rtol=x'"), ("```athanor rtol=-1\n```", "rtol=-1"),
      ("```athanor tol=1\n```", "no option 'tol'"), ("```athanor rtol=inf\n```", "rtol=inf"),
    ].map { ($0.0, $0.1.replacing("'rtol=x'", with: "\"rtol=x\"")) })
  func errors(_ text: String, _ fact: String) {
    let failure = #expect(throws: Failure.self) { try Transcript.parse(text, name: "a.md") }
    #expect(failure?.message.contains(fact) == true)
    #expect(failure?.message.hasPrefix("a.md") == true)
  }

  @Test("A replay compares every input in one session")
  func replay() throws {
    let transcript = try Transcript.parse(Self.text, name: "a.md")
    let factory = ScriptedSession.table([
      "1 + 1": "2", "for i in 1..2 {\n  print(i)\n}": "1\n2\n", "x": "a\nb\nlast",
    ])
    let result = transcript.replay(factory: factory)
    #expect(result.passed)
    #expect(result.count == 3)
    #expect(result.report == "a.md: 3 inputs, as expected")
    #expect(result.blessed == Self.text)
  }

  @Test("A mismatch is reported with its place, and blessed where it stands")
  func mismatch() throws {
    let transcript = try Transcript.parse(Self.text, name: "a.md")
    let factory = ScriptedSession.table(["1 + 1": "3", "x": "first\nlast"])
    let result = transcript.replay(factory: factory)
    #expect(!result.passed)
    #expect(result.mismatches.map(\.place) == ["line 6", "line 9"])
    #expect(result.report.contains("a.md, line 6:\n  >>> 1 + 1\n  - 2\n  + 3\n"))
    #expect(result.report.hasSuffix("a.md: 3 inputs, 2 not as expected"))
    let blessed = try Transcript.parse(result.blessed, name: "a.md")
    #expect(blessed.replay(factory: factory).passed)
    #expect(blessed.examples[2].expected == ["...", "last"])
    #expect(result.blessed.contains("  ~~~athanor\n  >>> x\n  ...\n  last\n  ~~~"))
    #expect(result.blessed.contains(">>> 1 + 1\n3\n\n>>> for"))
  }

  @Test("The session's environment is pinned")
  func pinned() throws {
    let transcript = try Transcript.parse("```athanor\n>>> style\n80 false true false\n```")
    #expect(transcript.replay(factory: ScriptedSession.table([:])).passed)
  }

  @Test("Nobody answers, and an input after the end prints nothing")
  func questionsAndQuit() throws {
    let text = "```athanor\n>>> ask\nnobody can answer a question here\n>>> quit\n>>> x\n1\n```"
    let factory = ScriptedSession.factory { code, listener in
      guard code == "ask" else { return .quit(code: 0) }
      do {
        _ = try listener.ask("?", secret: false)
      } catch {
        listener.receive(.text((error as? any Explained)?.failure.message ?? ""))
      }
      return .done
    }
    let result = try Transcript.parse(text).replay(factory: factory)
    #expect(result.count == 2)
    #expect(result.mismatches.map(\.place) == ["line 5"])
  }

  @Test("An interruption stops the replay")
  func interruption() throws {
    let interruption = Interruption()
    interruption.request()
    let factory = ScriptedSession.factory { _, _ in
      .failed(ScriptedSession.report("interrupted", name: "Interrupted"))
    }
    let transcript = try Transcript.parse("```athanor\n>>> a\n>>> b\n```")
    let result = transcript.replay(factory: factory, interruption: interruption)
    #expect(result.wasInterrupted)
    #expect(!result.passed)
    #expect(result.count == 1)
  }
}
