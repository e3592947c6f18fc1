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
    /// `goal = ce() + 5*kd(T=2)`: a member that was changed.
    case change(String)
  }

  let student: String
  let studentPast: [any Past]
  let teacher: String?
  let teacherPast: [any Past]
  let data: String
  /// `ce() + 5*kd(T=1)` and the other arguments as they would be typed when it was made.
  var arguments: String
  var events: [Event] = []

  init(_ setup: RunSetup) {
    student = setup.student.script
    studentPast = setup.student.past
    teacher = setup.teacher?.script
    teacherPast = setup.teacher?.past ?? []
    data = setup.data.script
    var arguments = """
      \(setup.goal.script), optimizer=\(setup.optimizer.script), \
      schedule=\(setup.schedule.script), batch=\(setup.batch), epochs=\(setup.epochs)
      """
    if !setup.augmentation.steps.isEmpty { arguments += ", augment=\(setup.augmentation.script)" }
    if setup.seed != 0 { arguments += ", seed=\(setup.seed)" }
    if !setup.shuffle { arguments += ", shuffle=false" }
    if let clipping = setup.clipping { arguments += ", clip=\(clipping.script)" }
    if setup.averaging != .off { arguments += ", ema=\(setup.averaging.literal)" }
    self.arguments = arguments
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
      case .change(let text): return (done...done, text)
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
      case .change: kept.append(event)
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
    teacherPast = other.teacherPast
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
    var teacherName: String?
    if let teacher {
      let name = variables.next("teacher")
      lines.append("\(name) = \(teacher)")
      for past in teacherPast { lines += past.statements(model: name, &variables) }
      teacherName = name
    }
    let run = variables.next("run")
    let call = teacherName.map { "distill(\(model), \($0), " } ?? "train(\(model), "
    lines.append("\(run) = \(call)\(data), \(arguments))")
    for event in events {
      switch event {
      case .steps(let count): lines.append("step \(run), \(count)")
      case .change(let text): lines.append("\(run).\(text)")
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
  /// Puts settings of the optimizer that were changed since the last step into the record:
  /// `optimizer.lr = 0.01`.
  public func noteSettings() {
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
