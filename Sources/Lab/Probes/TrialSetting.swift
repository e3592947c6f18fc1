import Catalog
import Conversation
import Language
import Losses
import Models
import Optimizers
import Training

/// What `whatif` can try in a run: an argument or the weight of a term, a field of the optimizer, a
/// setting of the run.
enum TrialSetting {
  case weight(term: String)
  case argument(term: Int, name: String)
  case optimizer(String)
  case member(String)

  /// Settings of a run that can be tried.
  private static let members = ["goal", "optimizer", "schedule", "clip", "augment"]

  /// - Parameter name: `T`, `kd.T`, `kd` for a weight, `lr`, `goal`.
  init(_ name: String, in run: Run) throws {
    let terms = run.goal.terms
    let words = name.split(separator: ".").map(String.init)
    if words.count == 2 {
      guard let index = terms.firstIndex(where: { $0.name == words[0] }) else {
        throw Failure(
          .name, "the goal has no term '\(words[0])'",
          advice: "its terms are \(terms.map(\.name).joined(separator: ", "))",
          site: .label(name))
      }
      let known = TrialSetting.arguments(of: terms[index])
      guard known.contains(words[1]) else {
        throw Failure(
          .name, "'\(words[0])' has no argument '\(words[1])'",
          advice: known.isEmpty ? nil : "it has \(known.joined(separator: ", "))",
          site: .label(name))
      }
      self = .argument(term: index, name: words[1])
      return
    }
    let owners = terms.indices.filter { TrialSetting.arguments(of: terms[$0]).contains(name) }
    if terms.contains(where: { $0.name == name }) {
      self = .weight(term: name)
    } else if owners.count > 1 {
      let names = owners.map { "\(terms[$0].name).\(name)" }
      throw Failure(
        .name, "several terms have an argument '\(name)'",
        advice: "say \(names.joined(separator: " or "))", site: .label(name))
    } else if let owner = owners.first {
      self = .argument(term: owner, name: name)
    } else if run.optimizer.settingNames.contains(name) {
      self = .optimizer(name)
    } else if TrialSetting.members.contains(name) {
      self = .member(name)
    } else {
      throw TrialSetting.unknown(name, run)
    }
  }

  private static func unknown(_ name: String, _ run: Run) -> Failure {
    let known =
      run.goal.terms.map(\.name) + run.goal.terms.flatMap(arguments(of:))
      + run.optimizer.settingNames + members
    let near = nearest(to: name, among: known).map { "did you mean '\($0)'?" }
    return Failure(
      .name, "there is nothing called '\(name)' to try in this run",
      advice: near ?? "try \(known.prefix(8).joined(separator: ", "))", site: .label(name))
  }

  /// What can be tried in a run, for completion.
  static func offers(in run: Run) -> [(name: String, summary: String)] {
    let terms = run.goal.terms
    let owned = terms.flatMap { term in arguments(of: term).map { (term.name, $0) } }
    let own = owned.map { term, name -> (name: String, summary: String) in
      let isAlone = owned.count { $0.1 == name } == 1
      return (isAlone ? name : "\(term).\(name)", "argument of \(term)")
    }
    return own + terms.map { ($0.name, "weight of the term") }
      + run.optimizer.settingNames.map { ($0, "field of the optimizer") }
      + members.map { ($0, "setting of the run") }
  }

  /// Arguments of the call that made a term.
  private static func arguments(of term: Term) -> [String] {
    let call = term.loss.script.prefix { $0 != "(" }
    return Session.library[String(call)]?.arguments.map(\.name) ?? []
  }

  /// As it is now.
  func present(in run: Run) -> Value {
    switch self {
    case .weight(let term): return run.goal.member(term) ?? .none
    case .argument(let index, let name):
      let call = CallText(run.goal.terms[index].loss.script)
      return call[name].map { .string($0) }
        ?? Session.library[call.name]?.arguments.first { $0.name == name }?.fallback.map {
          .string($0)
        } ?? .none
    case .optimizer(let name): return run.optimizer.member(name) ?? .none
    case .member(let name): return run.member(name) ?? .none
    }
  }

  /// Sets it in a run.
  func apply(_ value: Value, to run: Run, in session: Session) throws {
    switch self {
    case .weight(let term):
      guard case .number(let weight) = value, weight.isFinite,
        let goal = run.goal.weighting(term, with: weight)
      else {
        throw Failure(
          .value, "the weight of '\(term)' needs a number, got \(value.line(quoted: true))")
      }
      _ = try run.setMember("goal", to: .object(goal))
    case .argument(let index, let name):
      let goal = try session.goal(run.goal, setting: name, ofTerm: index, to: value)
      _ = try run.setMember("goal", to: .object(goal))
    case .optimizer(let name): _ = try run.optimizer.setMember(name, to: value)
    case .member(let name): _ = try run.setMember(name, to: value)
    }
  }
}

extension Optimizer {
  /// Fields that can be set.
  var settingNames: [String] { rule.settings.map(\.name) }
}

extension Session {
  /// A goal with another argument of one of its terms; the call that makes the term is made again.
  fileprivate func goal(
    _ goal: Goal, setting name: String, ofTerm index: Int, to value: Value
  ) throws -> Goal {
    var models: [Model] = []
    let names = ModelNames { model in
      let place = models.firstIndex { $0 === model } ?? models.count
      if place == models.count { models.append(model) }
      return "model_\(place + 1)"
    }
    var call = CallText(goal.terms[index].loss.script(names))
    call[name] = value.line(quoted: true)
    let own = Evaluator(library: Session.makers, context: self)
    own.interruption = { [interruption] in try interruption.check() }
    for (place, model) in models.enumerated() {
      own.set("model_\(place + 1)", to: .object(model))
    }
    let made: Goal
    do {
      made = try Goal.read(try own.evaluate(SourceText(call.text, origin: "<trial>")))
    } catch let diagnostic as Diagnostic {
      throw Failure(.value, diagnostic.message)
    }
    let parts = goal.terms.enumerated().map { place, term in
      (place == index ? made : Goal(term.loss)).scaled(by: term.weight)
    }
    return parts.dropFirst().reduce(parts[0]) { $0.plus($1) }
  }
}

/// A call as the program writes it, `kd(T=4, teacher=t)`, whose arguments can be replaced.
struct CallText {
  let name: String
  private var parts: [(label: String?, text: String)]

  init(_ script: String) {
    name = String(script.prefix { $0 != "(" })
    let inside = script.dropFirst(name.count + 1).dropLast()
    var (depth, quote, current): (Int, Character?, String) = (0, nil, "")
    var texts: [String] = []
    for character in inside {
      if let open = quote {
        if character == open { quote = nil }
      } else if character == "\"" || character == "'" {
        quote = character
      } else if "([".contains(character) {
        depth += 1
      } else if ")]".contains(character) {
        depth -= 1
      } else if character == ",", depth == 0 {
        texts.append(current)
        current = ""
        continue
      }
      current.append(character)
    }
    if !current.allSatisfy(\.isWhitespace) { texts.append(current) }
    parts = texts.map { text in
      let trimmed = String(text.drop(while: \.isWhitespace))
      let label = trimmed.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
      let rest = trimmed.dropFirst(label.count)
      guard rest.first == "=", !rest.hasPrefix("==") else { return (nil, trimmed) }
      return (String(label), String(rest.dropFirst()))
    }
  }

  subscript(label: String) -> String? {
    get { parts.first { $0.label == label }?.text }
    set {
      guard let newValue else { return }
      if let index = parts.firstIndex(where: { $0.label == label }) {
        parts[index].text = newValue
      } else {
        parts.append((label, newValue))
      }
    }
  }

  var text: String {
    let arguments = parts.map { part in part.label.map { "\($0)=\(part.text)" } ?? part.text }
    return "\(name)(\(arguments.joined(separator: ", ")))"
  }
}
