/// One panel being drawn.
struct PanelDrawing {
  /// What the panels of a plot have in common.
  struct Context {
    var colors: [String: Int]
    /// Whether the series are named above the panels.
    var legend: Bool
    /// Strips that a curve is thinned to.
    var columns: Int
    var isSingle: Bool
    /// Whether the values of short curves are marked.
    var showsDots: Bool
  }

  let panel: Panel
  let context: Context

  private var titleHeight: Double { panel.title.isEmpty ? 4 : 22 }

  func height(width: Double) -> Double {
    let inner: Double
    switch panel.content {
    case .marks: inner = context.isSingle ? 300 : 220
    case .bars(let bars): inner = BarsDrawing(bars, panel: panel, context).height
    case .heatMap(let map): inner = HeatMapDrawing(map, panel: panel).layout(width: width).height
    case .images(let grid): inner = ImagesDrawing(grid).layout(width: width).height
    }
    return inner + titleHeight
  }

  func draw(into drawing: inout Drawing, _ frame: Frame) {
    drawing.text(
      cutDrawn(panel.title, to: frame.width, size: 12), x: frame.x + frame.width / 2,
      y: frame.y + 12, .middle, size: 12, isBold: true)
    let inner = Frame(
      x: frame.x, y: frame.y + titleHeight, width: frame.width,
      height: frame.height - titleHeight)
    switch panel.content {
    case .marks(let marks): MarksDrawing(marks, panel: panel, context).draw(into: &drawing, inner)
    case .bars(let bars): BarsDrawing(bars, panel: panel, context).draw(into: &drawing, inner)
    case .heatMap(let map): HeatMapDrawing(map, panel: panel).draw(into: &drawing, inner)
    case .images(let grid): ImagesDrawing(grid).draw(into: &drawing, inner)
    }
  }
}

extension Panel {
  /// The colour of each mark: that of its name, or the next free one.
  func colors(of names: [String], _ known: [String: Int]) -> [Int] {
    var free = known.count
    return names.map { name in
      if let index = known[name] { return index }
      free += 1
      return free - 1
    }
  }

  /// The label of the y axis; that of the only series where none is given.
  var shownYLabel: String {
    if !y.text.isEmpty { return y.text }
    guard case .marks(let marks) = content else { return "" }
    let names = Set(marks.map(\.name))
    let isCount = marks.allSatisfy { if case .histogram = $0 { true } else { false } }
    if isCount, !marks.isEmpty { return "count" }
    return names.count == 1 ? names.first ?? "" : ""
  }
}
