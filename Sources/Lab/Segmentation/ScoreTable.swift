import Catalog
import Plots
import Training

extension SegmentationScore {
  /// A row a class: its share of the pixels, its intersection over union, the teacher's beside it.
  var table: Table {
    let hasTeacher = teacher != nil
    let total = Double(max(1, matrix.total))
    let rows = (0..<matrix.classes).map { label -> [Table.Cell] in
      let (own, other) = (matrix.iou(label), teacher?.iou(label))
      let gap = own.flatMap { own in other.map { 100 * ($0 - own) } }
      return [
        .text(classNames[label]), .number(Double(matrix.truth(label)) / total),
        own.map { .number($0) } ?? .missing,
      ] + (hasTeacher ? [cell(other), cell(gap)] : [])
    }
    let means: [Table.Cell] =
      [.text("mean"), .missing, .number(matrix.meanIoU)]
      + (teacher.map {
        [.number($0.meanIoU), .number(100 * ($0.meanIoU - matrix.meanIoU))]
      } ?? [])
    return Table(
      columns: [
        .init("class"), .init("pixels", format: .percent(1)), .init("IoU", format: .percent(2)),
      ]
        + (hasTeacher
          ? [
            .init("teacher", format: .percent(2)), .init("gap", unit: "points", format: .fixed(1)),
          ]
          : []),
      rows: rows, footer: means)
  }

  private func cell(_ number: Double?) -> Table.Cell { number.map { .number($0) } ?? .missing }

  /// `iou`: of each class, none where it does not occur; `classes`: the table; `confusion`: pixel
  /// counts, rows the true classes.
  func member(_ name: String) -> Value? {
    switch name {
    case "iou": .list(matrix.ious.map { $0.map { .number($0) } ?? Value.none })
    case "classes": .object(table)
    case "confusion":
      (0..<matrix.classes).map { row in
        (0..<matrix.classes).map { matrix.counts[row * matrix.classes + $0] }.value
      }.value
    default: nil
    }
  }
}
