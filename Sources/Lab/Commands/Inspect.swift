import Catalog
import Language
import Optimizers
import Plots
import Training

/// What `inspect` looks into: an optimizer, that of a run, or a teacher's cache; or what a name stands
/// for, where `optimizer` and `cache` are the current run's unless a variable is called so.
enum InspectSubject: ArgumentType {
  case optimizer(Optimizer)
  case cache(TeacherCache)
  case name(String)

  static var expected: String { "an optimizer, a run, a teacher's cache, optimizer or cache" }
  static var valueKind: String? { Mention.valueKind }
  static var canBeSkipped: Bool { true }

  static func read(_ value: Value) throws -> InspectSubject {
    switch value {
    case .object(let optimizer as Optimizer): return .optimizer(optimizer)
    case .object(let run as Run): return .optimizer(run.optimizer)
    case .object(let cache as TeacherCache): return .cache(cache)
    default:
      guard case .name(let name) = try Mention.read(value) else { throw Mismatch() }
      return .name(name)
    }
  }
}

extension Session {
  /// What a bare name behind `inspect` stands for.
  fileprivate func inspected(_ name: String) throws -> InspectSubject {
    if let value = evaluator.value(of: name) {
      do {
        return try InspectSubject.read(value)
      } catch is Mismatch {
        throw Failure(
          .argument, "inspect needs \(InspectSubject.expected), got \(value.line(quoted: true))",
          site: .named("what"))
      }
    }
    let run = try run(Subject())
    switch name {
    case "optimizer": return .optimizer(run.optimizer)
    case "cache":
      guard let cache = try run.openCache() else {
        throw Failure(
          .state, "the run keeps nothing of what its teacher says",
          advice: "run.cache = true begins with it")
      }
      return .cache(cache)
    default:
      let near = nearest(
        to: name, among: ["optimizer", "cache"] + evaluator.variables.map(\.name))
      throw Failure(
        .name, "unknown name '\(name)'", advice: near.map { "did you mean '\($0)'?" },
        site: .named("what"))
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
      Lookahead's fast less its slow weights. `inspect optimizer` is that of the current run, of \
      any other it is `run.optimizer`; the value that it was made from has no steps. \
      `inspect cache` shows what the teacher's results are kept by, how many there are, and how \
      many of those asked for were there.
      """,
    Argument(
      "what", "An optimizer, a run for its optimizer, or a cache; none: the current run.",
      default: InspectSubject?.none),
    examples: [
      "step 2; inspect optimizer", "inspect ranger()",
      "run.cache = true; step 2; inspect cache",
    ],
    keywords: ["optimizer", "state", "rectification", "Lookahead", "moments"]
  ) { session, what in
    try table(of: what ?? .optimizer(session.run(Subject()).optimizer), session)
  }

  private static func table(of subject: InspectSubject, _ session: Session) throws -> Table {
    switch subject {
    case .optimizer(let optimizer): table(optimizer)
    case .cache(let cache): table(cache)
    case .name(let name): try table(of: session.inspected(name), session)
    }
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
