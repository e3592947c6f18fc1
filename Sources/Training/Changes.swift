import Catalog
import Datasets
import Losses
import Models
import Optimizers

/// What may be changed between two steps and has more to it than a new value.
extension Run {
  func change(goal new: Goal) throws {
    if new.needsTeacher, teacher == nil {
      throw Failure(
        .state, "the goal \(new.script) needs a teacher and this run has none",
        advice: "run.teacher = model gives it one")
    }
    try Run.check(new, student: student, teacher: teacher, data: data)
    let plan = try plan(of: new)
    goal = new
    unbind()
    knownPlan = plan
    if let note = unusedCacheNote() { tell(note) }
  }

  func change(teacher new: Model?) throws {
    try Run.check(new, student: student, data: data)
    if new == nil, goal.needsTeacher {
      throw Failure(
        .state, "the goal \(goal.script) needs a teacher",
        advice: "change the goal first: run.goal = ce()")
    }
    let plan = try FeaturePlan(goal, student: student, teacher: new)
    let old = teacher
    teacher = new
    unbind()
    knownPlan = plan
    frozen.removeAll { $0.model !== new }
    tellOfTeacher(before: old)
  }

  private func tellOfTeacher(before old: Model?) {
    guard steps > 0, teacher !== old else { return }
    var texts = [
      teacher.map { "\($0.name) teaches from step \(grouped(steps + 1)) on" }
        ?? "nobody teaches from step \(grouped(steps + 1)) on"
    ]
    if caching != nil, teacher != nil, old != nil {
      texts.append("what the cache holds is of the teacher before and is not asked")
    }
    let owners = termStates.map(\.term).filter { name in
      goal.terms.first { $0.name == name }?.loss.needsTeacher == true
    }
    if !owners.isEmpty, teacher != nil {
      texts.append(
        "\(owners.joined(separator: ", ")) goes on with what it has learned where shapes fit")
    }
    tell(texts.joined(separator: "; "))
  }

  func change(optimizer new: Optimizer) {
    let old = optimizer
    optimizer = new.fresh()
    let kept = optimizer.takeOver(from: old)
    notedSettings = optimizer.settingTexts
    if steps > 0 { tell(optimizer.news(keeping: kept, of: old)) }
  }

  /// Another plan of the rates, which goes on where the old one stood.
  func change(schedule new: Schedule, epochs count: Int) {
    (schedule, epochs) = (new, count)
    guard steps > 0 else { return }
    let pace = schedule.pace(moment, base: optimizer.baseRate)
    tell(
      "the plan ends with step \(grouped(plannedSteps)) and stands at \(progress): lr "
        + "\(shortText(pace.lr)) at the next step")
  }

  /// Averages begin, end or go on with another decay.
  func change(averaging new: Averaging) {
    defer { averaging = new }
    if new == .off {
      if let averages {
        tell("the averages of \(grouped(averages.updates)) steps are dropped")
      }
      averages = nil
    } else if steps > 0, new != averaging {
      tell(
        averages.map { "the averages of \(grouped($0.updates)) steps go on with another decay" }
          ?? "the averages begin with the weights of step \(grouped(steps))")
    }
  }

  /// How much of the plan is done: `28 %`.
  private var progress: String { percent(Double(moment.step) / Double(max(1, moment.total))) }

  /// Another batch size from the next step on; `DataCursor` says what becomes of the epoch.
  func change(batch size: Int) {
    guard size != batch else { return }
    cursor = cursor.changing(batch: size, after: steps)
    epochOrder = nil
    let place = cursor.place(after: steps)
    tell(
      "batches of \(size) from sample \(grouped(place.offset + 1)) of epoch \(place.epoch + 1) on; "
        + "an epoch is \(grouped(stepsPerEpoch)) steps now, and the plan, at "
        + "\(progress) as before, ends with step "
        + "\(grouped(plannedSteps))")
  }

  private func percent(_ share: Double) -> String {
    "\(numberText((share * 1000).rounded() / 10)) %"
  }

  /// Says which terms went on with their parts under a goal that is new in mid-run.
  ///
  /// - Parameter before: What terms owned under the goal before.
  func tellOfParts(_ binding: GoalBinding, before: [TermState]) {
    let known = before.map(\.term)
    let dropped = known.filter { !(binding.carried + binding.drawn).contains($0) }
    // Nothing to tell where a run begins, or all goes on as it was: after an undo, or from a file.
    guard steps > 1, !(binding.drawn.isEmpty && dropped.isEmpty) else { return }
    var texts: [String] = []
    if !binding.carried.isEmpty {
      texts.append("\(binding.carried.joined(separator: ", ")) goes on with what it has learned")
    }
    if !binding.drawn.isEmpty {
      texts.append("\(binding.drawn.joined(separator: ", ")) starts anew")
    }
    if !dropped.isEmpty { texts.append("\(dropped.joined(separator: ", ")) is dropped") }
    tell("parts of the goal: " + texts.joined(separator: "; "))
  }

  /// Something a person should know of a change, until it is asked for.
  func tell(_ text: String) {
    if !news.contains(text) { news.append(text) }
  }

  /// What is to be told of changes since it was asked for last.
  public func takeNews() -> [String] {
    defer { news = [] }
    return news
  }
}

extension Optimizer {
  /// What became of another one's memory.
  ///
  /// - Parameter kept: The slots that were taken over.
  func news(keeping kept: [String], of old: Optimizer) -> String {
    let (own, others) = (rule.slots, old.rule.slots)
    let (name, before) = (rule.name, old.rule.name)
    var texts: [String] = []
    if !kept.isEmpty {
      texts.append(
        "\(name) goes on with \(kept.joined(separator: ", ")) of \(grouped(stepCount)) steps")
    }
    let new = own.filter { !kept.contains($0) }
    if !new.isEmpty { texts.append("\(new.joined(separator: ", ")) starts anew") }
    let dropped = others.filter { !kept.contains($0) }
    if !dropped.isEmpty {
      texts.append("\(before)'s \(dropped.joined(separator: ", ")) is dropped")
    }
    return texts.isEmpty
      ? "\(name) remembers nothing of the steps before, as \(before) did"
      : "optimizer: " + texts.joined(separator: "; ")
  }
}
