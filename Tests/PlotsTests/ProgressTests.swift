import Catalog
import Plots
import Testing

@Suite("Progress")
struct ProgressTests {
  private let sample = ProgressLine(
    "epoch 2/5", done: 61, total: 100, rate: 812, remaining: 12, detail: "loss 0.412")

  @Test func `the line says how far, how fast and how long`() {
    #expect(
      sample.text(Style(width: 63))
        == "epoch 2/5 ━━━━━━──── 61 % · 812 img/s · 0:12 left · loss 0.412")
    #expect(
      sample.text(Style(width: 63, unicode: false))
        == "epoch 2/5 =====>---- 61 % | 812 img/s | 0:12 left | loss 0.412")
  }

  @Test func `it never fills the last column`() {
    for width in 1...120 {
      for style in [Style(width: width), Style(width: width, unicode: false)] {
        #expect(sample.text(style).count <= max(10, width - 1), "\(width)")
      }
    }
    #expect(sample.text(Style(width: 50)).hasPrefix("epoch 2/5 61 % · 812 img/s"))
  }

  @Test func `an unknown end shows a count and no bar`() {
    let line = ProgressLine("reading", done: 12345, total: nil, detail: "train")
    #expect(line.text(Style()) == "reading 12,345 · train")
    #expect(line.share == nil)
  }

  @Test func `a hundred percent is shown only at the end`() {
    let nearly = ProgressLine(done: 9999, total: 10_000)
    #expect(nearly.text(Style()).contains("99 %"))
    #expect(ProgressLine(done: 11, total: 10).text(Style()).contains("100 %"))
    #expect(ProgressLine(done: .nan, total: 10).share == nil)
    #expect(ProgressLine(done: 1, total: 0).share == nil)
  }

  @Test func `a notebook gets a bar with the same words`() {
    let display = sample.display(Style())
    let html = display.forms.first?.content ?? ""
    #expect(display.forms.first?.mediaType == "text/html")
    #expect(html.contains("width:61.0%"))
    #expect(html.contains("812 img/s · 0:12 left · loss 0.412"))
    let hostile = ProgressLine("<i>", done: 1, total: 2, detail: "a\u{1B}\n<b>").display(Style())
    #expect(hostile.forms.first?.content.contains("<i>") == false)
    #expect(!hostile.plain.contains("\n") && !hostile.plain.contains("\u{1B}"))
  }

  @Test func `gauges are as wide as asked`() {
    #expect(gauge(0.5, width: 10, style: Style()) == "━━━━━─────")
    #expect(gauge(0.55, width: 10, style: Style()) == "━━━━━╸────")
    for share in [-1, 0, 0.01, 0.5, 0.99, 1, 2, Double.nan] {
      for width in [1, 2, 7] {
        #expect(gauge(share, width: width, style: Style()).count == width)
        #expect(gauge(share, width: width, style: Style(unicode: false)).count == width)
      }
    }
  }

  @Test func `sparklines rise with their values`() {
    #expect(sparkline([0, 1, 2, 3, 4, 5, 6, 7], width: 20, style: Style()) == "▁▂▃▄▅▆▇█")
    #expect(sparkline([1, 1, 9, 9], width: 2, style: Style()) == "▁█")
    #expect(sparkline([0, .nan, 7], width: 9, style: Style(unicode: false)) == "_ #")
    #expect(sparkline([], width: 9, style: Style()) == "")
    #expect(sparkline([.nan, .nan], width: 9, style: Style()) == "  ")
    #expect(sparkline([2, 2], width: 9, style: Style()) == "▄▄")
    #expect(sparkline([-1e308, 1e308], width: 9, style: Style()).count == 2)
  }
}
