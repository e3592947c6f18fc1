import Catalog
import Plots
import Testing

@Suite("Tables")
struct TableTests {
  private let sample = Table(
    "Comparison",
    columns: [
      .init("run"), .init("steps", format: .count), .init("time", unit: "s"),
      .init("accuracy", format: .percent(1)), .init("better"),
    ],
    rows: [
      ["distilled", 12000, 31.25, .spread(mean: 0.887, deviation: 0.003), .flag(true)],
      ["control", 500, 20.5, 0.5, .missing],
    ],
    footer: ["difference", 11500],
    notes: ["three seeds"])

  @Test func `numbers stand to the right with equal places`() {
    let expected = """
      Comparison
      run         steps  time (s)      accuracy  better
      ─────────────────────────────────────────────────
      distilled  12,000     31.25  88.7 ± 0.3 %  yes
      control       500     20.50        50.0 %
      ─────────────────────────────────────────────────
      difference 11,500
      three seeds
      """
    let lines = sample.display(Style()).plain.split(separator: "\n")
    #expect(lines.count == expected.split(separator: "\n").count)
    #expect(lines[1].hasPrefix("run "))
    #expect(lines[3].hasSuffix("  12,000     31.25  88.7 ± 0.3 %  yes"))
    #expect(lines[4].hasSuffix("     500     20.50        50.0 %"))
    #expect(lines[6] == "difference  11,500")
    #expect(lines[7] == "three seeds")
  }

  @Test func `in ASCII nothing else is used`() {
    let plain = sample.display(Style(unicode: false)).plain
    #expect(plain.unicodeScalars.allSatisfy { $0.isASCII })
    #expect(plain.contains("88.7 +- 0.3 %"))
  }

  @Test func `what is too wide is stacked under the first column`() {
    let plain = sample.display(Style(width: 30)).plain
    #expect(plain.split(separator: "\n").allSatisfy { $0.count <= 30 })
    #expect(plain.split(separator: "\n").count { $0.hasPrefix("distilled") } >= 2)
    #expect(plain.contains("31.25") && plain.contains("88.7 ± 0.3 %") && plain.contains("yes"))
  }

  @Test func `long texts are cut before anything is stacked`() {
    let table = Table(
      columns: [.init("name"), .init("text"), .init("n")],
      rows: [["a", .text(String(repeating: "long ", count: 40)), 1]])
    let lines = table.display(Style(width: 50)).plain.split(separator: "\n")
    #expect(lines.count == 3)
    #expect(lines[2].count <= 50)
    #expect(lines[2].contains("…") && lines[2].hasSuffix("1"))
  }

  @Test func `wide characters count double`() {
    let table = Table(columns: [.init("名前"), .init("n")], rows: [["日本", 1], ["a", 2]])
    let lines = table.display(Style()).plain.split(separator: "\n")
    #expect(lines[0] == "名前  n")
    #expect(lines[2] == "日本  1")
    #expect(lines[3] == "a     2")
  }

  @Test func `many rows are shown by their ends`() {
    let table = Table(
      columns: [.init("i")], rows: (0..<1000).map { [.number(Double($0))] })
    let lines = table.display(Style()).plain.split(separator: "\n")
    #expect(lines.count == 63)
    #expect(lines.contains("… 940 more rows"))
    #expect(lines.last == "999")
    let html = table.display(Style()).forms.first { $0.mediaType == "text/html" }
    #expect((html?.content.utf8.count ?? 0) < 30_000)
    #expect(table.elementCount == 1000)
  }

  @Test func `rich forms escape what cells say`() throws {
    let table = Table(
      "<b>", columns: [.init("a|b"), .init("x")],
      rows: [["<script>alert('1')</script> & \"2\"", 1], ["*bold* `code` [l](u)", 2]])
    let forms = table.display(Style()).forms
    let html = try #require(forms.first { $0.mediaType == "text/html" }).content
    #expect(!html.contains("<script") && !html.contains("<b><b>"))
    #expect(html.contains("&lt;script&gt;alert(&#39;1&#39;)"))
    let markdown = try #require(forms.first { $0.mediaType == "text/markdown" }).content
    #expect(markdown.contains("a\\|b"))
    #expect(markdown.contains("\\*bold\\* \\`code\\` \\[l\\](u)"))
    #expect(markdown.contains("| :-- | --: |"))
  }

  @Test func `control characters cannot leave a cell`() {
    let table = Table(columns: [.init("a\nb")], rows: [["x\u{1B}[2J\ny\u{7F}"]])
    #expect(table.display(Style()).plain == "a b\n──────\nx[2J y")
  }

  @Test func `columns and rows are members`() throws {
    #expect(
      sample.memberNames == [
        "columns", "rows", "run", "steps", "time", "accuracy", "better",
      ])
    #expect(try sample.member("accuracy")?.line() == "[0.887, 0.5]")
    #expect(try sample.member("better")?.line() == "[true, none]")
    #expect(try sample.member("nothing") == nil)
    guard case .object(let row) = try sample.element(1) else {
      Issue.record("a row is an object")
      return
    }
    #expect(try row.member("steps")?.line() == "500")
    #expect(try row.element(0).line() == "control")
    #expect(row.elementCount == 5)
    #expect(row.line.hasPrefix("row(run=\"control\", steps=500"))
  }

  @Test func `short rows are filled and long ones cut`() {
    var table = Table(columns: [.init("a"), .init("b")], rows: [["x"], ["y", 1, 2]])
    table.append([])
    #expect(table.rows == [["x", .missing], ["y", 1], [.missing, .missing]])
    #expect(table.line == "table 3 × 2")
  }

  @Test func `tables without rows or columns are drawn`() {
    #expect(Table(columns: [.init("a")]).display(Style()).plain == "a\n─\n(no rows)")
    let none = Table(columns: [], rows: [[], []]).display(Style())
    #expect(none.forms.count == 2)
  }

  @Test(arguments: [1, 5, 20, 23, 60])
  func `no line is wider than asked, from twenty columns on`(_ width: Int) {
    let lines = sample.display(Style(width: width)).plain.split(separator: "\n")
    #expect(lines.allSatisfy { $0.count <= max(20, width) })
  }
}
