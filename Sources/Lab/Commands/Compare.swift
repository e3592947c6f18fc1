import Catalog
import Losses
import Models
import Plots
import Records
import Training

enum Compare {
  static let declaration: Declaration = .command(
    "compare", "Sets runs side by side: curves, last figures, and what they were set to otherwise.",
    details: """
      Runs on record are named by their numbers: `compare run, 12`. The settings shown are those in \
      which the runs differ.
      """,
    Argument("runs", "Runs, or numbers of runs on record.") as Argument<Rest<RunReference>>,
    Argument("smooth", "Weight of the past in the smoothed curves.", default: 0.9) {
      $0 >= 0 && $0 < 1 ? nil : "must be in 0 ..< 1"
    },
    examples: ["compare run, control(run)", "step; compare 1, run"],
    keywords: ["table", "difference", "control", "overlay", "side by side"]
  ) { session, rest, smooth in
    let runs = try rest.items.map(session.source)
    guard !runs.isEmpty else {
      throw Failure(.argument, "compare needs runs", advice: "compare run, control(run)")
    }
    let names = Compare.distinct(runs.map(session.name(of:)))
    let logs = runs.map(\.figures)
    let isSegmentation = logs.contains { $0["test_miou"] != nil }
    let watched = isSegmentation ? "test_miou" : "test_accuracy"
    let tested = logs.compactMap { $0[watched] }.filter { $0.values.count > 1 }
    let shown = tested.count == runs.count ? tested : logs.compactMap { $0["loss"] }
    var curves: Plot?
    if shown.count == runs.count, shown.contains(where: { !$0.values.isEmpty }) {
      let sets = zip(names, shown).map { [ChartLine(owner: $0, series: $1)] }
      curves = try LineChart(sets, PlotOptions(smooth: smooth, labels: names)).plot()
    }
    if let curves { session.show(curves) }
    var differences = Compare.differences(names, runs)
    var figures = comparison(names, runs, logs)
    (differences.plot, figures.plot) = (curves, curves)
    guard differences.rows.isEmpty else {
      session.show(figures)
      return differences
    }
    return figures
  }

  /// Names that differ: runs of one name get their places.
  private static func distinct(_ names: [String]) -> [String] {
    names.enumerated().map { index, name in
      names.filter { $0 == name }.count > 1 ? "\(name) (\(index + 1))" : name
    }
  }

  /// The settings that are not the same in all runs, one line a setting.
  private static func differences(_ names: [String], _ runs: [any FigureSource]) -> Table {
    let tables = runs.map { run in
      Dictionary(run.settingTexts.map { ($0.name, $0.text) }) { $1 }
    }
    let all = runs.first?.settingTexts.map(\.name) ?? []
    let rows = all.compactMap { name -> [Table.Cell]? in
      let texts = tables.map { $0[name] ?? "" }
      guard Set(texts).count > 1 else { return nil }
      return [.text(name)] + texts.map { .text($0) }
    }
    return Table(
      "different settings",
      columns: [.init("setting", isKept: true)] + names.map { .init($0) }, rows: rows)
  }
}

private func comparison(
  _ names: [String], _ runs: [any FigureSource], _ logs: [Log]
) -> Table {
  func last(_ log: Log, _ name: String) -> Table.Cell {
    log[name]?.last.map { .number($0) } ?? .missing
  }
  var table = Table(
    columns: [
      .init("run", isKept: true), .init("student"), .init("goal"), .init("steps"),
      .init("loss"), .init("accuracy", format: .percent(2)),
      .init("test", format: .percent(2)), .init("agreement", format: .percent(2)),
    ],
    rows: zip(names, zip(runs, logs)).map { name, pair in
      let (run, log) = pair
      return [
        .text(name), .text(run.studentName), .text(run.goalText), .number(Double(run.steps)),
        log.mean("loss", ofLast: run.stepsPerEpoch).map { .number($0) } ?? .missing,
        log.mean("accuracy", ofLast: run.stepsPerEpoch).map { .number($0) } ?? .missing,
        last(log, "test_accuracy"), last(log, "test_agreement"),
      ]
    },
    notes: ["loss and accuracy: means over the last epoch's steps"])
  if logs.contains(where: { $0["test_miou"] != nil }) {
    let figures = logs.map { last($0, "test_miou") }
    table = table.inserting(.init("mIoU", format: .percent(2)), figures, before: "agreement")
  }
  return table
}

extension Log {
  /// The mean of a figure over the last steps.
  func mean(_ name: String, ofLast count: Int) -> Double? {
    guard let values = self[name]?.values.suffix(count), !values.isEmpty else { return nil }
    return values.reduce(0, +) / Double(values.count)
  }
}
