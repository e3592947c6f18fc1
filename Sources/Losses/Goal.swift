public import Catalog
public import Models
public import Tensors

/// A weighted loss in a goal, under its own name.
public struct Term {
  public var name: String
  public var weight: Double
  public var loss: any Loss
}

/// A sum of weighted losses, `ce() + 5*kd(T=1)`: the language's value of kind "loss".
///
/// Each term keeps its name, so it is logged, plotted and probed on its own.
public struct Goal: Object, ArgumentType, Answer {
  public static let kind = "loss"
  public private(set) var terms: [Term]

  public init(_ loss: any Loss) {
    terms = [Term(name: loss.name, weight: 1, loss: loss)]
  }

  private init(terms: [Term]) {
    self.terms = terms
    nameApart()
  }

  public var needsTeacher: Bool { terms.contains { $0.loss.needsTeacher } }

  /// The terms that learn from no other model: what a control run is trained on.
  public var withoutTeacher: Goal? {
    let kept = terms.filter { !$0.loss.needsTeacher && $0.loss.models.isEmpty }
    return kept.isEmpty ? nil : Goal(terms: kept)
  }

  /// The code that makes it again, with models of its own by their names.
  public var script: String { script(.own) }

  /// The code that makes it again.
  ///
  /// - Parameter models: What the models that terms bring themselves are called.
  public func script(_ models: ModelNames) -> String {
    var text = ""
    for (index, term) in terms.enumerated() {
      let isNegative = term.weight < 0
      if index > 0 { text += isNegative ? " - " : " + " } else if isNegative { text += "-" }
      let weight = abs(term.weight)
      text += (weight == 1 ? "" : numberText(weight) + "*") + term.loss.script(models)
    }
    return text
  }

  public var line: String { script }

  public func adding(_ other: Value, reversed: Bool) -> Value? {
    guard case .object(let object) = other, let goal = object as? Goal else { return nil }
    return .object(reversed ? goal.plus(self) : plus(goal))
  }

  public func multiplied(by factor: Double) throws -> Value? {
    guard factor.isFinite else {
      throw Failure(.value, "a loss cannot be weighted with \(numberText(factor))")
    }
    return .object(scaled(by: factor))
  }

  public func isEqual(to other: any Object) -> Bool {
    (other as? Goal)?.script(.identities) == script(.identities)
  }

  /// A goal with another weight of a term.
  public func setting(_ name: String, to value: Value) throws -> Value? {
    guard terms.contains(where: { $0.name == name }) else {
      throw Failure(
        .name, "the goal has no term '\(name)'",
        advice: "its terms are \(terms.map(\.name).joined(separator: ", ")); what a loss was made "
          + "with is changed by a new goal: run.goal = \(script)")
    }
    guard case .number(let weight) = value, weight.isFinite else {
      throw Failure(
        .value, "the weight of '\(name)' must be a number, got \(value.line(quoted: true))")
    }
    return weighting(name, with: weight).map { .object($0) }
  }

  /// Models that terms bring themselves, each once.
  public var models: [Model] {
    terms.flatMap(\.loss.models).reduce(into: []) { models, model in
      if !models.contains(where: { $0 === model }) { models.append(model) }
    }
  }

  public var memberNames: [String] { terms.map(\.name) }

  /// A term's weight by its name.
  public func member(_ name: String) -> Value? {
    terms.first { $0.name == name }.map { .number($0.weight) }
  }

  /// The value of every term, before its weight, and of their weighted sum.
  public func evaluate(_ input: LossInput) throws -> (total: Tensor, terms: [Tensor]) {
    try evaluate { _ in input }
  }

  /// The same where terms see different things: features, parts, models of their own.
  ///
  /// - Parameter input: What the term at a place in `terms` sees.
  public func evaluate(
    _ input: (_ term: Int) throws -> LossInput
  ) throws -> (total: Tensor, terms: [Tensor]) {
    let values = try terms.enumerated().map { try $1.loss.value(try input($0)) }
    var total: Tensor?
    for (term, value) in zip(terms, values) {
      let part = term.weight == 1 ? value : try value * Float(term.weight)
      total = try total.map { try $0 + part } ?? part
    }
    guard let total else { throw Failure(.value, "the goal has no terms") }
    return (total, values)
  }

  /// `kd`, `kd_2`, …: two terms of one kind are told apart.
  private mutating func nameApart() {
    var seen: [String: Int] = [:]
    for index in terms.indices {
      let base = terms[index].loss.name
      seen[base, default: 0] += 1
      terms[index].name = seen[base] == 1 ? base : "\(base)_\(seen[base] ?? 0)"
    }
  }
}

extension Goal {
  public func scaled(by factor: Double) -> Goal {
    Goal(
      terms: terms.map { term in
        var scaled = term
        scaled.weight *= factor
        return scaled
      })
  }

  public func plus(_ other: Goal) -> Goal { Goal(terms: terms + other.terms) }

  /// The same losses with another weight of one of them; nil where there is none of that name.
  public func weighting(_ name: String, with weight: Double) -> Goal? {
    guard let index = terms.firstIndex(where: { $0.name == name }) else { return nil }
    var changed = terms
    changed[index].weight = weight
    return Goal(terms: changed)
  }
}

extension Loss {
  /// The loss alone as a goal.
  var goal: Goal { Goal(self) }
}
