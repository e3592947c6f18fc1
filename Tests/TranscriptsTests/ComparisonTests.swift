import Testing

@testable import Transcripts

@Suite("Lines laid beside each other")
struct ComparisonTests {
  @Test("Dots stand for any number of lines")
  func ellipsis() {
    #expect(Comparison(expected: ["a", "...", "c"], got: ["a", "c"]).isEqual)
    #expect(Comparison(expected: ["a", "...", "c"], got: ["a", "b", "b", "c"]).isEqual)
    #expect(Comparison(expected: ["..."], got: []).isEqual)
    #expect(Comparison(expected: ["...", "x"], got: ["x", "x"]).isEqual)
    #expect(!Comparison(expected: ["a", "...", "c"], got: ["a", "b"]).isEqual)
    #expect(!Comparison(expected: ["...", "a"], got: ["a", "b"]).isEqual)
  }

  @Test("White space at the end of a line does not count")
  func trailingSpace() {
    #expect(Comparison(expected: ["a  "], got: ["a"]).isEqual)
    #expect(!Comparison(expected: ["a"], got: [" a"]).isEqual)
  }

  @Test("Blessing keeps tolerant and elided lines that still match")
  func blessing() {
    let comparison = Comparison(
      expected: ["loss 0.25±0.1", "took [TIME]", "...", "old", "end"],
      got: ["loss 0.2", "took 3 ms", "x", "y", "new", "end", "more"])
    #expect(!comparison.isEqual)
    #expect(comparison.blessed == ["loss 0.25±0.1", "took [TIME]", "...", "new", "end", "more"])
    let again = Comparison(
      expected: comparison.blessed,
      got: ["loss 0.2", "took 3 ms", "x", "y", "new", "end", "more"])
    #expect(again.isEqual)
  }

  @Test("The difference shows both sides with some context")
  func difference() {
    let lines = (1...20).map(String.init)
    var got = lines
    got[9] = "ten"
    let difference = Comparison(expected: lines, got: got).difference
    #expect(difference == ["  7", "  8", "  9", "- 10", "+ ten", "  11", "  12", "  13"])
  }

  @Test("A missing line does not make the next ones differ")
  func alignment() {
    let comparison = Comparison(expected: ["a", "b", "c", "d"], got: ["a", "c", "d"])
    #expect(comparison.edits.filter { $0 == .missing("b") }.count == 1)
    #expect(comparison.difference == ["  a", "- b", "  c", "  d"])
  }

  @Test("Too many lines to lay beside each other still compare")
  func large() {
    let many = (0..<6000).map { "line \($0)" }
    #expect(Comparison(expected: many, got: many).isEqual)
    #expect(!Comparison(expected: many, got: many.reversed()).isEqual)
  }
}
