import Catalog
import Plots

/// Plots of every kind, with the texts and numbers that files and people come up with.
enum Samples {
  static let hostile = "a<b>&\"'\u{1B}[31m\n\u{0}日本語 ]]> </svg><script>"

  static let all: [Plot] = curves + others

  static var curves: [Plot] {
    let steps = (1...400).map(Double.init)
    let wave = steps.map { 2 + (($0 * 7919).truncatingRemainder(dividingBy: 101) - 50) / 100 }
    var gaps = wave
    for index in 100..<150 { gaps[index] = .nan }
    gaps[200] = .infinity
    let band = Band("ce", x: steps, lower: wave.map { $0 - 0.2 }, upper: wave.map { $0 + 0.2 })
    return [
      Plot("loss", panel: Panel(x: Axis("step"), curves: [Curve("ce", x: steps, y: wave)])),
      Plot(
        "smooth",
        panel: Panel(
          x: Axis("step"), y: Axis("loss", unit: "nat", isLog: true),
          curves: [
            Curve("ce", x: steps, y: gaps, smooth: 0.9),
            Curve("kd", x: steps, y: wave.map { -$0 }, smooth: 0.9, isDashed: true),
          ])),
      Plot(
        panels: (0..<5).map { index in
          Panel(
            "run \(index)",
            marks: [.band(band), .curve(Curve("ce", x: steps, y: wave)), .curve(Curve(y: wave))])
        }),
      Plot(hostile, panel: Panel(hostile, x: Axis(hostile), curves: [Curve(hostile, y: [1, 2])])),
      Plot("empty", panel: Panel(curves: [])),
      Plot("no values", panel: Panel(curves: [Curve("a", x: [], y: []), Curve("b", y: [.nan])])),
      Plot("one", panel: Panel(curves: [Curve("a", y: [0])])),
      Plot("constant", panel: Panel(curves: [Curve("a", y: [3, 3, 3]), Curve("b", y: [3, 3])])),
      Plot(
        "extreme",
        panel: Panel(
          curves: [
            Curve("a", y: [-1e308, 1e308, .infinity, .leastNonzeroMagnitude, -.infinity, .nan, 0])
          ])),
      Plot("fine", panel: Panel(curves: [Curve("a", y: [1e9, 1e9 + 1e-6, 1e9 + 2e-6])])),
      Plot(
        "fixed",
        panel: Panel(
          x: Axis(range: 0...1), y: Axis(isLog: true, range: 0...0),
          curves: [Curve("a", y: [1, 1e6, -1])])),
      Plot("nothing", panels: []),
    ]
  }

  static var others: [Plot] {
    let points = Points(
      "cnn", x: [1, 10, 100, .nan], y: [3, 2, 1, 0], labels: ["a", hostile, "resnet50 with a tail"])
    let matrix = (0..<7).map { row in (0..<7).map { Double($0 * row) - 3 } }
    let large = (0..<300).map { row in (0..<50).map { Double($0 * row) } }
    let bars = Bars(
      categories: ["shirt", hostile, "bag"],
      groups: [
        .init("kd", values: [1, -2, .nan], deviations: [0.5]),
        .init("dkd", values: [.infinity, 3]),
      ])
    return [
      Plot("scatter", panel: Panel(x: Axis(isLog: true), marks: [.points(points)])),
      Plot(
        "histograms",
        panel: Panel(marks: [
          .histogram(Histogram("a", of: [1, 2, 2, 3, 3, 3, .nan])),
          .histogram(Histogram("b", of: [1, 1, 1], bins: 4)),
        ])),
      Plot("histogram", panel: Panel(marks: [.histogram(Histogram(of: []))])),
      Plot("bars", panel: Panel(y: Axis("gain"), bars: bars)),
      Plot(
        "shares", panel: Panel(bars: Bars([("cat", 0.75), ("dog", 0.25)], format: .percent(1)))),
      Plot("many", panel: Panel(bars: Bars((0..<500).map { ("c\($0)", Double($0)) }))),
      Plot("no bars", panel: Panel(bars: Bars(categories: [], groups: []))),
      Plot(
        "heat",
        panel: Panel(
          x: Axis("predicted"), y: Axis("true"),
          heatMap: HeatMap(matrix, rows: [hostile, "b"], columns: ["a", hostile]))),
      Plot("large heat", panel: Panel(heatMap: HeatMap(large))),
      Plot("ragged", panel: Panel(heatMap: HeatMap([[1], [], [.nan, 2]], range: 1...1))),
      Plot("no heat", panel: Panel(heatMap: HeatMap([]))),
      Plot("pictures", panel: Panel(images: pictures)),
      Plot("no pictures", panel: Panel(images: ImageGrid([]))),
    ]
  }

  static var pictures: ImageGrid {
    let grey = Picture(
      width: 5, height: 7, channels: 1, pixels: (0..<35).map { UInt8($0 * 7) })
    let color = Picture(
      width: 40, height: 3, channels: 3, pixels: (0..<360).map { UInt8(truncatingIfNeeded: $0) })
    return ImageGrid(
      (0..<60).compactMap { $0.isMultiple(of: 2) ? grey : color },
      captions: (0..<60).map { "picture \($0)\n\(hostile)" })
  }
}
