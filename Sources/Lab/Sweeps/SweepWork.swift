import Catalog
import Conversation
import Language
import Models
import Training

/// Carries a sweep out: member by member, the finished ones taken from the file or the session.
final class SweepWork {
  private unowned let session: Session
  private let subject: SweepSubject
  private let grid: SweepGrid
  private let seeds: [Int]
  private let control: Bool
  private let measure: String
  private let isQuiet: Bool
  private var file: SweepFile?
  private var done: [SweepMember] = []
  /// Records of runs of this sweep: no student may come in twice.
  private var records: [RunRecord] = []
  private let view: SweepView
  private let short: [[String: String]]

  init(
    _ session: Session, _ subject: SweepSubject, _ grid: SweepGrid, seeds: [Int], control: Bool,
    measure: String, isQuiet: Bool
  ) {
    self.session = session
    self.subject = subject
    self.grid = grid
    self.seeds = seeds
    self.control = control
    self.measure = measure
    self.isQuiet = isQuiet
    short = SweepResult.shortNames(grid.names, grid.settings)
    view = SweepView(
      session, total: grid.settings.count * seeds.count, isQuiet: isQuiet, measure: measure)
  }

  func result(_ path: String?) throws -> SweepResult {
    try checkNames()
    file = try path.map { try SweepFile($0, arguments: grid.names) }
    defer { view.close() }
    do {
      // All settings with the first seed come first: an early look shows the whole range.
      for seed in seeds {
        for setting in grid.settings { try carryOut(setting, seed: seed) }
      }
    } catch let error as any Explained where error.failure.kind == .interrupted {
      view.close()
      session.write(
        "\(done.filter { !$0.isControl }.count) of \(grid.settings.count * seeds.count) trainings "
          + "are done; the same sweep goes on from there\n", toError: false)
      throw error
    }
    let members = done
    if let reason = members.first?.failure, !members.contains(where: { $0.failure == nil }) {
      throw Failure(
        .value, "sweep: every training ended early, the first one so: \(reason)")
    }
    guard members.contains(where: { $0.figures[measure] != nil }) else {
      let known = Set(members.flatMap { $0.figures.keys }).sorted().joined(separator: ", ")
      throw Failure(
        .argument, "sweep: there is no '\(measure)', only \(known)", site: .named("measure"))
    }
    return SweepResult(
      arguments: grid.names, values: grid.settings, seeds: seeds, members: members,
      measure: measure)
  }

  /// Every name must mean something: a typing error would sweep over nothing.
  private func checkNames() throws {
    guard case .function(let function) = subject,
      let parameters = session.evaluator.parameterNames(of: function)
    else { return }
    for name in grid.names + grid.fixed.map(\.name) where !parameters.contains(name) {
      let near = nearest(to: name, among: parameters)
      throw Failure(
        .argument, "\(function.name) has no argument '\(name)'",
        advice: near.map { "did you mean '\($0)'?" }, site: .label(name))
    }
  }

  private func carryOut(_ setting: [Value], seed: Int) throws {
    try session.check()
    let texts = setting.map { $0.line(quoted: true) }
    let label =
      grid.names.indices.map { "\(grid.names[$0])=\(short[$0][texts[$0]] ?? texts[$0])" }
      + ["seed=\(seed)"]
    view.begin(label.joined(separator: " "))
    let clock = ContinuousClock()
    let start = clock.now
    switch try made(setting, seed: seed) {
    case .object(let run as Run):
      let twin = control ? try run.control() : nil
      try train(run, run.sweepMember(values: texts, seed: seed, isControl: false))
      if let twin {
        try train(twin, twin.sweepMember(values: texts, seed: seed, isControl: true))
      }
    case .number(let number):
      let member = SweepMember(
        values: texts, seed: seed, isControl: false, script: code, weights: "",
        figures: [measure: [number]], epochs: [], seconds: (clock.now - start).seconds)
      try finish(member)
    case let other:
      throw Failure(
        .type, "sweep: the code must make a run or a number, it gives \(other.line(quoted: true))")
    }
  }

  /// The run, or the number, of a combination: nothing is shown, and the current run stays.
  private func made(_ setting: [Value], seed: Int) throws -> Value {
    let (oldRun, oldSeed) = (session.currentRun, session.seed)
    session.isHushed = true
    session.seed = seed
    defer {
      session.isHushed = false
      (session.currentRun, session.seed) = (oldRun, oldSeed)
    }
    let bindings = grid.bindings(setting)
    switch subject {
    case .code(let code):
      return try session.evaluator.evaluate(
        SourceText(code, origin: "<sweep>"), with: bindings + [("seed", .number(Double(seed)))])
    case .function(let function):
      let takesSeed = session.evaluator.parameterNames(of: function)?.contains("seed") ?? false
      let own = takesSeed ? [("seed", Value.number(Double(seed)))] : []
      return try session.evaluator.invoke(
        function, (bindings + own).map { GivenArgument($0.1, name: $0.0) })
    }
  }

  private var code: String {
    switch subject {
    case .code(let code): code
    case .function(let function): session.evaluator.text(of: function) ?? function.name
    }
  }

  private func train(_ run: Run, _ made: SweepMember) throws {
    if run.continues(records) {
      throw Failure(
        .state, "sweep: the student \(run.student.name) has been trained by an earlier member",
        advice: "make a fresh one each time: student.clone(seed=seed)")
    }
    if var known = try file?.finished(made) ?? session.sweptMembers[made.script] {
      if known.isSameTraining(as: made) {
        // A control that several combinations share is trained once.
        (known.values, known.seed, known.isControl) = (made.values, made.seed, made.isControl)
        return try finish(known)
      }
    }
    records.append(run.record)
    var member = made
    let clock = ContinuousClock()
    let start = clock.now
    do {
      try carryOut(run, made)
    } catch let error as any Explained where error.failure.kind == .value {
      // One that goes to pieces is a finding as any other; it does not cost the rest of the sweep.
      member.failure = error.failure.message
    }
    session.recorder.sync(run, name: name(of: made))
    run.fill(&member, seconds: (clock.now - start).seconds)
    try finish(member)
  }

  private func carryOut(_ run: Run, _ made: SweepMember) throws {
    try run.advance(to: max(run.plannedSteps, run.steps + 1), evaluates: true, check: session.check)
    {
      view.follow($0, run, isControl: made.isControl)
      if session.recorder.isDue(run) { session.recorder.sync(run, name: name(of: made)) }
    }
  }

  /// What a training is called on record: `sweep alpha=5 seed=1`.
  private func name(of member: SweepMember) -> String {
    let setting = grid.names.indices.map { place in
      "\(grid.names[place])=\(short[place][member.values[place]] ?? member.values[place])"
    }
    let parts = ["sweep"] + setting + ["seed=\(member.seed)"]
    return (parts + (member.isControl ? ["control"] : [])).joined(separator: " ")
  }

  private func finish(_ member: SweepMember) throws {
    if !member.weights.isEmpty { session.sweptMembers[member.script] = member }
    if try file?.finished(member) == nil { try file?.add(member) }
    done.append(member)
    view.end(member)
  }
}
