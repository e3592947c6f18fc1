import Catalog
import Datasets
import Losses
public import Models
import Optimizers

/// What a run was made from and what happened to it: enough to write the session that makes it
/// again.
public final class RunRecord: Past {
  /// One thing that happened.
  public enum Event: Sendable, Equatable, Codable {
    case steps(Int)
    /// `goal = ce() + 5*kd(T=2)`: a member that was changed, with models by their marks.
    case change(String)
    /// A statement about the student's weights, `load student, "file"` with the student by its mark,
    /// or a comment where no statement does again what somebody else did to them.
    case other(String)
    /// A statement beside the run that its next steps depend on: `teacher.preprocessing = …` with the
    /// teacher by its mark, `set exact=true`.
    case statement(String)
  }

  let student: String
  let studentPast: [any Past]
  /// The mark of the teacher that it was made with.
  private(set) var teacher: String?
  let data: String
  /// `ce() + 5*kd(T=1)` and the other arguments as they would be typed when it was made, with models
  /// by their marks.
  private(set) var arguments: String
  var events: [Event] = []
  /// The models that arguments and events speak of.
  private(set) var models = RecordedModels()

  init(_ setup: RunSetup) {
    student = setup.student.script
    studentPast = setup.student.past
    var models = RecordedModels()
    teacher = setup.teacher.map { models.mark($0) }
    for model in setup.goal.models { _ = models.mark(model) }
    let known = models
    data = setup.data.script
    var arguments = """
      \(setup.goal.script(ModelNames { known.known($0) ?? $0.name })), \
      optimizer=\(setup.optimizer.script), \
      schedule=\(setup.schedule.script), batch=\(setup.batch), epochs=\(setup.epochs)
      """
    if !setup.augmentation.steps.isEmpty { arguments += ", augment=\(setup.augmentation.script)" }
    if setup.seed != 0 { arguments += ", seed=\(setup.seed)" }
    if !setup.shuffle { arguments += ", shuffle=false" }
    if let clipping = setup.clipping { arguments += ", clip=\(clipping.script)" }
    if setup.averaging != .off { arguments += ", ema=\(setup.averaging.literal)" }
    if let caching = setup.caching { arguments += ", cache=\(caching.literal)" }
    self.arguments = arguments
    self.models = models
  }

  /// Everything in it that may speak of models, in order.
  var texts: [String] {
    [teacher ?? "", arguments]
      + events.map { event in
        switch event {
        case .change(let text), .other(let text), .statement(let text): text
        case .steps: ""
        }
      }
  }

  /// How texts of the record name models: by marks, where it knows them.
  var names: ModelNames { ModelNames { [models] in models.known($0) ?? $0.name } }

  /// Goes on with what another run was made of: a fork's, or one from a file.
  func take(
    _ models: RecordedModels, teacher: String?, arguments: String, events: [Event]
  ) {
    self.models = models
    self.teacher = teacher
    self.arguments = arguments
    self.events = events
  }

  /// A model as the record writes it, `none` without one; it is known from now on.
  func text(_ model: Model?) -> String { model.map { models.mark($0) } ?? "none" }

  /// A goal as the record writes it; its models are known from now on.
  func text(_ goal: Goal) -> String {
    for model in goal.models { _ = models.mark(model) }
    return goal.script(names)
  }

  /// The events with the steps they belong to: a stretch from its first step to its last, a change
  /// after the step that was the last one then.
  public var history: [(steps: ClosedRange<Int>, change: String?)] {
    var done = 0
    return events.map { event in
      switch event {
      case .steps(let count):
        defer { done += count }
        return (done + 1...max(done + 1, done + count), nil)
      case .change(let text), .other(let text), .statement(let text):
        return (done...done, models.plain(text))
      }
    }
  }

  func noteStep() {
    if case .steps(let count) = events.last {
      events[events.count - 1] = .steps(count + 1)
    } else {
      events.append(.steps(1))
    }
  }

  func note(change: String) { events.append(.change(change)) }

  /// Whether a setting was changed since the last step.
  var hasNewChange: Bool {
    for event in events.reversed() {
      switch event {
      case .steps: return false
      case .change, .statement: return true
      case .other: continue
      }
    }
    return false
  }

  func note(other: String) { events.append(.other(other)) }

  func note(statement: String) { events.append(.statement(statement)) }

  /// Whether somebody else changed the student's weights between its steps.
  var knowsOfOthers: Bool {
    events.contains { if case .other = $0 { true } else { false } }
  }

  /// Forgets what happened after so many steps were done; changes before the first step stay.
  func cut(after steps: Int) {
    var left = steps
    var kept: [Event] = []
    for event in events {
      switch event {
      case .steps(let count):
        if left > 0 { kept.append(.steps(min(count, left))) }
        left -= count
        if left <= 0 {
          events = kept
          return
        }
      case .change, .other, .statement: kept.append(event)
      }
    }
    events = kept
  }

  /// The whole session: data, models with their pasts, the run, its changes and steps.
  public var script: String {
    var variables = VariableNames()
    let student = variables.next("student")
    return (statements(making: student, &variables)).joined(separator: "\n")
  }

  private init(_ other: RunRecord) {
    student = other.student
    studentPast = other.studentPast
    teacher = other.teacher
    models = other.models
    data = other.data
    arguments = other.arguments
    events = other.events
  }

  /// A copy that later events do not reach.
  var frozen: RunRecord { RunRecord(self) }

  public func statements(model: String, _ variables: inout VariableNames) -> [String] {
    making(model: model, &variables).lines
  }

  /// The statements that train the model in a variable, and the run's variable.
  func making(
    model: String, _ variables: inout VariableNames
  ) -> (lines: [String], run: String) {
    var lines: [String] = []
    let (data, isNew) = variables.shared("data", for: self.data)
    if isNew { lines.append("\(data) = \(self.data)") }
    var names = [RecordedModels.student: model]
    // Not those of changes that were taken back.
    for place in RecordedModels.places(in: texts) where models.entries.indices.contains(place) {
      let entry = models.entries[place]
      let isTeacher = RecordedModels.mark(place) == teacher
      let name = variables.next(isTeacher ? "teacher" : "model")
      lines.append("\(name) = \(entry.model.script)")
      for past in entry.past { lines += past.statements(model: name, &variables) }
      names[place] = name
    }
    func resolved(_ text: String) -> String {
      RecordedModels.text(text) { names[$0] ?? "none" }
    }
    let run = variables.next("run")
    let call = teacher.map { "distill(\(model), \(resolved($0)), " } ?? "train(\(model), "
    lines.append("\(run) = \(call)\(data), \(resolved(arguments)))")
    for event in events {
      switch event {
      case .steps(let count): lines.append("step \(run), \(count)")
      case .change(let text): lines.append("\(run).\(resolved(text))")
      case .other(let text), .statement(let text): lines.append(resolved(text))
      }
    }
    return (lines, run)
  }

  private func statements(making model: String, _ variables: inout VariableNames) -> [String] {
    var lines = ["\(model) = \(student)"]
    for past in studentPast { lines += past.statements(model: model, &variables) }
    return lines + statements(model: model, &variables)
  }
}

extension Run {
  /// Puts settings of the optimizer that were changed since the last step into the record,
  /// `optimizer.lr = 0.01`, and what was changed beside the run.
  public func noteSettings() {
    noteCircumstances()
    let now = optimizer.settingTexts
    for (old, new) in zip(notedSettings, now) where old.text != new.text {
      record.note(change: "optimizer.\(new.name) = \(new.text)")
    }
    notedSettings = now
  }
}

extension Optimizer {
  /// Its settings as they would be typed.
  var settingTexts: [(name: String, text: String)] {
    rule.settings.map { ($0.name, $0.value.line(quoted: true)) }
  }
}
