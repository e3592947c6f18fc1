import Catalog
import Language
import Plots
import Records
import Training

enum Plotting {
  static let declaration: Declaration = .command(
    "plot", "Draws series, runs or lists over their steps: the current run where none is named.",
    details: """
      `plot run` draws loss and shares of a run, `plot a, b` the losses of two, `y=` other figures \
      of them. `smooth` is the weight of the past in an exponential mean with bias correction; the \
      raw values are drawn faintly behind it. `bands=true` draws each list as its mean with one \
      deviation around it: `plot([a, b, c], [d, e, f], y="test_accuracy", bands=true, \
      labels=["kd", "dkd"])`. `each=true` gives every figure a panel of its own. A plot is a value: `p = plot \
      run.loss; save p, "loss.svg"`, or `.png`.
      """,
    Argument("what", "Series, runs, lists of numbers, or lists of these.")
      as Argument<Rest<Plottable>>,
    Argument("smooth", "Weight of the past in the smoothed line.", default: 0.0) {
      $0 >= 0 && $0 < 1 ? nil : "must be in 0 ..< 1"
    },
    Argument(
      "log", "Which axes are logarithmic: true for the vertical one.", default: LogAxes()),
    Argument("title", "A line above the plot.", default: ""),
    Argument(
      "bands", "Each list as its mean, with an area of one deviation or of the range.",
      default: Bands.none),
    Argument("each", "Whether every figure has a panel of its own.", default: false),
    Argument("y", "Figures to draw of runs: \"test_accuracy\".", default: FigureNames()),
    Argument("x", "What stands on the horizontal axis.", default: Abscissa.steps),
    Argument("labels", "Names in the legend, in order.", default: [String]()),
    Argument("xlabel", "Name and unit of the horizontal axis.", default: String?.none),
    Argument("ylabel", "Name and unit of the vertical axis.", default: String?.none),
    examples: [
      "plot run.loss", "step 3; plot run.loss, run.kd, smooth=0.9", "plot([1, 4, 9], log=true)",
      "step 2; plot run, each=true", "plot([[1, 2, 4], [1, 3, 5]], bands=true, ylabel=\"loss\")",
    ],
    keywords: ["curve", "graph", "chart", "draw", "seeds", "small multiples", "logarithmic"]
  ) {
    session, items, smooth, log, title, bands, each, y, x, labels, xLabel, yLabel in
    let options = PlotOptions(
      smooth: smooth, log: log, bands: bands, isEach: each, figures: y.items, x: x, title: title,
      xLabel: xLabel, yLabel: yLabel, labels: labels)
    return try session.plot(items.items, options)
  }
}

extension Session {
  /// The plot of the arguments; of the current run where there are none.
  func plot(_ items: [Plottable], _ options: PlotOptions) throws -> Plot {
    if items.count <= 1, let plot = try whole(items.first, options) { return plot }
    let items = items.isEmpty ? [.figures(try run(Subject()))] : items
    let isOnly = items.count == 1
    let sets = try items.enumerated().map { index, item in
      try lines(item, place: "\(index + 1)", isOnly: isOnly, options)
    }
    return try LineChart(sets, options).plot()
  }

  /// What has a drawing of its own: a run as it is usually seen, a sweep, a plot with another title.
  private func whole(_ item: Plottable?, _ options: PlotOptions) throws -> Plot? {
    let source: any FigureSource
    switch item {
    case nil: source = try run(Subject())
    case .figures(let own)?: source = own
    case .drawn(let own)?: return try own.plot(options)
    case .plot(var plot)?:
      if !options.title.isEmpty { plot.title = options.title }
      return plot
    default: return nil
    }
    guard source.figures.series.contains(where: { !$0.values.isEmpty }) else {
      throw Failure(.state, "the run has no steps to plot", advice: "step or fit first")
    }
    guard !options.isEach, options.figures.isEmpty, options.labels.isEmpty,
      options.log == LogAxes(), case .steps = options.x
    else { return nil }
    var plot = source.figures.curves(terms: source.termNames, smooth: options.smooth)
    plot.title = options.title
    for index in plot.panels.indices {
      if let label = options.xLabel { plot.panels[index].x = Axis(label) }
      if let label = options.yLabel { plot.panels[index].y = Axis(label) }
    }
    return plot
  }

  private func lines(
    _ item: Plottable, place: String, isOnly: Bool, _ options: PlotOptions
  ) throws -> [ChartLine] {
    switch item {
    case .series(let series):
      let owner = owner(of: series)
      return [
        ChartLine(
          owner: owner?.name ?? place, series: series, stepsPerEpoch: owner?.run.stepsPerEpoch,
          batch: owner?.run.batch)
      ]
    case .figures(let source):
      return try figures(of: source, isOnly: isOnly, options).map { series in
        ChartLine(
          owner: name(of: source), series: series, stepsPerEpoch: source.stepsPerEpoch,
          batch: source.batch)
      }
    case .numbers(let numbers):
      let steps = Array(1...max(1, numbers.count)).prefix(numbers.count)
      let series = Series(name: ChartLine.listName, steps: Array(steps), values: numbers)
      return [ChartLine(owner: place, series: series)]
    case .group(let items):
      return try items.enumerated().flatMap { index, item in
        try lines(item, place: "\(place).\(index + 1)", isOnly: false, options)
      }
    case .drawn(let source):
      throw Failure(.argument, "plot draws a \(type(of: source).kind) by itself only")
    case .plot: throw Failure(.argument, "plot draws a plot by itself only")
    }
  }

  private func figures(
    of source: any FigureSource, isOnly: Bool, _ options: PlotOptions
  ) throws -> [Series] {
    let log = source.figures
    guard options.figures.isEmpty else {
      return try options.figures.map { name in
        if let series = log[name] { return series }
        let near = nearest(to: name, among: log.series.map(\.name))
        throw Failure(
          .name, "\(self.name(of: source)) has no figure '\(name)'",
          advice: near.map { "did you mean '\($0)'?" }
            ?? (log.series.isEmpty
              ? "step or fit first"
              : "one of " + log.series.map(\.name).joined(separator: ", ")))
      }
    }
    if options.isEach { return log.series }
    if isOnly, options.bands == .none {
      return (["loss"] + source.termNames).compactMap { log[$0] }
    }
    return [log["loss"]].compactMap { $0 }
  }

  /// What legends call a source of figures.
  func name(of source: any FigureSource) -> String {
    if let run = source as? Run { return name(of: run) }
    for (name, value) in evaluator.variables {
      if case .object(let object) = value, object.isEqual(to: source) { return name }
    }
    if let run = source as? RecordedRun { return "run \(run.stored.number)" }
    return source.line
  }

  /// The run in a variable that a series comes from.
  private func owner(of series: Series) -> (name: String, run: Run)? {
    for (name, value) in evaluator.variables {
      if case .object(let run as Run) = value, run.log[series.name] == series { return (name, run) }
    }
    return nil
  }
}
