import Catalog
import Plots
import Training

/// All trainings of one combination of arguments.
struct SweepRow: Object {
  static let kind = "sweep row"
  let arguments: [String]
  let values: [Value]
  /// The values in short.
  let labels: [String]
  let isControl: Bool
  let members: [SweepMember]
  let measure: String

  /// Those that came to the end of their plan: what the others reached on the way is no result.
  var finished: [SweepMember] { members.filter { $0.failure == nil } }
  var last: [Double] { finished.compactMap { $0.last(measure) } }
  var best: [Double] { finished.compactMap { $0.best(measure)?.value } }
  var bestEpochs: [Double] { finished.compactMap { $0.best(measure)?.epoch } }

  /// `a=5: 1 of 3 ended early, the loss is nan at step 12`
  var failureNote: String? {
    let failures = members.compactMap(\.failure)
    guard let first = failures.first else { return nil }
    return "\(label): \(failures.count) of \(members.count) ended early and do not count: \(first)"
  }

  /// `alpha=5`, `control`
  var label: String {
    let parts = zip(arguments, labels).map { "\($0)=\($1)" }
    let setting = parts.joined(separator: " ")
    if isControl { return setting.isEmpty ? "control" : "\(setting) control" }
    return setting.isEmpty ? "all" : setting
  }

  var line: String {
    "\(label): " + (MeanDeviation(last).map { spreadLine($0) } ?? "nothing")
  }

  private func spreadLine(_ spread: MeanDeviation) -> String {
    let format = measureFormat(measure)
    let deviation = spread.deviation.map { " ± \(format.text($0))" } ?? ""
    return format.text(spread.mean) + deviation
  }

  var memberNames: [String] {
    arguments + [
      "label", "control", "last", "std", "best", "best_std", "best_epoch", "values", "n",
      "failures",
      "seconds", "curve",
    ]
  }

  func member(_ name: String) -> Value? {
    func number(_ value: Double?) -> Value { value.map { .number($0) } ?? .none }
    switch name {
    case "label": return .string(label)
    case "control": return .bool(isControl)
    case "last": return number(MeanDeviation(last)?.mean)
    case "std": return number(MeanDeviation(last)?.deviation)
    case "best": return number(MeanDeviation(best)?.mean)
    case "best_std": return number(MeanDeviation(best)?.deviation)
    case "best_epoch": return number(MeanDeviation(bestEpochs)?.mean)
    case "values": return .list(last.map { .number($0) })
    case "n": return .number(Double(finished.count))
    case "failures": return .list(members.compactMap(\.failure).map { .string($0) })
    case "seconds": return .number(members.reduce(0) { $0 + $1.seconds })
    case "curve": return .list(curve.map { .number($0.mean) })
    default:
      guard let place = arguments.firstIndex(of: name) else { return nil }
      return place < values.count ? values[place] : Value.none
    }
  }

  /// The figure after each epoch, over the seeds.
  var curve: [MeanDeviation] {
    let count = finished.compactMap { $0.figures[measure]?.count }.max() ?? 0
    return (0..<count).compactMap { epoch in
      MeanDeviation(
        finished.compactMap { member in
          member.figures[measure].flatMap { epoch < $0.count ? $0[epoch] : nil }
        })
    }
  }

  var epochs: [Double] { members.map(\.epochs).max { $0.count < $1.count } ?? [] }
}

/// What `sweep` found: a row for each combination, the controls behind them.
struct SweepResult: Object, Answer {
  static let kind = "sweep"
  let arguments: [String]
  let seeds: [Int]
  let rows: [SweepRow]
  let measure: String

  init(
    arguments: [String], values: [[Value]], seeds: [Int], members: [SweepMember], measure: String
  ) {
    self.arguments = arguments
    self.seeds = seeds
    self.measure = measure
    let short = SweepResult.shortNames(arguments, values)
    func row(_ setting: [Value], isControl: Bool, _ own: [Value]) -> SweepRow {
      let texts = setting.map { $0.line(quoted: true) }
      return SweepRow(
        arguments: arguments, values: own,
        labels: own.indices.map { short[$0][texts[$0]] ?? texts[$0] }, isControl: isControl,
        members: members.filter { $0.values == texts && $0.isControl == isControl },
        measure: measure)
    }
    var rows = values.map { row($0, isControl: false, $0) }
    let controls = values.map { row($0, isControl: true, $0) }.filter { !$0.members.isEmpty }
    if let first = controls.first {
      // A control that no argument changes is one row.
      let isOne = controls.allSatisfy { $0.members.map(\.script) == first.members.map(\.script) }
      rows += isOne ? [row(values[0], isControl: true, [])] : controls
    }
    self.rows = rows
  }

  /// The short name of each value of each argument, by its text.
  static func shortNames(_ arguments: [String], _ values: [[Value]]) -> [[String: String]] {
    arguments.indices.map { place in
      var texts: [String] = []
      for text in values.map({ $0[place].line(quoted: true) }) where !texts.contains(text) {
        texts.append(text)
      }
      return Dictionary(uniqueKeysWithValues: zip(texts, SweepLabels.labels(texts)))
    }
  }

  var controls: [SweepRow] { rows.filter(\.isControl) }

  var line: String {
    "sweep over \(arguments.isEmpty ? "seeds" : arguments.joined(separator: ", ")): "
      + "\(rows.count) rows × \(seeds.count) seeds, \(measure)"
  }

  /// Mean ± deviation of the last and of the best evaluation.
  var table: Table {
    let format = measureFormat(measure)
    func cell(_ values: [Double]) -> Table.Cell {
      guard let spread = MeanDeviation(values) else { return .missing }
      return spread.deviation.map { .spread(mean: spread.mean, deviation: $0) }
        ?? .number(spread.mean)
    }
    let hasEpochs = rows.contains { $0.epochs.count > 1 }
    let hasControl = !controls.isEmpty
    return Table(
      columns: arguments.map { Table.Column($0) } + (hasControl ? [.init("teacher")] : [])
        + [.init("n"), .init("last", format: format)]
        + (hasEpochs ? [.init("best", format: format), .init("at epoch")] : []),
      rows: rows.map { row in
        arguments.indices.map { place in
          place < row.labels.count ? .text(row.labels[place]) : .missing
        } + (hasControl ? [.text(row.isControl ? "no (control)" : "yes")] : [])
          + [.number(Double(row.finished.count)), cell(row.last)]
          + (hasEpochs
            ? [
              cell(row.best),
              MeanDeviation(row.bestEpochs).map { .number(($0.mean * 10).rounded() / 10) }
                ?? .missing,
            ] : [])
      },
      notes: [
        "\(measure): mean" + (seeds.count > 1 ? " ± sample deviation over the seeds" : "")
          + (hasEpochs ? "; the best of all evaluations flatters, the last does not" : "")
      ] + rows.compactMap(\.failureNote))
  }

  func display(_ style: Style) -> Display { table.display(style) }

  var memberNames: [String] {
    arguments + ["table", "rows", "seeds", "measure", "last", "std", "best", "best_std"]
      + (controls.isEmpty ? [] : ["control"])
  }

  func member(_ name: String) -> Value? {
    switch name {
    case "table": return .object(table)
    case "rows": return .list(rows.map { .object($0) })
    case "seeds": return .list(seeds.map { .number(Double($0)) })
    case "measure": return .string(measure)
    case "control": return controls.first.map { .object($0) } ?? Value.none
    case "last", "std", "best", "best_std":
      return .list(rows.filter { !$0.isControl }.map { $0.member(name) ?? .none })
    default:
      guard arguments.contains(name) else { return nil }
      return .list(rows.filter { !$0.isControl }.map { $0.member(name) ?? .none })
    }
  }

  var elementCount: Int? { rows.count }
  func element(_ index: Int) -> Value { .object(rows[index]) }
}
