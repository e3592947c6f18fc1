public import Catalog

/// A drawing told as a value: panels of curves, points, bars, heat maps or pictures. It becomes SVG
/// for a notebook and braille or blocks for a terminal, the same bytes every time.
public struct Plot: Object, Answer, ArgumentType, Sendable, Equatable {
  public static let kind = "plot"

  /// Written above all; empty for none.
  public var title: String
  public var panels: [Panel]
  /// Panels beside each other in the SVG; nil: as many as read well. A terminal stacks them.
  public var columns: Int?

  public init(_ title: String = "", panels: [Panel], columns: Int? = nil) {
    self.title = title
    self.panels = panels
    self.columns = columns
  }

  /// A plot of one panel.
  public init(_ title: String = "", panel: Panel) {
    self.init(title, panels: [panel])
  }

  public var line: String {
    let name = title.isEmpty ? panels.first { !$0.title.isEmpty }?.title ?? "" : title
    let what = name.isEmpty ? "plot" : "plot \(quotedText(name))"
    let names = seriesNames
    if names.isEmpty { return what }
    let shown = names.prefix(4).map(singleLine).joined(separator: ", ")
    return "\(what) of \(shown)" + (names.count > 4 ? " and \(names.count - 4) more" : "")
  }

  public func display(_ style: Style) -> Display {
    Display(text(style), forms: [.init("image/svg+xml", svg())])
  }

  public var memberNames: [String] { ["title", "series"] }

  /// `title`, and `series`: the names in the legend.
  public func member(_ name: String) throws -> Value? {
    switch name {
    case "title": .string(title)
    case "series": .list(seriesNames.map { .string($0) })
    default: nil
    }
  }

  public func isEqual(to other: any Object) -> Bool { (other as? Plot) == self }

  /// The distinct names of series in the order of their first appearance; the place of a name in it
  /// decides its colour, so a run has one colour in every panel.
  var seriesNames: [String] {
    var seen: Set<String> = []
    return panels.flatMap(\.seriesNames).filter { !$0.isEmpty && seen.insert($0).inserted }
  }

  /// Colour numbers by series name; nameless series count on from the named ones.
  var colorIndices: [String: Int] {
    Dictionary(uniqueKeysWithValues: seriesNames.enumerated().map { ($1, $0) })
  }
}

/// One part of a plot with axes of its own.
public struct Panel: Sendable, Equatable {
  /// What a panel shows.
  public enum Content: Sendable, Equatable {
    /// Curves, bands, points and histograms over common axes, drawn in this order.
    case marks([Mark])
    case bars(Bars)
    case heatMap(HeatMap)
    case images(ImageGrid)
  }

  /// Written above the panel; empty for none.
  public var title: String
  public var x: Axis
  public var y: Axis
  public var content: Content

  public init(
    _ title: String = "", x: Axis = Axis(), y: Axis = Axis(), content: Content
  ) {
    self.title = title
    self.x = x
    self.y = y
    self.content = content
  }

  /// A panel of curves.
  public init(_ title: String = "", x: Axis = Axis(), y: Axis = Axis(), curves: [Curve]) {
    self.init(title, x: x, y: y, content: .marks(curves.map(Mark.curve)))
  }

  /// A panel of curves, bands, points and histograms.
  public init(_ title: String = "", x: Axis = Axis(), y: Axis = Axis(), marks: [Mark]) {
    self.init(title, x: x, y: y, content: .marks(marks))
  }

  /// A panel of horizontal bars; `y` is the axis of the values.
  public init(_ title: String = "", y: Axis = Axis(), bars: Bars) {
    self.init(title, y: y, content: .bars(bars))
  }

  /// A panel of coloured cells; the axes name columns and rows.
  public init(_ title: String = "", x: Axis = Axis(), y: Axis = Axis(), heatMap: HeatMap) {
    self.init(title, x: x, y: y, content: .heatMap(heatMap))
  }

  /// A panel of pictures.
  public init(_ title: String = "", images: ImageGrid) {
    self.init(title, content: .images(images))
  }

  var seriesNames: [String] {
    switch content {
    case .marks(let marks): marks.map(\.name)
    case .bars(let bars): bars.groups.count > 1 ? bars.groups.map(\.name) : []
    case .heatMap, .images: []
    }
  }
}

/// One axis: what it measures and how.
public struct Axis: Sendable, Equatable {
  public var label: String
  /// Written behind the label in parentheses: "ms".
  public var unit: String
  /// Each decade takes the same space; values of zero or below are left out.
  public var isLog: Bool
  /// The ends of the axis; nil: the data decide.
  public var range: ClosedRange<Double>?

  public init(
    _ label: String = "", unit: String = "", isLog: Bool = false,
    range: ClosedRange<Double>? = nil
  ) {
    self.label = label
    self.unit = unit
    self.isLog = isLog
    self.range = range
  }

  var text: String { unit.isEmpty ? label : label.isEmpty ? unit : "\(label) (\(unit))" }
}
