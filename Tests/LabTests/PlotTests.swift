import Catalog
import Conversation
import Foundation
import Lab
import Testing

@Suite("Plots from a session", .serialized)
struct PlotTests {
  /// The SVG that an expression's value is drawn as.
  private func svg(_ sitting: Sitting, _ code: String) throws -> String {
    let display = try sitting.session.evaluate(code).get()
    return try #require(display.forms.first { $0.mediaType == "image/svg+xml" }?.content)
  }

  private func fitted() -> Sitting {
    let sitting = Sitting()
    _ = sitting.run(Sitting.prelude)
    _ = sitting.run("step run, 4; twin = fork(run); twin.goal = ce(); step twin, 4")
    return sitting
  }

  @Test("bands are the mean of a list and one sample deviation around it")
  func bands() throws {
    let sitting = Sitting()
    // Means 1, 2 and 4; deviations 0, √2 and √8.
    let drawn = try svg(sitting, "plot([[1, 1, 2], [1, 3, 6]], bands=true)")
    #expect(drawn.contains("fill-opacity"))
    let ranged = try svg(sitting, "plot([[1, 1, 2], [1, 3, 6]], bands=\"range\")")
    #expect(ranged != drawn)
    // One curve of three values is marked by three dots.
    #expect(drawn.split(separator: "<circle").count == 4)
    #expect(try svg(sitting, "plot([[1, 1, 2], [1, 3, 6]])").split(separator: "<circle").count == 7)
  }

  @Test("each figure has a panel of its own, and runs keep their names")
  func panels() throws {
    let sitting = fitted()
    let each = try svg(sitting, "plot(run, each=true)")
    for figure in ["loss", "ce", "kd", "accuracy", "agreement", "lr"] {
      #expect(each.contains(">\(figure)</text>"), "\(figure)")
    }
    let two = try svg(sitting, "plot(run, twin, y=[\"loss\", \"accuracy\"], each=true)")
    #expect(two.contains(">run</text>") && two.contains(">twin</text>"))
    let named = try svg(sitting, "plot(run.loss, twin.loss, labels=[\"kd\", \"ce\"], log=\"xy\")")
    #expect(named.contains(">kd</text>") && named.contains(">ce</text>"))
  }

  @Test("the horizontal axis is steps, epochs, samples, a list or a series")
  func abscissa() throws {
    let sitting = fitted()
    #expect(try svg(sitting, "plot(run, x=\"epoch\")").contains(">epoch</text>"))
    #expect(try svg(sitting, "plot(run.loss, x=\"samples\")").contains(">samples seen</text>"))
    #expect(try svg(sitting, "plot(run.loss, x=run.accuracy)").contains("accuracy"))
    let text = sitting.run("plot([1, 2], x=[1, 2, 3])")
    #expect(text.contains("x has 3 numbers, 'list' 2"))
    #expect(sitting.run("plot(run, y=\"acuracy\")").contains("did you mean 'accuracy'?"))
  }

  @Test("points have their names, and the frontier leaves out what is beaten")
  func scatter() throws {
    let sitting = Sitting()
    let drawn = try svg(
      sitting,
      "scatter([1, 2, 3], [0.5, 0.4, 0.9], labels=[\"a\", \"b\", \"c\"], frontier=true)")
    for name in ["a", "b", "c", "best trade-off"] { #expect(drawn.contains(">\(name)</text>")) }
    // Two points on the frontier, marked where the line has its values, and three points.
    #expect(drawn.split(separator: "<circle").count == 6)
    #expect(sitting.run("scatter([1], [1, 2])").contains("x has 1 numbers, y 2"))
  }

  @Test("bars of repetitions are means with a deviation")
  func bars() {
    let sitting = Sitting()
    let text = sitting.run("bars([[1, 3], [5, 5]], labels=[\"a\", \"b\"], errors=true)")
    #expect(text.contains("2.0 ± 1.4") && text.contains("5.0 ± 0.0"))
    #expect(sitting.run("bars([1, 2], errors=true)").contains("list of repetitions"))
  }

  @Test("histograms over time are shares of each list by bin")
  func histograms() {
    let sitting = Sitting()
    let text = sitting.run("histogram([[0, 0, 0, 1], [0, 1, 1, 1]], at=[5, 9], bins=2)")
    #expect(text.contains("25 %") && text.contains("75 %") && text.contains("9"))
  }
}
