public import Catalog
import Datasets
import Losses
import Models
import Optimizers

extension Run {
  public var memberNames: [String] {
    [
      "student", "teacher", "data", "goal", "optimizer", "schedule", "augment", "batch", "epochs",
      "seed", "steps", "epoch", "clip", "ema", "cache", "script",
    ] + (averages == nil ? [] : ["averaged"]) + (optimizer.slowWeights == nil ? [] : ["slow"])
      + (goal.models.isEmpty || (try? companionModel()) == nil ? [] : ["companion"])
      + figureNames + log.series.map(\.name).filter { !figureNames.contains($0) }
  }

  public func member(_ name: String) -> Value? {
    switch name {
    case "student": .object(student)
    case "teacher": teacher.map { .object($0) } ?? Value.none
    case "data": .object(data)
    case "goal": .object(goal)
    case "optimizer": .object(optimizer)
    case "schedule": .object(schedule)
    case "augment": .object(augmentation)
    case "batch": .number(Double(batch))
    case "epochs": .number(Double(epochs))
    case "seed": .number(Double(seed))
    case "steps": .number(Double(steps))
    case "epoch": .number(epoch)
    case "clip": clipping.map { .object($0) } ?? Value.none
    case "ema": averaging.value
    case "cache": ((try? openCache()) ?? nil).map { .object($0) } ?? Value.none
    case "averaged": (try? averagedStudent()).map { .object($0) }
    case "slow": (try? slowStudent()).map { .object($0) }
    case "companion": (try? companionModel()).map { .object($0) }
    case "script": .string(record.script)
    default: series(name).map { .object($0) }
    }
  }

  /// A figure by name; empty before the first step.
  private func series(_ name: String) -> Series? {
    log[name] ?? (figureNames.contains(name) ? Series(name: name) : nil)
  }

  /// What every step logs.
  private var figureNames: [String] {
    ["loss"] + goal.terms.map(\.name) + ["accuracy"] + (teacher == nil ? [] : ["agreement"])
      + ["lr"] + (clipping == nil ? [] : ["grad_norm"])
  }

  /// Changes a setting between steps; the change becomes part of the record.
  public func setMember(_ name: String, to value: Value) throws -> Bool {
    // What was set in the optimizer before comes before this in the record.
    noteSettings()
    guard let text = try change(name, to: value) else { return false }
    record.note(change: "\(name) = \(text)")
    return true
  }

  /// Makes a change and gives its value as the record writes it; nil where there is no such setting.
  private func change(_ name: String, to value: Value) throws -> String? {
    switch name {
    case "goal":
      let new = try read(Goal.self, name, value)
      try change(goal: new)
      return record.text(new)
    case "teacher":
      let new = try read(Model?.self, name, value)
      try change(teacher: new)
      return record.text(new)
    case "optimizer":
      let new = try read(Optimizer.self, name, value)
      change(optimizer: new)
      return new.script
    case "batch":
      let size = try positive(name, value)
      change(batch: size)
      return String(size)
    case "schedule":
      change(schedule: try read(Schedule.self, name, value), epochs: epochs)
      return schedule.script
    case "augment":
      let new = try read(Augmentation.self, name, value)
      try new.check(for: data.train)
      augmentation = new
      epochOrder = nil
      return augmentation.script
    case "clip":
      clipping = try read(Clipping?.self, name, value)
      return clipping?.script ?? "none"
    case "ema":
      change(averaging: try read(Averaging.self, name, value))
      return averaging.literal
    case "cache":
      let old = caching
      caching = try read(Caching?.self, name, value)
      do { try openCache() } catch {
        caching = old
        throw error
      }
      if let note = cacheNote() { tell(note) }
      return caching?.literal ?? "none"
    case "epochs":
      change(schedule: schedule, epochs: try positive(name, value))
      return String(epochs)
    default:
      if let advice = advice(on: name) {
        throw Failure(.name, "'\(name)' is no setting of a run", advice: advice)
      }
      return nil
    }
  }

  /// Where a setting is that people look for in the run itself.
  private func advice(on name: String) -> String? {
    if optimizer.rule.settings.contains(where: { $0.name == name }) {
      return "it is the optimizer's: run.optimizer.\(name) = …"
    }
    if goal.terms.contains(where: { $0.name == name }) {
      return "the term's weight is changed by run.goal.\(name) = …"
    }
    let own = ["augment", "batch", "schedule", "epochs", "clip", "cache", "optimizer"]
    return own.first { name != $0 && name.hasPrefix($0) }.map { "did you mean 'run.\($0)'?" }
  }

  private func read<T: ArgumentType>(_ type: T.Type, _ name: String, _ value: Value) throws -> T {
    do {
      return try T.read(value)
    } catch let mismatch as Mismatch {
      if let reason = mismatch.reason { throw Failure(.value, "run.\(name): \(reason)") }
      throw Failure(
        .type, "run.\(name) needs \(T.expected), got \(value.line(quoted: true))")
    }
  }

  private func positive(_ name: String, _ value: Value) throws -> Int {
    let number = try read(Int.self, name, value)
    guard number >= 1, number <= Run.most else {
      throw Failure(.value, "run.\(name) must be in 1..\(Run.most), got \(number)")
    }
    return number
  }
}
