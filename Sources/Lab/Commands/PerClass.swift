import Catalog
import Datasets
import Models
import Plots
import Training

enum PerClass {
  static let declaration: Declaration = .command(
    "perclass", "How a model does on every class, beside its teacher.",
    details: """
      `recall` is the share of the class's samples that are found, `precision` that of its \
      predictions that are right, `f1` their harmonic mean. With a teacher: its recall, the share of \
      samples where both agree, and the difference it makes.
      """,
    ResultArguments.model, ResultArguments.teacher, ResultArguments.part, ResultArguments.batch,
    examples: ["perclass student, teacher, on=data.test", "p = perclass(student); p.recall"],
    keywords: ["class", "precision", "recall", "F1", "table"]
  ) { session, subject, teacher, part, batch in
    let asked = try session.resultSubject("perclass", subject.value, teacher, part)
    return table(asked, try session.classCounts(asked, batch: batch))
  }

  private static func table(
    _ asked: ResultSubject,
    _ counts: (own: ConfusionMatrix, teacher: ConfusionMatrix?, agreeing: [Int]?)
  ) -> Table {
    let split = asked.part.split
    let own = counts.own
    func cell(_ number: Double?) -> Table.Cell { number.map { .number($0) } ?? .missing }
    var columns: [Table.Column] = [
      .init("class"), .init("samples", format: .count), .init("recall", format: .percent(1)),
      .init("precision", format: .percent(1)), .init("f1", format: .fixed(3)),
      .init("mostly taken for"),
    ]
    if counts.teacher != nil { columns.append(.init("teacher", format: .percent(1))) }
    if counts.agreeing != nil { columns.append(.init("agreement", format: .percent(1))) }
    let rows = (0..<split.classes).map { label -> [Table.Cell] in
      let samples = own.truth(label)
      let mistake = own.mistakes(label).first.map { pair in
        "\(firstName(split.className(pair.predicted))) (\(grouped(pair.count)))"
      }
      var row: [Table.Cell] = [
        .text(firstName(split.className(label))), .number(Double(samples)),
        cell(own.recall(label)), cell(own.precision(label)), cell(own.f1(label)),
        .text(mistake ?? ""),
      ]
      if let teacher = counts.teacher { row.append(cell(teacher.recall(label))) }
      if let agreeing = counts.agreeing {
        row.append(samples > 0 ? .number(Double(agreeing[label]) / Double(samples)) : .missing)
      }
      return row
    }
    return Table("\(asked.modelName) on \(split.name)", columns: columns, rows: rows)
  }
}
