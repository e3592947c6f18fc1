import Testing

@testable import Terminal

@Suite("Text on a terminal")
struct TextTests {
  init() { _ = Encoding.select(Environment(["LANG": "C.UTF-8"])) }

  @Test(
    "Columns that text takes",
    arguments: [
      ("", 0), ("abc", 3), ("é", 1), ("e\u{301}", 1), ("日本", 4), ("⠿⣀", 2), ("█▁", 2),
      ("\u{1B}[31mred\u{1B}[0m", 3), ("a\tb", 2), ("\u{1B}[1;38;5;200mx", 1), ("100 % · 3 s", 11),
    ])
  func columns(_ text: String, _ count: Int) {
    #expect(Columns.count(text) == count)
  }

  @Test("A line that is cut takes no more than the width")
  func cutting() {
    #expect(Columns.cut("abcdef", width: 6) == "abcdef")
    #expect(Columns.cut("abcdef", width: 4) == "abc…")
    #expect(Columns.cut("日本語", width: 4) == "日…")
    #expect(Columns.cut("\u{1B}[31mabcdef\u{1B}[0m", width: 3) == "\u{1B}[31mab…\u{1B}[0m")
    for width in 1...8 { #expect(Columns.count(Columns.cut("a日bc本def", width: width)) <= width) }
  }

  @Test("Rows of a wrapped line")
  func rows() {
    #expect(Columns.rows("", width: 10) == 1)
    #expect(Columns.rows("1234567890", width: 10) == 1)
    #expect(Columns.rows("12345678901", width: 10) == 2)
    #expect(Columns.rows("x", width: 0) == 1)
  }

  @Test("An input is kept in one line of the history file and read back the same")
  func history() {
    for input in ["a", "a\nb", "\\n", "a\\\nb\\\\", "é\t\"\\q\""] {
      let line = History.encoded(input)
      #expect(!line.contains("\n"))
      #expect(History.decoded(line) == input)
    }
    #expect(History.decoded("a\\") == "a\\")
    #expect(History.decoded("a\\q\0") == "a\\q")
  }

  @Test(
    "Prompts of pasted text go, with what was printed between",
    arguments: [
      (">>> x = 1\n>>> x\n1", "x = 1\nx"),
      (">>> for i in x {\n...   i\n... }\n1", "for i in x {\n  i\n}"),
      ("athanor[3]> x = 1\nathanor[4]> x\n1", "x = 1\nx"),
      ("athanor[3]> for i in x {\n       ...>   i\n       ...> }", "for i in x {\n  i\n}"),
      ("x = 1\n>>> y", "x = 1\n>>> y"), ("1 >>> 2", "1 >>> 2"), (">>> x", "x"),
    ])
  func pastedPrompts(_ text: String, _ input: String) {
    #expect(PastedPrompts.removed(from: text) == input)
  }

  @Test(
    "The call that the cursor stands in",
    arguments: [
      ("kd(", 2), ("ce() + 5*kd(T=1, ", 11), ("f(g(1), ", 1), ("f([1, ", 1), ("f(", 1),
      ("a_1(", 3), ("kd", nil), ("kd(1)", nil), ("(1 + ", nil), ("f(\"", nil), ("f('(\\'", nil),
      ("f(1) # g(", nil), ("# g(\nf(", 6), ("", nil), ("f(\"a)\", ", 1),
    ] as [(String, Int?)])
  func openCall(_ code: String, _ end: Int?) {
    #expect(OpenCall.nameEnd(in: code) == end)
  }

  @Test("The second press within a second offers to force, the third forces")
  func presses() {
    var presses = Presses()
    #expect(presses.press(at: 0) == 1)
    #expect(presses.press(at: 900) == 2)
    #expect(presses.press(at: 3000) == 3)
    var slow = Presses()
    #expect(slow.press(at: 0) == 1)
    #expect(slow.press(at: 1500) == 1)
    #expect(slow.press(at: 2000) == 2)
    #expect(slow.press(at: 6000) == 1)
  }
}
