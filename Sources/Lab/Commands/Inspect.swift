import Catalog
import Optimizers
import Plots
import Training

/// What `inspect` looks into: an optimizer, that of a run, or a teacher's cache.
enum InspectSubject: ArgumentType {
  case optimizer(Optimizer)
  case run(Run)
  case cache(TeacherCache)

  static var expected: String { "an optimizer, a run or a teacher's cache" }
  static var valueKind: String? { "optimizer" }
  static var canBeSkipped: Bool { true }

  static func read(_ value: Value) throws -> InspectSubject {
    switch value {
    case .object(let optimizer as Optimizer): return .optimizer(optimizer)
    case .object(let run as Run): return .run(run)
    case .object(let cache as TeacherCache): return .cache(cache)
    default: throw Mismatch()
    }
  }
}

enum Inspect {
  static let declaration: Declaration = .command(
    "inspect", "Where an optimizer stands at this step, or what a teacher's cache holds.",
    details: """
      `rate` is the factor of the moment over the root of the second moment (or of the gradient): \
      the learning rate with bias corrections and rectification. `rho` is RAdam's length of the \
      average, `first_rectified` the first step that is rectified. `slow_distance` is the norm of \
      Lookahead's fast less its slow weights. A run's own optimizer is `run.optimizer`; the value \
      that it was made from has no steps. `inspect run.cache` shows what the teacher's results are \
      kept by, how many there are, and how many of those asked for were there.
      """,
    Argument(
      "what", "An optimizer, a run for its optimizer, or a cache; none: the current run.",
      default: InspectSubject?.none),
    examples: [
      "step 2; inspect run.optimizer", "inspect ranger()",
      "run.cache = true; step 2; inspect run.cache",
    ],
    keywords: ["optimizer", "state", "rectification", "Lookahead", "moments"]
  ) { session, what in
    let optimizer: Optimizer
    switch what {
    case .optimizer(let own)?: optimizer = own
    case .run(let run)?: optimizer = run.optimizer
    case .cache(let cache)?: return table(cache)
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

  private static func table(_ cache: TeacherCache) -> Table {
    let figures = cache.memberNames.compactMap { name -> [Table.Cell]? in
      guard let value = cache.member(name) else { return nil }
      switch value {
      case .number(let number):
        let format: NumberFormat =
          name == "hit_rate"
          ? .percent(1) : ["bytes", "estimate"].contains(name) ? .bytes : .count
        return [.text(name), .text(format.text(number))]
      case .string(let text): return [.text(name), .text(text)]
      default: return nil
      }
    }
    return Table(
      "the teacher's results as they are kept",
      columns: [.init("what"), .init("value")],
      rows: cache.facts.map { [.text($0.name), .text($0.text)] } + figures)
  }

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
