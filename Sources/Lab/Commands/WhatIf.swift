import Catalog
import Plots
import Training

enum WhatIf {
  static let declaration: Declaration = .command(
    "whatif", "What a step on the next batch would give under other settings; nothing is changed.",
    details: """
      Each name is an argument of a term (`T=[1, 2, 4]`, or `kd.T=…` where several terms have it), \
      the weight of a term (`kd=[1, 5]`), a field of the optimizer (`lr=[0.1, 0.01]`), or `goal`, \
      `optimizer`, `schedule`, `clip`, `augment`. Several names give every combination. A row shows \
      loss, terms and gradient norm before the step, and loss, accuracy and agreement on the same \
      batch after it. Losses of different goals cannot be compared; accuracy and agreement can.
      """,
    Argument("run", "The run; the current one where none is named.", default: Subject<Run>()),
    Argument("steps", "Steps that are tried.", default: 1) {
      (1...10_000).contains($0) ? nil : "must be in 1..10000"
    },
    Argument("settings", "What to try: a list of values for each name.", default: Names()),
    examples: [
      "whatif T=[1, 2, 4, 8]", "whatif kd=[1, 5], lr=[0.01, 0.001]", "whatif kd.T=[1, 4]",
    ],
    keywords: ["try", "compare", "temperature", "learning rate", "counterfactual", "settings"]
  ) { session, subject, steps, names in
    let run = try session.run(subject)
    guard !names.items.isEmpty else {
      throw Failure(
        .argument, "whatif needs something to try", advice: "whatif T=[1, 2, 4], or lr=[0.1, 0.01]")
    }
    let settings = try names.items.map { try TrialSetting($0.name, in: run) }
    let choices = try combinations(names.items)
    var rows = [
      (run: settings.map { $0.present(in: run) }, outlook: try run.outlook(steps: steps) { _ in })
    ]
    for values in choices {
      try session.check()
      let outlook = try run.outlook(steps: steps, check: session.check) { trial in
        for (setting, value) in zip(settings, values) {
          try setting.apply(value, to: trial, in: session)
        }
      }
      rows.append((values, outlook))
    }
    return table(run, names.items.map(\.name), rows, steps)
  }

  /// Every combination of the listed values, the last name's changing first.
  private static func combinations(_ items: [(name: String, value: Value)]) throws -> [[Value]] {
    var result: [[Value]] = [[]]
    for (name, value) in items {
      let values: [Value]
      switch value {
      case .list(let list): values = list
      case .range: values = try [Value].read(value)
      default: values = [value]
      }
      guard !values.isEmpty, values.count * result.count <= 100 else {
        throw Failure(
          .value,
          values.isEmpty ? "'\(name)' has no values to try" : "that are more than 100 combinations",
          site: .named(name))
      }
      result = result.flatMap { start in values.map { start + [$0] } }
    }
    return result
  }

  private static func table(
    _ run: Run, _ names: [String], _ rows: [(run: [Value], outlook: Outlook)], _ steps: Int
  ) -> Table {
    func cell(_ value: Value) -> Table.Cell {
      if case .number(let number) = value { return .text(numberText(number)) }
      return .text(value.line())
    }
    func cell(_ number: Double?) -> Table.Cell { number.map { .number($0) } ?? .missing }
    let terms = rows[0].outlook.before.terms.map(\.name)
    let hasTeacher = rows[0].outlook.before.agreement != nil
    return Table(
      steps == 1 ? "one step on the next batch" : "\(steps) steps from here",
      columns: names.map { .init($0, alignment: .right) } + [.init("loss")]
        + (terms.count > 1 ? terms.map { .init($0 == "loss" ? "\($0) term" : $0) } : [])
        + [.init("gradient"), .init("loss after"), .init("accuracy", format: .percent(1))]
        + (hasTeacher ? [.init("agreement", format: .percent(1))] : []),
      rows: rows.map { values, outlook in
        let parts = outlook.before.terms.map { Table.Cell.number($0.value) }
        // Under another goal there may be other terms.
        let shown =
          outlook.before.terms.map(\.name) == terms ? parts : terms.map { _ in .missing }
        return values.map(cell) + [.number(outlook.before.loss)] + (terms.count > 1 ? shown : [])
          + [
            .number(outlook.gradientNorm), cell(outlook.after?.loss), cell(outlook.after?.accuracy),
          ] + (hasTeacher ? [cell(outlook.after?.agreement)] : [])
      },
      notes: ["first row: the run as it is; terms before their weights; nothing was changed"]
        + rows.compactMap { values, outlook in
          outlook.obstacle.map { "\(values.map { $0.line() }.joined(separator: ", ")): \($0)" }
        })
  }
}
