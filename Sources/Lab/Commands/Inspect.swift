import Catalog
import Optimizers
import Plots
import Training

/// What `inspect` looks into: an optimizer, or that of a run.
enum InspectSubject: ArgumentType {
  case optimizer(Optimizer)
  case run(Run)

  static var expected: String { "an optimizer or a run" }
  static var valueKind: String? { "optimizer" }
  static var canBeSkipped: Bool { true }

  static func read(_ value: Value) throws -> InspectSubject {
    switch value {
    case .object(let optimizer as Optimizer): return .optimizer(optimizer)
    case .object(let run as Run): return .run(run)
    default: throw Mismatch()
    }
  }
}

enum Inspect {
  static let declaration: Declaration = .command(
    "inspect", "Where an optimizer stands: its figures at this step and what it remembers.",
    details: """
      `rate` is the factor of the moment over the root of the second moment (or of the gradient): \
      the learning rate with bias corrections and rectification. `rho` is RAdam's length of the \
      average, `first_rectified` the first step that is rectified. `slow_distance` is the norm of \
      Lookahead's fast less its slow weights. A run's own optimizer is `run.optimizer`; the value \
      that it was made from has no steps.
      """,
    Argument(
      "what", "An optimizer, or a run for its optimizer; none: the current run.",
      default: InspectSubject?.none),
    examples: ["step 2; inspect run.optimizer", "inspect ranger()"],
    keywords: ["optimizer", "state", "rectification", "Lookahead", "moments"]
  ) { session, what in
    let optimizer: Optimizer
    switch what {
    case .optimizer(let own)?: optimizer = own
    case .run(let run)?: optimizer = run.optimizer
    case nil: optimizer = try session.run(Subject()).optimizer
    }
    return table(optimizer)
  }

  private static let meanings = [
    "rate": "effective rate: learning rate with all corrections",
    "rho": "ρ_t, length of the second moment's average",
    "rectification": "r_t, factor of a rectified step; 0 before",
    "first_rectified": "first rectified step",
    "momentum": "momentum at this step",
    "until_sync": "steps until the slow weights move",
    "slow_distance": "‖fast − slow‖ over all weights",
  ]

  private static func table(_ optimizer: Optimizer) -> Table {
    var rows: [[Table.Cell]] = [
      [.text("steps"), .number(Double(optimizer.stepCount)), .text("steps taken")]
    ]
    for figure in optimizer.figures {
      rows.append([
        .text(figure.name), .number(figure.value), .text(meanings[figure.name] ?? ""),
      ])
    }
    for (slot, norm) in optimizer.slotNorms {
      rows.append([.text(slot), .number(norm), .text("norm over all parameters")])
    }
    return Table(
      optimizer.line,
      columns: [.init("figure"), .init("value", alignment: .right), .init("what it is")],
      rows: rows)
  }
}
