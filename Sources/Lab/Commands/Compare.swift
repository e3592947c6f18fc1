import Catalog
import Losses
import Models
import Plots
import Training

enum Compare {
  static let declaration: Declaration = .command(
    "compare", "Sets runs side by side: settings, last figures, and their curves.",
    Argument("runs", "The runs to compare.") as Argument<Rest<Run>>,
    Argument("smooth", "Weight of the past in the smoothed curves.", default: 0.9) {
      $0 >= 0 && $0 < 1 ? nil : "must be in 0 ..< 1"
    },
    examples: ["compare run, control(run)"], keywords: ["table", "difference", "control"]
  ) { session, rest, smooth in
    let runs = rest.items
    guard !runs.isEmpty else {
      throw Failure(.argument, "compare needs runs", advice: "compare run, control(run)")
    }
    let names = runs.map(session.name(of:))
    let isSegmentation = runs.contains { $0.log["test_miou"] != nil }
    let watched = isSegmentation ? "test_miou" : "test_accuracy"
    let series = zip(names, runs).compactMap { name, run in
      run.log[watched].map { ($0.values.count > 1 ? name : "", $0) }
    }.filter { !$0.0.isEmpty }
    if series.count == runs.count {
      session.show(
        Plot(
          panel: Panel(
            x: Axis("step"), y: Axis(isSegmentation ? "test mIoU" : "test accuracy"),
            curves: series.map { $0.1.curve(named: $0.0, smooth: 0) })))
    } else {
      let losses = zip(names, runs).compactMap { name, run in run.log["loss"].map { (name, $0) } }
      if !losses.isEmpty {
        let sets = losses.map { [ChartLine(owner: $0.0, series: $0.1)] }
        session.show(
          try LineChart(sets, PlotOptions(smooth: smooth, labels: losses.map(\.0))).plot())
      }
    }
    return comparison(names, runs)
  }
}

private func comparison(_ names: [String], _ runs: [Run]) -> Table {
  func last(_ run: Run, _ name: String) -> Table.Cell {
    run.log[name]?.last.map { .number($0) } ?? .missing
  }
  var table = Table(
    columns: [
      .init("run"), .init("student"), .init("goal"), .init("steps"),
      .init("loss"), .init("accuracy", format: .percent(2)),
      .init("test", format: .percent(2)), .init("agreement", format: .percent(2)),
    ],
    rows: zip(names, runs).map { name, run in
      [
        .text(name), .text(run.student.name), .text(run.goal.script),
        .number(Double(run.steps)),
        run.meanLoss(ofLast: run.stepsPerEpoch).map { .number($0) } ?? .missing,
        run.mean("accuracy", ofLast: run.stepsPerEpoch).map { .number($0) } ?? .missing,
        last(run, "test_accuracy"), last(run, "test_agreement"),
      ]
    },
    notes: ["loss and accuracy: means over the last epoch's steps"])
  if runs.contains(where: { $0.log["test_miou"] != nil }) {
    let figures = runs.map { last($0, "test_miou") }
    table = table.inserting(.init("mIoU", format: .percent(2)), figures, before: "agreement")
  }
  return table
}

extension Run {
  /// The mean of a figure over the last steps.
  func mean(_ name: String, ofLast count: Int) -> Double? {
    guard let values = log[name]?.values.suffix(count), !values.isEmpty else { return nil }
    return values.reduce(0, +) / Double(values.count)
  }
}
