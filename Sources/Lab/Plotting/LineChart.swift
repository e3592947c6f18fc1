import Catalog
import Language
import Plots
import Training

/// One line to be drawn, or one of several that a mean is taken of.
struct ChartLine {
  /// Whose it is: a run's name, or its place among the arguments.
  var owner: String
  var series: Series
  /// Steps of an epoch and samples of a step, where they are known.
  var stepsPerEpoch: Int?
  var batch: Int?
}

/// Lines over common axes: what `plot` makes of series, runs and lists.
struct LineChart {
  /// Lines that belong together; one alone unless a mean is drawn.
  private struct Group {
    var label: String
    var figure: String
    var lines: [ChartLine]
  }

  let options: PlotOptions
  private let groups: [Group]

  /// - Parameter sets: For each argument of `plot` its lines.
  init(_ sets: [[ChartLine]], _ options: PlotOptions) {
    self.options = options
    var groups: [Group] = []
    for lines in sets {
      if options.bands == .none {
        groups += lines.map { Group(label: "", figure: $0.series.name, lines: [$0]) }
        continue
      }
      for figure in LineChart.distinct(lines.map(\.series.name)) {
        let own = lines.filter { $0.series.name == figure }
        groups.append(Group(label: "", figure: figure, lines: own))
      }
    }
    self.groups = LineChart.labelled(groups, options.labels)
  }

  /// Names that tell the groups apart: those of one figure carry their owner's.
  private static func labelled(_ groups: [Group], _ labels: [String]) -> [Group] {
    let figures = distinct(groups.map(\.figure))
    // With names given, they are the owners': in every figure the same.
    let counts = Dictionary(grouping: groups, by: \.figure).mapValues(\.count)
    let isByOwner = figures.count > 1 && counts.values.allSatisfy { $0 == labels.count }
    var places: [String: Int] = [:]
    return groups.enumerated().map { index, group in
      var group = group
      let place = places[group.figure, default: 0]
      places[group.figure] = place + 1
      if isByOwner {
        group.label = "\(group.figure), \(labels[place])"
      } else if index < labels.count {
        group.label = labels[index]
      } else if counts[group.figure, default: 0] > 1 {
        let owner =
          group.lines.count == 1
          ? group.lines[0].owner : group.lines.map(\.owner).joined(separator: ", ")
        group.label = figures.count > 1 ? "\(group.figure), \(owner)" : owner
      } else {
        group.label = group.figure
      }
      return group
    }
  }

  private static func distinct(_ names: [String]) -> [String] {
    var seen: Set<String> = []
    return names.filter { seen.insert($0).inserted }
  }

  func plot() throws -> Plot {
    guard groups.contains(where: { $0.lines.contains { !$0.series.values.isEmpty } }) else {
      throw Failure(.state, "there is nothing to plot yet", advice: "step or fit first")
    }
    let figures = LineChart.distinct(groups.map(\.figure))
    guard options.isEach else {
      return Plot(options.title, panels: [try panel(groups, title: "")])
    }
    if figures.count > 1 {
      return Plot(
        options.title,
        panels: try figures.map { figure in
          var own = groups.filter { $0.figure == figure }
          // A panel's title says the figure, so the legend names the owners alone.
          for index in own.indices where own[index].label.hasPrefix(figure + ", ") {
            own[index].label.removeFirst(figure.count + 2)
          }
          return try panel(own, title: figure)
        })
    }
    // One figure of several owners: a panel each, on common axes so that they can be compared.
    let range = try commonRange()
    return Plot(
      options.title,
      panels: try groups.map { group in
        var panel = try panel([group], title: group.label)
        if panel.y.range == nil { panel.y.range = range }
        return panel
      })
  }

  private func panel(_ groups: [Group], title: String) throws -> Panel {
    let axes = LineChart.distinct(groups.map { axis(of: $0.figure).label })
    let areShares = axes.allSatisfy { $0.contains("(share") }
    var y =
      axes.count == 1 ? axis(of: groups[0].figure) : Axis(areShares ? "share" : "value")
    if groups.allSatisfy({ $0.figure == ChartLine.listName }) { y = Axis("value") }
    if let label = options.yLabel { y = Axis(label) }
    y.isLog = options.log.y
    var x = options.xLabel.map { Axis($0) } ?? xAxis
    x.isLog = options.log.x
    return Panel(title, x: x, y: y, marks: try groups.flatMap(marks))
  }

  private var xAxis: Axis {
    switch options.x {
    case .steps:
      Axis(groups.allSatisfy { $0.figure == ChartLine.listName } ? "place" : "step")
    case .epochs: Axis("epoch")
    case .samples: Axis("samples seen")
    case .numbers: Axis("x")
    case .series(let series): axis(of: series.name)
    }
  }

  private func marks(_ group: Group) throws -> [Mark] {
    let lines = try group.lines.map { (x: try places($0), y: $0.series.values) }
    // A schedule is no noise, and figures that are measured once an epoch are few.
    let isExact = group.figure == "lr" || group.figure.hasPrefix("test")
    let smooth = isExact ? 0 : options.smooth
    if options.bands == .none || lines.count < 2 {
      return lines.map { line in
        .curve(
          Curve(group.label, x: line.x, y: line.y, smooth: line.y.count > 2 ? smooth : 0))
      }
    }
    let spread = Spread(lines.map { ($0.x, smooth > 0 ? smoothed($0.y, by: smooth) : $0.y) })
    let (lower, upper) =
      options.bands == .range ? (spread.least, spread.greatest) : (spread.lower, spread.upper)
    return [
      .band(Band(group.label, x: spread.x, lower: lower, upper: upper)),
      .curve(Curve(group.label, x: spread.x, y: spread.mean)),
    ]
  }

  /// Where a line's values stand on the horizontal axis.
  private func places(_ line: ChartLine) throws -> [Double] {
    let series = line.series
    switch options.x {
    case .steps: return series.steps.map(Double.init)
    case .epochs, .samples:
      guard let perEpoch = line.stepsPerEpoch, let batch = line.batch else {
        throw Failure(
          .argument, "the epochs of '\(series.name)' are not known",
          advice: "plot the run itself: plot run, y=\"\(series.name)\", x=\"epoch\"")
      }
      if case .epochs = options.x { return series.steps.map { Double($0) / Double(perEpoch) } }
      return series.steps.map { Double($0) * Double(batch) }
    case .numbers(let numbers):
      guard numbers.count == series.values.count else {
        throw Failure(
          .argument,
          "x has \(numbers.count) numbers, '\(series.name)' \(series.values.count)")
      }
      return numbers
    case .series(let other):
      let known = Dictionary(zip(other.steps, other.values)) { $1 }
      return series.steps.map { known[$0] ?? .nan }
    }
  }

  private func commonRange() throws -> ClosedRange<Double>? {
    let values = try groups.flatMap(marks).flatMap { mark -> [Double] in
      switch mark {
      case .curve(let curve): curve.y
      case .band(let band): band.lower + band.upper
      default: []
      }
    }.filter { $0.isFinite && (!options.log.y || $0 > 0) }
    guard let low = values.min(), let high = values.max(), low < high else { return nil }
    if options.log.y { return low...high }
    let margin = (high - low) * 0.04
    return low - margin...high + margin
  }
}

extension ChartLine {
  /// What a list of numbers is called among series.
  static let listName = "list"
}

/// Mean and spread of several lines at the places that they have in common.
struct Spread {
  var x: [Double] = []
  var mean: [Double] = []
  /// One sample deviation below and above the mean; the mean itself of a single value.
  var lower: [Double] = []
  var upper: [Double] = []
  var least: [Double] = []
  var greatest: [Double] = []

  /// Where lines share no place, each is read between its own by straight lines.
  init(_ lines: [(x: [Double], y: [Double])]) {
    guard let first = lines.first else { return }
    let tables = lines.map { Dictionary(zip($0.x, $0.y)) { $1 } }
    var places = first.x.filter { place in tables.allSatisfy { $0[place] != nil } }
    let isShared = !places.isEmpty
    if !isShared {
      let start = lines.compactMap { $0.x.first }.max() ?? 0
      let end = lines.compactMap { $0.x.last }.min() ?? 0
      places = first.x.filter { $0 >= start && $0 <= end }
    }
    for place in places {
      let values =
        (isShared
        ? tables.compactMap { $0[place] } : lines.compactMap { Spread.value($0, at: place) })
        .filter(\.isFinite)
      guard !values.isEmpty else { continue }
      let count = Double(values.count)
      let mean = values.reduce(0, +) / count
      let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      let deviation = values.count > 1 ? (squares / (count - 1)).squareRoot() : 0
      x.append(place)
      self.mean.append(mean)
      lower.append(mean - deviation)
      upper.append(mean + deviation)
      least.append(values.min() ?? mean)
      greatest.append(values.max() ?? mean)
    }
  }

  /// A line's value between two of its points.
  private static func value(_ line: (x: [Double], y: [Double]), at place: Double) -> Double? {
    guard let after = line.x.firstIndex(where: { $0 >= place }) else { return nil }
    if line.x[after] == place || after == 0 { return line.y[after] }
    let share = (place - line.x[after - 1]) / (line.x[after] - line.x[after - 1])
    return line.y[after - 1] + (line.y[after] - line.y[after - 1]) * share
  }
}
