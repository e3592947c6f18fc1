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
    teacher = new
    unbind()
    knownPlan = plan
    frozen.removeAll { $0.model !== new }
  }

  func change(optimizer new: Optimizer) {
    let old = optimizer
    optimizer = new.fresh()
    optimizer.takeOver(from: old)
    notedSettings = optimizer.settingTexts
  }

  /// Another batch size from the next step on; `DataCursor` says what becomes of the epoch.
  func change(batch size: Int) {
    guard size != batch else { return }
    cursor = cursor.changing(batch: size, after: steps)
    epochOrder = nil
    let place = cursor.place(after: steps)
    tell(
      "batches of \(size) from sample \(grouped(place.offset + 1)) of epoch \(place.epoch + 1) on; "
        + "an epoch is \(grouped(stepsPerEpoch)) steps now, and the plan, at "
        + "\(percent(Double(moment.step) / Double(max(1, moment.total)))) as before, ends with step "
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
