import Catalog
import Layers
import Losses
import Models
import Tensors

/// One term of a goal with what it owns in a run.
final class BoundTerm {
  let name: String
  let script: String
  let parts: Module?
  let companion: Companion?
  /// The models that it brings itself, as they are run; that which its companion is a copy of is not
  /// among them.
  let models: [FrozenTeacher]
  let holders: [StateHolder]

  init(
    _ term: Term, script: String, _ shapes: LossShapes, frozen: (Model) -> FrozenTeacher
  ) throws {
    name = term.name
    self.script = script
    let path = "goal.\(term.name)"
    parts = try term.loss.parts(for: shapes)
    if let parts {
      parts.name(from: path)
      for (key, parameter) in parts.parameters {
        parameter.initialize(seed: shapes.seed, key: "\(path).\(key)")
      }
    }
    holders = parts.map { [StateHolder]($0) } ?? []
    let companion = try (term.loss as? any CompanionLoss).map {
      try Companion($0, shapes, path: path + ".companion", seed: shapes.seed)
    }
    self.companion = companion
    models = term.loss.models.filter { $0 !== companion?.original }.map(frozen)
  }

  /// Whether it has anything that steps change.
  var hasState: Bool { !holders.isEmpty || companion != nil }

  var state: TermState {
    TermState(term: name, script: script, parts: holders.state, companion: companion?.state)
  }

  /// Goes on from what a term of the same name and script had, if it fits; returns whether it does.
  func takeOver(_ state: TermState) -> Bool {
    guard state.term == name, state.script == script, state.parts.fits(holders) else {
      return false
    }
    switch (companion, state.companion) {
    case (nil, nil): break
    case (let companion?, let old?) where companion.fits(old): companion.state = old
    default: return false
    }
    holders.state = state.parts
    return true
  }
}

/// A goal at work in a run: where its terms look, and what they own.
///
/// Made at the first step under the goal, from the shapes of that batch. A term of the same name
/// and script as one before goes on with its parts where they still fit; all others are drawn from
/// the run's seed, so that a binding is a function of the settings, the data and the state before.
final class GoalBinding {
  let goal: Goal
  let plan: FeaturePlan
  let terms: [BoundTerm]
  /// Trainable parameters of the parts: `goal.fitnet.conv.weight`.
  let parameters: [(key: String, parameter: Parameter)]
  /// Whether every term sees the same: logits and labels.
  let isPlain: Bool
  let hasCompanions: Bool
  /// Terms that went on with their parts, and those whose parts are new.
  private(set) var carried: [String] = []
  private(set) var drawn: [String] = []

  init(
    _ goal: Goal, _ plan: FeaturePlan, _ terms: [BoundTerm], from states: [TermState]
  ) {
    self.goal = goal
    self.plan = plan
    self.terms = terms
    for term in terms where term.hasState {
      if states.contains(where: term.takeOver) {
        carried.append(term.name)
      } else {
        drawn.append(term.name)
      }
    }
    parameters = terms.flatMap { term in
      (term.parts?.parameters ?? []).filter(\.parameter.isTrainable).map {
        (key: "goal.\(term.name).\($0.key)", parameter: $0.parameter)
      }
    }
    isPlain =
      plan.isEmpty && terms.allSatisfy { !$0.hasState && $0.parts == nil && $0.models.isEmpty }
    hasCompanions = terms.contains { $0.companion != nil }
  }

  /// What the terms own, as values.
  var states: [TermState] { terms.filter(\.hasState).map(\.state) }
}
