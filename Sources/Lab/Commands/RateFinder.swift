import Catalog
import Plots
import Training

enum RateFinder {
  static let declaration: Declaration = .command(
    "lr_find", "Tries learning rates from small to large, draws the loss, and suggests one.",
    details: """
      A training of `steps` steps whose rate grows exponentially (Smith 2017, \
      https://arxiv.org/abs/1506.01186); it stops where the smoothed loss is four times the best. \
      Afterwards the run is as it was, to the bit. `valley` is the middle of the longest slope, \
      `steep` where the loss falls fastest, `minimum` a tenth of the rate of the smallest loss. \
      Use one: `run.optimizer.lr = f.valley`.
      """,
    Argument("run", "The run; the current one where none is named.", default: Subject<Run>()),
    Argument("start", "The first rate.", default: 1e-7) { $0 > 0 ? nil : "must be positive" },
    Argument("end", "The last rate.", default: 10.0) {
      $0 > 0 && $0 <= 1e6 ? nil : "must be in 0 ... 1000000"
    },
    Argument("steps", "Steps that are tried.", default: 100) {
      (10...100_000).contains($0) ? nil : "must be in 10..100000"
    },
    examples: ["lr_find steps=20", "f = lr_find(steps=20); f.valley"],
    keywords: ["learning rate", "finder", "range test", "suggestion"]
  ) { session, subject, start, end, steps in
    let run = try session.run(subject)
    guard start < end else {
      throw Failure(.value, "lr_find: 'start' must be below 'end'", site: .named("start"))
    }
    let view = EvaluationView(session)
    defer { view.close() }
    let sweep = try run.sweepRates(
      from: start, to: end, steps: steps, check: session.check,
      progress: { view.follow(done: $0, of: steps) })
    let report = RateReport(sweep: sweep)
    session.show(report.plot)
    return report
  }
}

/// A sweep of learning rates with its suggestions: the language's value of kind "rates".
struct RateReport: Object, Answer {
  static let kind = "rates"
  let sweep: RateSweep

  var line: String {
    let texts = suggestions.map { name, value in
      "\(name) \(value.map { NumberFormat.significant(3).text($0) } ?? "–")"
    }
    return "learning rates: " + texts.joined(separator: ", ")
  }

  func display(_ style: Style) -> Display { table.display(style) }

  var memberNames: [String] { ["valley", "steep", "minimum", "rates", "losses", "table", "plot"] }

  func member(_ name: String) -> Value? {
    switch name {
    case "rates": return sweep.rates.value
    case "losses": return sweep.losses.value
    case "table": return .object(table)
    case "plot": return .object(plot)
    default:
      guard let found = suggestions.first(where: { $0.name == name }) else { return nil }
      return found.value.map { .number(decimal($0)) } ?? Value.none
    }
  }

  /// Three digits of a rate are more than it is worth.
  private func decimal(_ rate: Double) -> Double {
    Double(NumberFormat.significant(3).text(rate)) ?? rate
  }

  private var suggestions: [(name: String, value: Double?)] {
    [("valley", sweep.valley), ("steep", sweep.steep), ("minimum", sweep.minimum)]
  }

  var plot: Plot {
    let marks = suggestions.compactMap { name, value -> Mark? in
      guard let value else { return nil }
      let place = sweep.rates.lastIndex { $0 <= value * 1.0001 } ?? 0
      return .points(Points(name, x: [value], y: [sweep.smoothed[place]]))
    }
    // Where the loss runs away it would press all else flat.
    let limit = 2 * (sweep.smoothed.prefix(sweep.smoothed.count / 2).max() ?? .infinity)
    let shown = 0...(sweep.smoothed.lastIndex { $0 <= limit } ?? 0)
    return Plot(
      panel: Panel(
        x: Axis("learning rate", isLog: true), y: Axis("smoothed loss"),
        marks: [
          .curve(Curve("loss", x: Array(sweep.rates[shown]), y: Array(sweep.smoothed[shown])))
        ] + marks))
  }

  private var table: Table {
    let meanings = [
      "valley": "the middle of the longest slope", "steep": "where the loss falls fastest",
      "minimum": "a tenth of the rate of the smallest loss",
    ]
    return Table(
      columns: [
        .init("suggestion"), .init("value", format: .significant(3)), .init("what it is"),
      ],
      rows: suggestions.map { name, value in
        [.text(name), value.map { .number($0) } ?? .missing, .text(meanings[name] ?? "")]
      },
      notes: [
        "\(sweep.rates.count) steps, up to \(NumberFormat.significant(3).text(sweep.rates.last ?? 0))"
          + (sweep.diverged ? ", where the loss ran away" : "") + "; the run is as it was"
      ])
  }
}
