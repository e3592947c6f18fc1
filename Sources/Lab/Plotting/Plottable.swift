import Catalog
import Losses
import Models
import Plots
import Records
import Training

/// Something with figures over steps: a run that lives, or one on record.
protocol FigureSource: Object {
  var figures: Log { get }
  /// The terms of its goal, whose curves belong beside the loss.
  var termNames: [String] { get }
  /// Everything it is set to, as it would be typed.
  var settingTexts: [NewRun.Setting] { get }
  var steps: Int { get }
  var studentName: String { get }
  var goalText: String { get }
  var stepsPerEpoch: Int { get }
  var batch: Int { get }
}

extension Run: FigureSource {
  var figures: Log { log }
  var termNames: [String] { goal.terms.map(\.name) }
  var settingTexts: [NewRun.Setting] { facts(name: "").settings }
  var studentName: String { student.name }
  var goalText: String { goal.script }
}

/// A value that has a drawing of its own: a sweep, a table of an experiment.
protocol PlotSource: Object {
  func plot(_ options: PlotOptions) throws -> Plot
}

/// What `plot` can draw.
enum Plottable: ArgumentType {
  case series(Series)
  case figures(any FigureSource)
  case numbers([Double])
  case drawn(any PlotSource)
  case plot(Plot)
  /// Several that belong together: the same experiment from several seeds.
  case group([Plottable])

  static var expected: String { "a series, a run, a list of numbers, or a list of these" }
  static var valueKind: String? { "series" }

  static func read(_ value: Value) throws -> Plottable {
    switch value {
    case .object(let series as Series): return .series(series)
    case .object(let source as any FigureSource): return .figures(source)
    case .object(let source as any PlotSource): return .drawn(source)
    case .object(let plot as Plot): return .plot(plot)
    case .range: return .numbers(try [Double].read(value))
    case .list(let items):
      if items.allSatisfy({ if case .number = $0 { true } else { false } }) {
        return .numbers(try [Double].read(value))
      }
      return .group(try items.map(Plottable.read))
    default: throw Mismatch()
    }
  }
}

/// Which axes of a plot are logarithmic: the language's `log=`.
struct LogAxes: ArgumentType, Equatable {
  var x = false
  var y = false

  static let expected = "true or false, \"x\", \"y\" or \"xy\""
  static let choices = ["true", "false", "\"x\"", "\"y\"", "\"xy\""]

  static func read(_ value: Value) throws -> LogAxes {
    switch value {
    case .bool(let flag): return LogAxes(y: flag)
    case .none: return LogAxes()
    case .string("x"): return LogAxes(x: true)
    case .string("y"): return LogAxes(y: true)
    case .string("xy"), .string("yx"): return LogAxes(x: true, y: true)
    default: throw Mismatch()
    }
  }

  var literal: String {
    x ? (y ? "\"xy\"" : "\"x\"") : (y ? "true" : "false")
  }
}

/// What the area around a mean of several runs shows: the language's `bands=`.
enum Bands: ArgumentType, Equatable {
  case none, deviation, range

  static let expected = "true (mean ± deviation), \"range\" (mean, least to greatest) or false"
  static let choices = ["true", "false", "\"deviation\"", "\"range\""]

  static func read(_ value: Value) throws -> Bands {
    switch value {
    case .bool(true), .string("deviation"): return .deviation
    case .bool(false), .none: return .none
    case .string("range"): return .range
    default: throw Mismatch()
    }
  }

  var literal: String {
    switch self {
    case .none: "false"
    case .deviation: "true"
    case .range: "\"range\""
    }
  }
}

/// What stands on the horizontal axis: the language's `x=`.
enum Abscissa: ArgumentType {
  case steps, epochs, samples
  case numbers([Double])
  case series(Series)

  static let expected = "\"step\", \"epoch\", \"samples\", a list of numbers or a series"
  static let choices = ["\"step\"", "\"epoch\"", "\"samples\""]

  static func read(_ value: Value) throws -> Abscissa {
    switch value {
    case .string("step"), .string("steps"), .none: return .steps
    case .string("epoch"), .string("epochs"): return .epochs
    case .string("samples"): return .samples
    case .object(let series as Series): return .series(series)
    case .list, .range: return .numbers(try [Double].read(value))
    default: throw Mismatch()
    }
  }

  var literal: String {
    switch self {
    case .steps: "\"step\""
    case .epochs: "\"epoch\""
    case .samples: "\"samples\""
    case .numbers(let numbers): numbers.literal
    case .series(let series): series.line
    }
  }
}

/// How a plot is to look, as `plot` was told.
struct PlotOptions {
  var smooth = 0.0
  var log = LogAxes()
  var bands = Bands.none
  /// Whether every figure has a panel of its own.
  var isEach = false
  /// Figures to draw of runs; empty: the usual ones.
  var figures: [String] = []
  var x = Abscissa.steps
  var title = ""
  var xLabel: String?
  var yLabel: String?
  /// Names in the legend, in the order of what is drawn.
  var labels: [String] = []
}
