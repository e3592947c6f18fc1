import Catalog
import Datasets
import Plots
import Training

enum Gains {
  static let declaration: Declaration = .command(
    "gains", "Intersection over union of each class for several models, and what each gains.",
    details: """
      The first is what the others are held against: a control, trained as long without the \
      teacher. A list of runs or models of one plan under other seeds stands for their mean and \
      deviation; where two lists are of one length, gains are taken pair by pair. Gains are points \
      of percent. Classes neither in the masks nor predicted are left out of the means.
      """,
    Argument("models", "Models, runs or lists of them.") as Argument<Rest<ModelGroup>>,
    Argument(
      "on", "A data set (its test part) or a split; none: that of the first run.",
      default: DataPart?.none),
    Argument("names", "What the columns are called; none: variables' names.", default: [String]()),
    examples: [
      "d = scenes(digits=2, size=16, train=4, test=4); m = pspnet_resnet8(classes=3); "
        + "gains m, m.clone(seed=1), on=d"
    ],
    keywords: ["IoU", "mIoU", "segmentation", "per class", "control", "seeds", "ablation"]
  ) { session, rest, part, names in
    let groups = rest.items
    guard let first = groups.first else {
      throw Failure(.argument, "gains needs models or runs", advice: "gains control, run")
    }
    guard let part = part ?? first.data else {
      throw Failure(.argument, "gains needs to know on what", advice: "on=data.test")
    }
    try part.split.require(.segmentation, for: "gains")
    let view = EvaluationView(session)
    defer { view.close() }
    var columns: [GainColumn] = []
    for (index, group) in groups.enumerated() {
      let matrices = try group.members.map { member in
        try Training.evaluate(
          member.model, on: part.split, of: part.data, check: session.check
        ) { view.follow(done: $0, of: part.split.count) }.segmentation?.matrix
      }
      columns.append(
        GainColumn(
          name: index < names.count ? names[index] : group.name(in: session),
          matrices: matrices.compactMap { $0 }))
    }
    return gainTable(columns, part.split)
  }
}

/// What one column of the table is made of.
private struct GainColumn {
  var name: String
  /// One for each model of the group.
  var matrices: [ConfusionMatrix]

  func ious(_ label: Int) -> [Double] { matrices.compactMap { $0.iou(label) } }
  var means: [Double] { matrices.map(\.meanIoU) }
}

private func gainTable(_ columns: [GainColumn], _ split: Split) -> Table {
  let base = columns[0]
  let shared = base.matrices.first
  let total = Double(max(1, shared?.total ?? 1))
  func cells(_ figures: [[Double]]) -> [Table.Cell] {
    figures.enumerated().flatMap { index, values in
      index == 0 ? [spread(values)] : [spread(values), gain(of: values, over: figures[0])]
    }
  }
  let rows = (0..<split.classes).map { label in
    [
      .text(split.className(label)),
      shared.map { .number(Double($0.truth(label)) / total) } ?? .missing,
    ] + cells(columns.map { $0.ious(label) })
  }
  var notes = ["gain: points of percent over \(base.name)"]
  let seeds = columns.map(\.matrices.count).max() ?? 1
  if seeds > 1 { notes.append("± deviation over \(seeds) models") }
  return Table(
    "intersection over union on \(split.name)",
    columns: [.init("class"), .init("pixels", format: .percent(1))]
      + columns.enumerated().flatMap { index, column in
        [Table.Column(column.name, format: .percent(1))]
          + (index == 0 ? [] : [Table.Column("gain", format: .fixed(1))])
      },
    rows: rows, footer: [.text("mean"), .missing] + cells(columns.map(\.means)), notes: notes)
}

/// A number, or a mean with its deviation (n − 1).
func spread(_ values: [Double]) -> Table.Cell {
  guard let first = values.first else { return .missing }
  guard values.count > 1 else { return .number(first) }
  let mean = values.reduce(0, +) / Double(values.count)
  let square = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
  return .spread(mean: mean, deviation: (square / Double(values.count - 1)).squareRoot())
}

private func gain(of values: [Double], over base: [Double]) -> Table.Cell {
  guard !values.isEmpty, !base.isEmpty else { return .missing }
  if values.count == base.count { return spread(zip(values, base).map { 100 * ($0 - $1) }) }
  let mean = { (numbers: [Double]) in numbers.reduce(0, +) / Double(numbers.count) }
  return .number(100 * (mean(values) - mean(base)))
}
