import Conversation
import Testing

@testable import Terminal

@Suite("Completion at a terminal")
struct CompletionTests {
  private let items = [
    Completion("resnet18", type: "model", signature: "resnet18(classes=1000)", summary: "Deep."),
    Completion("resnet8x4", type: "model", signature: "resnet8x4(classes=100)"),
  ]

  @Test("What a session offers is laid over the word that readline replaces")
  func overlay() {
    let same = WordCompletion(
      Completions(range: 4..<6, items: items), line: "x = re", start: 4, offset: 0)
    #expect(same.matches.map(\.text) == ["resnet18", "resnet8x4"])
    #expect(same.common == "resnet")
    // The session's word starts earlier: "data.re" while readline's starts behind the point.
    let earlier = WordCompletion(
      Completions(range: 0..<7, items: [Completion("data.rest", type: "member")]),
      line: "data.re", start: 5, offset: 0)
    #expect(earlier.matches.map(\.text) == ["rest"])
    #expect(earlier.common == "rest")
    let later = WordCompletion(
      Completions(range: 6..<7, items: [Completion("c", type: "file")]), line: "open a-b",
      start: 5, offset: 0)
    #expect(later.matches.map(\.text) == ["ac"])
  }

  @Test("Positions count code points of the whole input, readline bytes of the line")
  func positions() {
    let completion = WordCompletion(
      Completions(range: 14..<16, items: items), line: "é日 = re", start: 8, offset: 9)
    #expect(completion.matches.map(\.text) == ["resnet18", "resnet8x4"])
    let outside = WordCompletion(
      Completions(range: 2..<4, items: items), line: "re", start: 0, offset: 9)
    #expect(outside.matches.isEmpty)
  }

  @Test("The common part never takes away what is typed")
  func common() {
    let completion = WordCompletion(
      Completions(range: 0..<0, items: [.init("abc", type: ""), .init("xyz", type: "")]),
      line: "q", start: 0, offset: 0)
    #expect(completion.matches.map(\.text) == ["abc", "xyz"])
    #expect(completion.common == "q")
  }

  @Test("A list shows what each is, within the width")
  func list() {
    let lines = CompletionList.lines(items, width: 80, rows: 20, color: false)
    #expect(lines == ["resnet18   Deep.", "resnet8x4  resnet8x4(classes=100)"])
    for width in [10, 20, 30] {
      for line in CompletionList.lines(items, width: width, rows: 20, color: true) {
        #expect(Columns.count(line) <= width)
      }
    }
  }

  @Test("Names without notes stand in columns, and what does not fit is counted")
  func columns() {
    let names = (1...7).map { Completion("name\($0)", type: "variable") }
    #expect(
      CompletionList.lines(names, width: 22, rows: 20, color: false) == [
        "name1  name4  name7", "name2  name5", "name3  name6",
      ])
    let many = (1...100).map { Completion("n\($0)", type: "", summary: "s") }
    let lines = CompletionList.lines(many, width: 80, rows: 10, color: false)
    #expect(lines.count == 10)
    #expect(lines.last == "… and 91 more")
  }
}
