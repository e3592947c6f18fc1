import Catalog
import Foundation
import Plots
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

@Suite("Plots as SVG")
struct SVGTests {
  private func svg(_ plot: Plot) throws -> String {
    let form = try #require(plot.display(Style()).forms.first)
    #expect(form.mediaType == "image/svg+xml")
    return form.content
  }

  /// Elements, attributes and texts of a document; nil if it is not well-formed.
  private final class Reader: NSObject, XMLParserDelegate {
    var elements: [(name: String, attributes: [String: String])] = []
    var texts: [String] = []

    static func read(_ document: String) -> Reader? {
      let reader = Reader()
      let parser = XMLParser(data: Data(document.utf8))
      parser.delegate = reader
      guard parser.parse() else { return nil }
      reader.texts = reader.texts.map { $0.trimmingCharacters(in: .whitespacesAndNewlines) }
      return reader
    }

    func parser(
      _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
      qualifiedName: String?, attributes: [String: String] = [:]
    ) {
      elements.append((name, attributes))
      texts.append("")
    }

    func parser(_ parser: XMLParser, foundCharacters string: String) {
      if !texts.isEmpty { texts[texts.count - 1] += string }
    }

    func count(_ name: String) -> Int { elements.count { $0.name == name } }
  }

  @Test(arguments: Samples.all.indices)
  func `every kind is well-formed, finite and free of scripts and identifiers`(
    _ index: Int
  ) throws {
    let document = try svg(Samples.all[index])
    let read = try #require(Reader.read(document), "\(document.prefix(2000))")
    let allowed: Set = ["svg", "title", "style", "text", "path", "circle", "rect", "image"]
    for (name, attributes) in read.elements {
      #expect(allowed.contains(name), "\(name)")
      #expect(attributes["id"] == nil)
      for (key, value) in attributes where key != "href" {
        let lower = value.lowercased()
        #expect(!lower.contains("nan") && !lower.contains("inf"), "\(key)=\(value)")
      }
    }
    #expect(read.elements.first?.attributes["viewBox"] != nil)
  }

  @Test(arguments: Samples.all.indices)
  func `the same plot is the same bytes`(_ index: Int) throws {
    #expect(try svg(Samples.all[index]) == svg(Samples.all[index]))
  }

  @Test func `thousands of points of many runs stay under 60 kB`() throws {
    var state: UInt64 = 1
    func noise() -> Double {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double(state >> 40) / Double(1 << 24)
    }
    for (curves, points) in [(1, 30_000), (6, 3000), (40, 500)] {
      let steps = (0..<points).map(Double.init)
      let panel = Panel(
        curves: (0..<curves).map { index in
          Curve("run \(index)", x: steps, y: steps.map { _ in noise() }, smooth: 0.95)
        })
      #expect(try svg(Plot("noise", panel: panel)).utf8.count < 60_000)
    }
    let panels = (0..<9).map { index in
      Panel("\(index)", curves: [Curve("a", y: (0..<1000).map { _ in noise() }, smooth: 0.9)])
    }
    #expect(try svg(Plot(panels: panels)).utf8.count < 60_000)
    let dots = Points(x: (0..<8000).map { _ in noise() }, y: (0..<8000).map { _ in noise() })
    #expect(try svg(Plot(panel: Panel(marks: [.points(dots), .points(dots)]))).utf8.count < 60_000)
  }

  @Test func `a gap parts the line and a short curve marks its values`() throws {
    let plot = Plot(panel: Panel(curves: [Curve("a", y: [1, 2, .nan, 3, 4])]))
    let read = try #require(Reader.read(try svg(plot)))
    let line = try #require(
      read.elements.first { $0.attributes["class"] == "ath-s0" }?.attributes["d"])
    #expect(line.count { $0 == "M" } == 2)
    #expect(read.count("circle") == 4)
  }

  @Test func `series keep their colour in every panel and are named once`() throws {
    let plot = Plot(panels: [
      Panel(curves: [Curve("ce", y: [1, 2]), Curve("kd", y: [2, 1])]),
      Panel(curves: [Curve("kd", y: [2, 1])]),
    ])
    let read = try #require(Reader.read(try svg(plot)))
    let classes = read.elements.compactMap { $0.name == "path" ? $0.attributes["class"] : nil }
    // The legend's two samples, then the lines.
    #expect(classes == ["ath-s0", "ath-s1", "ath-s0", "ath-s1", "ath-s1"])
    #expect(read.texts.count { $0 == "ce" } == 1)
  }

  @Test func `axes show labels with units and round ticks`() throws {
    let plot = Plot(
      "Title",
      panel: Panel(
        x: Axis("step"), y: Axis("rate", unit: "img/s", isLog: true),
        curves: [Curve("a", y: [1, 10, 100, 1000])]))
    let read = try #require(Reader.read(try svg(plot)))
    for text in ["Title", "step", "rate (img/s)", "1", "10", "100", "1000"] {
      #expect(read.texts.contains(text), "\(text)")
    }
  }

  @Test func `the page decides between light and dark`() throws {
    let document = try svg(Samples.all[0])
    #expect(document.contains("@media(prefers-color-scheme:dark)"))
    #expect(document.contains("stroke=\"#0072b2\" class=\"ath-s0\""))
    // Nothing is painted behind the drawing.
    let read = try #require(Reader.read(document))
    #expect(read.count("rect") == 0)
  }

  @Test func `pictures and large maps are bitmaps, small maps are cells with their values`() throws
  {
    let grid = try #require(Reader.read(try svg(Plot(panel: Panel(images: Samples.pictures)))))
    #expect(grid.count("image") == 60)
    let map = HeatMap((0..<30).map { row in (0..<30).map { Double($0 + row) } })
    let large = try #require(Reader.read(try svg(Plot(panel: Panel(heatMap: map)))))
    #expect(large.count("image") == 1)
    let small = HeatMap([[10, 20], [30, .nan]], rows: ["a", "b"])
    let read = try #require(Reader.read(try svg(Plot(panel: Panel(heatMap: small)))))
    #expect(["10", "20", "30", "a", "b"].allSatisfy { read.texts.contains($0) })
    #expect(read.count("image") == 0)
  }
}
