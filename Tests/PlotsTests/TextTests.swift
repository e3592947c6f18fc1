import Catalog
import Plots
import Testing

@Suite("Plots as text")
struct TextTests {
  private func text(_ plot: Plot, _ style: Style) -> [String] {
    plot.display(style).plain.split(separator: "\n", omittingEmptySubsequences: false)
      .map(String.init)
  }

  /// Without colour sequences.
  private func plain(_ line: String) -> String {
    var result = ""
    var isEscape = false
    for character in line {
      if isEscape {
        isEscape = character != "m"
      } else if character == "\u{1B}" {
        isEscape = true
      } else {
        result.append(character)
      }
    }
    return result
  }

  @Test(arguments: Samples.all.indices, [10, 40, 80, 200])
  func `every kind fits the width in every style`(_ index: Int, _ width: Int) {
    let plot = Samples.all[index]
    for style in [
      Style(width: width), Style(width: width, color: true),
      Style(width: width, unicode: false),
    ] {
      let wrong = text(plot, style).filter { line in
        // Wide characters only come from the samples' titles, and are few.
        plain(line).unicodeScalars.count > max(40, width)
          || !style.color && line.contains("\u{1B}")
          || line.unicodeScalars.contains { $0.value < 0x20 && $0 != "\u{1B}" }
      }
      #expect(wrong == [])
    }
  }

  @Test(arguments: Samples.all.indices)
  func `no characters beyond ASCII where they cannot be shown`(_ index: Int) {
    let given = Set(Samples.hostile.unicodeScalars)
    for line in text(Samples.all[index], Style(width: 80, unicode: false)) {
      #expect(line.unicodeScalars.allSatisfy { $0.isASCII || given.contains($0) }, "\(line)")
    }
  }

  @Test func `a line in ASCII`() {
    let plot = Plot(
      "falling", panel: Panel(x: Axis("step"), curves: [Curve("loss", y: [4, 3, 2, 1])]))
    let expected = """
                      falling
      loss
      4 +**
        |  ***
        |     ***
        |        ***
      3 +           ***
        |              **
        |                **
        |                  **
        |                    **
      2 +                      ***
        |                         ***
        |                            ***
        |                               ***
      1 +                                  **
        ++-----------+----------+-----------+
         1           2          3           4
                         step
      """
    #expect(plot.display(Style(width: 40, unicode: false)).plain == expected)
  }

  @Test func `a rising line in braille ends at both corners`() {
    let plot = Plot(panel: Panel(curves: [Curve("", y: [0, 1])]))
    let lines = text(plot, Style(width: 40))
    let drawn = lines.filter { $0.contains { ("\u{2801}"..."\u{28FF}").contains($0) } }
    #expect(drawn.count >= 12)
    #expect(drawn.first?.last.map { ("\u{2801}"..."\u{28FF}").contains($0) } == true)
  }

  @Test func `bars are as long as their values`() {
    let plot = Plot(panel: Panel(bars: Bars([("half", 50), ("whole", 100), ("none", 0)])))
    let lines = text(plot, Style(width: 40))
    let lengths = lines.map { line in line.reduce(0) { $0 + ("▏▎▍▌▋▊▉█".contains($1) ? 1 : 0) } }
    #expect(lengths[1] > 20)
    #expect(abs(lengths[0] * 2 - lengths[1]) <= 1)
    #expect(lengths[2] == 0)
    #expect(lines[0].hasSuffix(" 50"))
  }

  @Test func `a small heat map shows names and values`() {
    let map = HeatMap([[1, -1], [0.25, 1]], rows: ["ce", "kd"], columns: ["ce", "kd"])
    let lines = text(Plot(panel: Panel(heatMap: map)), Style(width: 60))
    #expect(lines.count == 4)
    #expect(lines[0].split(separator: " ") == ["ce", "kd"])
    #expect(lines[1].contains("1.00") && lines[1].contains("-1.00"))
    #expect(lines[2].contains("0.25"))
  }

  @Test func `pictures are drawn in dots or in coloured halves`() throws {
    let picture = try #require(
      Picture(width: 4, height: 4, channels: 1, values: Array(repeating: 1, count: 16)))
    let plot = Plot(panel: Panel(images: ImageGrid([picture], captions: ["white"])))
    #expect(text(plot, Style()) == ["⣿⣿", "white"])
    #expect(text(plot, Style(unicode: false)) == ["@@@@", "@@@@", "white"])
    let halves = text(plot, Style(color: true))
    #expect(halves.count == 3)
    #expect(plain(halves[0]) == "▀▀▀▀")
    #expect(halves[0].contains("[38;5;231m"))
  }

  @Test func `series are told apart by their names at the end`() {
    let plot = Plot(
      panel: Panel(curves: [Curve("teacher", y: [1, 1, 1]), Curve("student", y: [3, 2, 2])]))
    let lines = text(plot, Style(width: 60))
    let student = lines.firstIndex { $0.hasSuffix(" student") }
    let teacher = lines.firstIndex { $0.hasSuffix(" teacher") }
    #expect(student != nil && teacher != nil)
    #expect((student ?? 0) < (teacher ?? 0))
  }

  @Test func `a plot is told in a line and by its members`() throws {
    let plot = Plot("Loss", panel: Panel(curves: [Curve("ce", y: [1]), Curve("kd", y: [1])]))
    #expect(plot.line == "plot \"Loss\" of ce, kd")
    #expect(try plot.member("series")?.line() == "[\"ce\", \"kd\"]")
    #expect(try plot.member("nothing")?.line() == nil)
    #expect(plot.isEqual(to: plot))
  }
}
