import Catalog
import Datasets
import Models
import Plots
import Training

enum ConfusionMap {
  static let declaration: Declaration = .command(
    "confusion", "Draws what each class is taken for, and lists the most confused pairs.",
    details: """
      Rows are labels, columns predictions; each row is in shares of the class's samples. \
      `perclass` has precision and recall.
      """,
    ResultArguments.model, ResultArguments.part,
    ResultArguments.top("How many pairs are listed.", 10), ResultArguments.batch,
    examples: ["confusion student, on=data.test", "c = confusion(student); c.count[0]"],
    keywords: ["matrix", "mistakes", "heat map", "classes"]
  ) { session, subject, part, top, batch in
    let asked = try session.resultSubject("confusion", subject.value, nil, part)
    var alone = asked
    alone.teacher = nil
    let split = asked.part.split
    let confusion = try session.classCounts(alone, batch: batch).own
    // A network may have more classes than the data.
    let every = (0..<confusion.classes).map { firstName(split.className($0)) }
    let names = Array(every.prefix(split.classes))
    let map = Plot(
      panel: Panel(
        "\(asked.modelName) on \(split.name)", x: Axis("predicted"), y: Axis("label"),
        heatMap: HeatMap(
          confusion.shares(of: names.count), rows: names, columns: names, format: .percent(0),
          range: 0...1, isDiverging: false)))
    session.show(map)
    let pairs = confusion.mostConfused
    return Table(
      "most confused",
      columns: [
        .init("label"), .init("taken for"), .init("count", format: .count),
        .init("share of class", format: .percent(1)),
      ],
      rows: pairs.prefix(top).map { pair in
        [
          .text(every[pair.label]), .text(every[pair.predicted]), .number(Double(pair.count)),
          .number(Double(pair.count) / Double(max(1, confusion.truth(pair.label)))),
        ]
      },
      notes: [
        "accuracy \(NumberFormat.percent(2).text(confusion.accuracy)) on \(grouped(confusion.total)) "
          + (split.task == .segmentation ? "pixels" : "samples")
          + (pairs.isEmpty ? ", no mistakes" : "")
      ]
    ).beside(map)
  }
}
