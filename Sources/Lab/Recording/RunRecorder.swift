import Catalog
import Conversation
import Datasets
import Losses
import Models
import Optimizers
import Records
import Training

/// Keeps the records of a session's runs.
///
/// It compares what a run has logged with what it has written, every few hundred milliseconds while
/// steps are made and at the end of each statement, and hands what is new to the store's queue. So
/// a step costs nothing, every point is kept, and rewinds, undo and failed statements come into the
/// records by themselves: where a run's log no longer begins with what was written, a mark says from
/// which step on it is superseded.
final class RunRecorder {
  /// What has been written of one run.
  private struct Written {
    weak var run: Run?
    let key: RunKey
    var rewrites: Int
    var counts: [String: Int] = [:]
    var bests: [String: Double] = [:]
    var steps = 0
    var last: NewRun
    var time: ContinuousClock.Instant
  }

  private let store: RecordStore
  private let clock = ContinuousClock()
  private var written: [ObjectIdentifier: Written] = [:]
  /// Runs that others went on from, by the run that did.
  private var parents: [ObjectIdentifier: RunKey] = [:]

  /// How long a step may wait before it is handed to the store, which writes it half a second later
  /// at most.
  private static let patience = Duration.milliseconds(300)

  init(_ store: RecordStore) { self.store = store }

  /// Says that a run goes on from another one, before it is recorded.
  func note(parent: RunKey?, of run: Run) { parents[ObjectIdentifier(run)] = parent }

  /// The run's name in the store; nil as long as there is nothing of it on record.
  func key(of run: Run) -> RunKey? {
    guard let known = written[ObjectIdentifier(run)], known.run === run else { return nil }
    return known.key
  }

  /// Whether a step just made should be handed on by now.
  func isDue(_ run: Run) -> Bool {
    guard let known = written[ObjectIdentifier(run)], known.run === run else { return true }
    return clock.now - known.time >= RunRecorder.patience
  }

  /// Writes what is new of every run that still lives.
  ///
  /// - Parameter wereTouched: Whether anything but steps and names can have changed since the last
  ///   time: putting the facts of a run together costs more than most statements do.
  func sync(wereTouched: Bool = true, name: (Run) -> String) {
    for (id, known) in written {
      if let run = known.run {
        let name = name(run)
        let isSame =
          known.steps == run.steps && known.rewrites == run.rewrites && known.last.name == name
        if wereTouched || !isSame { sync(run, name: name) }
      } else {
        written[id] = nil
        parents[id] = nil
      }
    }
  }

  /// Writes what is new of a run.
  ///
  /// - Parameter isForced: Also of one that has made no steps.
  @discardableResult
  func sync(_ run: Run, name: @autoclosure () -> String, isForced: Bool = false) -> RunKey? {
    let id = ObjectIdentifier(run)
    if written[id] != nil, written[id]?.run !== run { written[id] = nil }
    guard var known = written[id] else {
      guard run.steps > 0 || isForced else { return nil }
      return begin(run, name: name())
    }
    let isRewritten = known.rewrites != run.rewrites
    let marks = isRewritten ? cuts(&known, run) : []
    let facts = run.facts(name: name())
    // Figures and the step that they belong to come into the file together.
    store.together {
      for mark in marks { store.cut(mark.series, of: known.key, after: mark.step) }
      var isLonger = append(&known, run)
      isLonger = isLonger || isRewritten || known.steps != run.steps
      if isLonger || facts != known.last { progress(&known, run, facts) }
    }
    known.time = clock.now
    written[id] = known
    return known.key
  }

  private func begin(_ run: Run, name: String) -> RunKey {
    var facts = run.facts(name: name)
    facts.version = programVersion
    facts.libraries = Surroundings.libraries
    facts.processor = Surroundings.processor
    facts.parent = parents[ObjectIdentifier(run)]
    var known = Written(
      run: run, key: RunKey(), rewrites: run.rewrites, last: facts, time: clock.now)
    store.together {
      store.add(facts, as: known.key)
      _ = append(&known, run)
      progress(&known, run, run.facts(name: name))
    }
    written[ObjectIdentifier(run)] = known
    return known.key
  }

  /// Hands on the points that have come since the last time; whether there were any.
  private func append(_ known: inout Written, _ run: Run) -> Bool {
    var isLonger = false
    for series in run.log.series {
      let start = known.counts[series.name] ?? 0
      guard series.values.count > start else { continue }
      isLonger = true
      var best = known.bests[series.name]
      for index in start..<series.values.count {
        let value = series.values[index]
        store.append(value, to: series.name, of: known.key, step: series.steps[index])
        best = RunRecorder.better(best, value, series.name)
      }
      known.counts[series.name] = series.values.count
      known.bests[series.name] = best
    }
    return isLonger
  }

  /// What no longer belongs to a run whose log was cut or replaced: series, and the step after which
  /// they are superseded.
  private func cuts(_ known: inout Written, _ run: Run) -> [(series: String, step: Int)] {
    var marks: [(series: String, step: Int)] = []
    known.rewrites = run.rewrites
    for name in known.counts.keys.sorted() {
      let old = store.series(name, of: known.key).current
      let series = run.log[name]
      let (steps, values) = (series?.steps ?? [], series?.values ?? [])
      var common = 0
      while common < old.count, common < values.count, old[common].step == steps[common],
        old[common].value.bitPattern == values[common].bitPattern
      { common += 1 }
      if common < old.count {
        marks.append((name, common > 0 ? old[common - 1].step : 0))
      }
      known.counts[name] = common
      known.bests[name] = values.prefix(common).reduce(nil as Double?) {
        RunRecorder.better($0, $1, name)
      }
    }
    return marks
  }

  private func progress(_ known: inout Written, _ run: Run, _ facts: NewRun) {
    known.steps = run.steps
    known.last = facts
    let figures = run.log.series.compactMap { series in
      series.last.map {
        FigureSummary(series.name, last: $0, best: known.bests[series.name] ?? $0)
      }
    }
    store.progress(
      known.key, facts, steps: run.steps, planned: run.plannedSteps, figures: figures)
  }

  /// The better of two values of a figure: the greater share, the lesser loss.
  static func better(_ best: Double?, _ value: Double, _ name: String) -> Double? {
    guard !value.isNaN else { return best }
    guard let best else { return value }
    return isShare(name) ? max(best, value) : min(best, value)
  }

  /// Whether more of a figure is better.
  static func isShare(_ name: String) -> Bool {
    ["accuracy", "agreement", "miou", "iou", "top5"].contains { name.hasSuffix($0) }
  }
}

extension Run {
  /// What is written of a run: everything it is set to now, and the session that makes it again.
  func facts(name: String) -> NewRun {
    var facts = NewRun(
      name: name, kind: teacher == nil ? "train" : "distill", goal: goal.script,
      data: data.name, seed: seed, script: record.script)
    facts.student = student.name
    facts.teacher = teacher?.name ?? ""
    facts.settings = [
      .init("student", student.script), .init("teacher", teacher?.script ?? "none"),
      .init("data", data.script), .init("goal", goal.script),
      .init("optimizer", optimizer.script), .init("schedule", schedule.script),
      .init("augment", augmentation.script), .init("batch", String(batch)),
      .init("epochs", String(epochs)), .init("seed", String(seed)),
      .init("shuffle", shuffle.literal), .init("clip", clipping?.script ?? "none"),
      .init("ema", averaging.literal),
    ]
    return facts
  }
}
