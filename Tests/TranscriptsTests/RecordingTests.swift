import Catalog
import Conversation
import Testing

@testable import Transcripts

@Suite("What stays of a session's events")
struct RecordingTests {
  private func record(_ events: [Event]) -> Recording {
    var recording = Recording()
    for event in events { recording.receive(event) }
    return recording
  }

  @Test("Streams are joined, displays start a line of their own")
  func order() {
    let recording = record([
      .text("a"), .text("b"), .display(Display("plot"), id: nil), .warning("careful\n"),
      .value(Display("1"), last: false), .value(Display("2"), last: true),
    ])
    #expect(recording.outputs.count == 5)
    #expect(recording.lines == ["ab", "plot", "careful", "1", "2"])
  }

  @Test("A display is kept in its final state, where it was first shown")
  func updates() {
    let recording = record([
      .display(Display("0%"), id: "p"), .text("between\n"), .update(Display("50%"), id: "p"),
      .update(Display("100%"), id: "p"), .update(Display("other"), id: "q"),
    ])
    #expect(recording.lines == ["100%", "between"])
  }

  @Test("Clearing takes what is there, at once or with the next thing")
  func clearing() {
    #expect(record([.text("a\n"), .clear(wait: false)]).lines == [])
    #expect(record([.text("a\n"), .clear(wait: true)]).lines == ["a"])
    #expect(record([.text("a\n"), .clear(wait: true), .text("b\n")]).lines == ["b"])
  }

  @Test("Colours and blank lines at the end go")
  func plain() {
    #expect(record([.text("\u{1B}[31mred\u{1B}[0m \n\n \n")]).lines == ["red"])
  }
}
