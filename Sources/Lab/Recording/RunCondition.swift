import Catalog
import Foundation
import Language
import Records

/// A condition over what is known of a run: the language's own expressions, with figures and facts as
/// variables, and none of the calls that read or change anything.
struct RunCondition {
  private let evaluator: Evaluator
  private let source: SourceText
  private let figureNames: Set<String>

  /// - Parameter runs: All that will be asked about: a figure that only some of them have is not a
  ///   number for the others, and no comparison with it holds.
  init(_ text: String, over runs: [StoredRun], _ session: Session) {
    evaluator = Evaluator(library: RunCondition.library, context: session)
    evaluator.interruption = session.check
    source = SourceText(text, origin: "<condition>")
    figureNames = Set(runs.flatMap { $0.figures.map(\.name) })
  }

  private static let library = Library([
    baseCalls, Registry("Conditions", [has]),
  ])

  private static let has: Declaration = Declaration(
    "has", "Whether a text holds another, or a list an element.",
    Argument("what", "A text or a list.") as Argument<Value>,
    Argument("part", "What it may hold.") as Argument<String>,
    examples: ["has(goal, \"kd\")"]
  ) { what, part in
    switch what {
    case .string(let text): return text.contains(part)
    case .list(let items):
      return items.contains { if case .string(part) = $0 { true } else { false } }
    default: throw Failure(.type, "has needs a text or a list, got \(what.line(quoted: true))")
    }
  }

  func holds(for run: StoredRun) throws -> Bool {
    let value = try value(for: run)
    guard case .bool(let flag) = value else {
      throw Failure(
        .type, "a condition is true or false, this one is \(value.line(quoted: true))",
        advice: "accuracy > 0.9 and has(goal, \"kd\")")
    }
    return flag
  }

  /// The value of the expression for a run.
  func value(for run: StoredRun) throws -> Value {
    for (name, value) in variables(of: run) { evaluator.set(name, to: value) }
    return try evaluator.evaluate(source)
  }

  private func variables(of run: StoredRun) -> [(String, Value)] {
    var result: [(String, Value)] = []
    let figures = Dictionary(run.figures.map { ($0.name, $0) }) { $1 }
    for name in figureNames {
      result.append((name, .number(figures[name]?.last ?? .nan)))
      result.append(("best_" + name, .number(figures[name]?.best ?? .nan)))
    }
    // What people mean by a run's accuracy is that on data it was not trained on.
    let shown = run.accuracy
    let facts = run.run
    result += [
      ("accuracy", .number(shown?.last ?? .nan)), ("best_accuracy", .number(shown?.best ?? .nan)),
      ("number", .number(Double(run.number))), ("name", .string(facts.name)),
      ("kind", .string(facts.kind)), ("student", .string(facts.student)),
      ("teacher", .string(facts.teacher)), ("data", .string(facts.data)),
      ("goal", .string(facts.goal)), ("seed", .number(Double(facts.seed))),
      ("steps", .number(Double(run.steps))), ("planned", .number(Double(run.planned))),
      ("session", .number(Double(run.session))), ("note", .string(run.note)),
      ("tags", .list(run.tags.map { .string($0) })), ("archived", .bool(run.isArchived)),
      ("age", .number((Date().timeIntervalSince1970 - run.updated) / 86_400)),
      ("version", .string(facts.version)), ("processor", .string(facts.processor)),
    ]
    for setting in facts.settings where !result.contains(where: { $0.0 == setting.name }) {
      let number = Double(setting.text)
      result.append((setting.name, number.map { .number($0) } ?? .string(setting.text)))
    }
    return result
  }
}

extension StoredRun {
  /// The accuracy on held-out data; that on training batches where none was measured.
  var accuracy: FigureSummary? {
    figures.first { $0.name == "test_accuracy" } ?? figures.first { $0.name == "accuracy" }
  }
}
