/// A plot as a drawing: title, one legend for all panels, the panels in rows.
extension Plot {
  /// The SVG form.
  func svg() -> String {
    let (drawing, width, height) = drawing()
    return SVGWriter.document(drawing, width: width, height: height, title: title)
  }

  /// The shapes and the size of the whole, in pixels.
  func drawing() -> (Drawing, width: Double, height: Double) {
    let across = panelsAcross
    let width = across == 1 ? 640.0 : across == 2 ? 760 : 900
    let gap = 18.0
    let panelWidth = (width - gap * Double(across - 1)) / Double(across)
    var drawing = Drawing()
    var y = 8.0
    if !title.isEmpty {
      drawing.text(
        cutDrawn(title, to: width - 20, size: 15), x: width / 2, y: y + 13, .middle, size: 15,
        isBold: true)
      y += 26
    }
    let legend = LegendDrawing(self)
    y += legend.draw(into: &drawing, top: y, width: width)
    // Points are shared out among all curves, so that the whole stays under 60 kB.
    let curves = panels.reduce(0) { $0 + $1.curveWeight }
    let columns = max(6, min(300, 1000 / max(1, curves)))
    let context = PanelDrawing.Context(
      colors: colorIndices, legend: legend.isShown, columns: columns, isSingle: panels.count == 1,
      showsDots: panels.reduce(0) { $0 + $1.fewPoints } <= 300)
    var index = 0
    while index < panels.count {
      let row = panels[index..<min(panels.count, index + across)].map {
        PanelDrawing(panel: $0, context: context)
      }
      let height = row.map { $0.height(width: panelWidth) }.max() ?? 0
      for (place, panel) in row.enumerated() {
        let x = Double(place) * (panelWidth + gap)
        panel.draw(
          into: &drawing, Frame(x: x, y: y, width: panelWidth, height: height))
      }
      y += height + 12
      index += across
    }
    return (drawing, width, y)
  }

  private var panelsAcross: Int {
    let most = max(1, panels.count)
    if let columns { return max(1, min(columns, most, 6)) }
    return panels.count == 1 ? 1 : panels.count == 2 || panels.count == 4 ? 2 : min(3, most)
  }
}

extension Panel {
  /// How many lines are drawn with all their points.
  var curveWeight: Int {
    guard case .marks(let marks) = content else { return 0 }
    return marks.reduce(0) { sum, mark in
      switch mark {
      case .curve(let curve): sum + (curve.smooth > 0 ? 2 : 1)
      case .band: sum + 2
      case .points, .histogram: sum
      }
    }
  }
}

extension Plot {
  /// Whether a name is needed to tell one series from those that have none.
  var hasNamelessMarks: Bool {
    panels.contains { panel in
      guard case .marks(let marks) = panel.content else { return false }
      return marks.contains { $0.name.isEmpty }
    }
  }
}

extension Panel {
  /// Values of short curves, which are marked one by one.
  var fewPoints: Int {
    guard case .marks(let marks) = content else { return 0 }
    return marks.reduce(0) { sum, mark in
      guard case .curve(let curve) = mark, curve.x.count <= 20 else { return sum }
      return sum + curve.x.count
    }
  }
}

/// The names of the series with their colours, above the panels where no data can be covered.
struct LegendDrawing {
  private enum Swatch {
    case line(dashed: Bool)
    case dot, box
  }

  private let entries: [(name: String, color: Int, swatch: Swatch)]

  init(_ plot: Plot) {
    let colors = plot.colorIndices
    var swatches: [String: Swatch] = [:]
    for panel in plot.panels {
      switch panel.content {
      case .marks(let marks):
        for mark in marks {
          switch mark {
          case .curve(let curve): swatches[mark.name] = .line(dashed: curve.isDashed)
          case .points: swatches[mark.name] = swatches[mark.name] ?? .dot
          case .band, .histogram: swatches[mark.name] = swatches[mark.name] ?? .box
          }
        }
      case .bars(let bars): for group in bars.groups { swatches[group.name] = .box }
      case .heatMap, .images: break
      }
    }
    let names = plot.seriesNames
    // Panels that each bear the name of their only series say it already.
    let isSaid = plot.panels.count > 1 && plot.panels.allSatisfy { $0.seriesNames == [$0.title] }
    entries =
      isSaid || (names.count < 2 && !plot.hasNamelessMarks)
      ? [] : names.map { ($0, colors[$0] ?? 0, swatches[$0] ?? .box) }
  }

  var isShown: Bool { !entries.isEmpty }

  /// Draws it in centred lines and returns the height taken.
  func draw(into drawing: inout Drawing, top: Double, width: Double) -> Double {
    var rows: [[(entry: Int, width: Double)]] = [[]]
    var used = 0.0
    for index in entries.indices {
      let size = 24 + drawnWidth(cutDrawn(entries[index].name, to: 240)) + 16
      if used + size > width - 20, !rows[rows.count - 1].isEmpty {
        rows.append([])
        used = 0
      }
      rows[rows.count - 1].append((index, size))
      used += size
    }
    if entries.isEmpty { return 0 }
    var y = top + 6
    for row in rows {
      var x = (width - row.reduce(-16) { $0 + $1.width }) / 2
      for item in row {
        let entry = entries[item.entry]
        swatch(entry.swatch, entry.color, x, y, &drawing)
        drawing.text(cutDrawn(entry.name, to: 240), x: x + 24, y: y + 4)
        x += item.width
      }
      y += 18
    }
    return y - top
  }

  private func swatch(
    _ swatch: Swatch, _ color: Int, _ x: Double, _ y: Double, _ drawing: inout Drawing
  ) {
    switch swatch {
    case .line(let dashed):
      drawing.line(
        [[Point(x: x, y: y), Point(x: x + 18, y: y)]], series: color, width: 2.4, dashed: dashed)
    case .dot: drawing.dot(Point(x: x + 9, y: y), series: color, radius: 4)
    case .box: drawing.bar(Frame(x: x + 3, y: y - 5, width: 12, height: 10), series: color)
    }
  }
}
