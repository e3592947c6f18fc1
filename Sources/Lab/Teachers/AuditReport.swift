import Datasets
import Foundation
import Images
import Models
import Plots
import Training

/// The table of an audit and its warnings.
struct AuditReport {
  /// Teacher, then student where there is one.
  let models: [Model]
  let audits: [ModelAudit]
  let part: DataPart
  let names: [String]
  /// The run that still trains the teacher.
  let unfinished: String?

  private var teacher: Model { models[0] }

  var table: Table {
    var rows: [[Table.Cell]] = []
    func row(_ name: String, _ text: (Int) -> String?) {
      let cells = models.indices.map { text($0).map { Table.Cell.text($0) } ?? .missing }
      if cells.contains(where: { $0 != .missing }) { rows.append([.text(name)] + cells) }
    }
    row("model") { models[$0].name }
    row("parameters") { NumberFormat.count.text(Double(models[$0].parameterCount)) }
    row("classes") { String(models[$0].classes) }
    row("accuracy") { audits[$0].accuracy.map { NumberFormat.percent(2).text($0) } }
    row("NLL") { audits[$0].loss.map(figure) }
    row("speed as written") { audits[$0].plainRate.map(rate) }
    row("speed folded") { audits[$0].foldedRate.map(rate) }
    row("largest change by folding") {
      let audit = audits[$0]
      return audit.obstacle == nil
        ? NumberFormat.significant(2).text(audit.largestDifference) + " of "
          + figure(audit.largestLogit) : "not folded"
    }
    row("input mean") { numbers(normalisation(of: models[$0]).mean) }
    row("input std") { numbers(normalisation(of: models[$0]).std) }
    for (place, temperature) in ModelAudit.temperatures.enumerated() {
      row("entropy at T=\(Int(temperature))") { index in
        let most = log(Double(models[index].classes))
        let value = audits[index].entropies[place].value
        return figure(value) + (most > 0 ? " (\(NumberFormat.percent(0).text(value / most)))" : "")
      }
    }
    return Table(
      "\(names[0]) on \(part.split.name), \(audits[0].samples) samples",
      columns: [.init("figure")]
        + zip(models.indices, names).map { index, name in
          .init(title(index == 0 ? "teacher" : "student", name), alignment: .right)
        },
      rows: rows, notes: warnings.map { "warning: " + $0 })
  }

  private func title(_ role: String, _ name: String) -> String {
    name == role ? role : "\(role) \(name)"
  }

  /// Three digits are what a measurement is worth.
  private func rate(_ rate: Double) -> String {
    var unit = 1.0
    while rate / unit >= 1000 { unit *= 10 }
    let number =
      rate < 100
      ? NumberFormat.significant(3).text(rate)
      : NumberFormat.count.text((rate / unit).rounded() * unit)
    // As wide for any speed, so that a stored report differs from a new one in its numbers alone.
    return String(repeating: " ", count: max(0, 10 - number.count)) + number + " images/s"
  }

  /// What the model's input is normalised by: its own figures, or the data's where it has none.
  private func normalisation(of model: Model) -> Normalisation {
    model.normalisation ?? part.data.normalisation
  }

  private func numbers(_ list: [Float]) -> String {
    list.map { NumberFormat.fixed(3).text(Double($0)) }.joined(separator: " ")
  }

  /// What speaks against this teacher.
  private var warnings: [String] {
    var result = teacher.doubts(names[0])
    if let unfinished {
      result.append("\(names[0]) is still being trained: \(unfinished); it is not frozen")
    }
    if teacher.classes != part.data.classes {
      result.append(
        "\(names[0]) has \(teacher.classes) classes, \(part.data.name) has \(part.data.classes): "
          + "its logits cannot be compared with the labels")
    }
    if let student = models.dropFirst().first {
      if student.classes != teacher.classes {
        result.append(
          "\(names[0]) has \(teacher.classes) classes, \(names[1]) has \(student.classes): "
            + "losses on logits need the same")
      }
      if student === teacher { result.append("teacher and student are the same model") }
      if let own = audits[0].accuracy, let other = audits[1].accuracy, own < other {
        result.append(
          "\(names[0]) is weaker than \(names[1]): \(percent(own)) against \(percent(other))")
      }
    }
    if let obstacle = audits[0].obstacle {
      result.append("\(names[0]) runs as it is written, without folding: \(obstacle)")
    }
    if let shift { result.append(shift) }
    return result
  }

  /// Said where the two normalisations are so far apart that one of them is likely to be wrong: means
  /// by more than a deviation, or deviations by more than a factor of three.
  private var shift: String? {
    let (own, other) = (normalisation(of: teacher), part.data.normalisation)
    guard own.mean.count == other.mean.count else {
      return "\(names[0]) was trained on \(own.mean.count) channels"
    }
    for channel in own.mean.indices {
      let distance = abs(own.mean[channel] - other.mean[channel]) / other.std[channel]
      let ratio = own.std[channel] / other.std[channel]
      if distance > 1 || ratio > 3 || ratio < 1.0 / 3 {
        return "\(names[0])'s input is normalised by \(numbers(own.mean)) and \(numbers(own.std)), "
          + "the data by \(numbers(other.mean)) and \(numbers(other.std)): is it the right teacher?"
      }
    }
    return nil
  }
}
