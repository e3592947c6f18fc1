import Catalog
import Models
import Optimizers
import Tensors

/// How a run came back to an earlier step.
public struct RewindResult: Sendable, Equatable {
  /// Steps done now.
  public var steps: Int
  /// The snapshot that it started from.
  public var snapshot: Int
  /// Steps made again from there.
  public var replayed: Int { steps - snapshot }
}

extension Run {
  /// The earliest step that can be gone back to, and how many steps a rewind makes again at most.
  public var wayBack: (earliest: Int, spacing: Int) {
    (timeline.earliest ?? steps, timeline.spacing)
  }

  /// Writes down, before a step, what is needed to come back to it.
  func keepTheWayBack() {
    let isChanged = timeline.stretches.isEmpty || record.hasNewChange
    if isChanged {
      timeline.begin(
        Timeline.Stretch(
          start: steps, settings: settings, rule: optimizer.rule, scope: optimizer.scope,
          noted: notedSettings))
    }
    let isForeign = steps > 0 && seenVersion != version
    // A run that was rewound to a snapshot and changed there goes on from another state.
    let present = timeline.snapshots.last.flatMap { $0.steps == steps ? $0 : nil }
    let isStale = isChanged && present != nil
    if isForeign || isStale || timeline.wantsSnapshot(at: steps) {
      timeline.add(
        Timeline.Snapshot(
          steps: steps, moved: moved,
          isForeign: isForeign || timeline.snapshots.isEmpty || present?.isForeign == true,
          isAfterChange: isForeign || isChanged))
    }
  }

  /// Goes back to the moment when so many steps had just been done: the same weights, optimizer,
  /// figures and record, to the bit; changes made at that point or later are undone.
  ///
  /// - Parameter check: Looked at between the steps that are made again; if it throws, the run is
  ///   where it was.
  @discardableResult
  public func rewind(to target: Int, check: () throws -> Void) throws -> RewindResult {
    guard (0...steps).contains(target) else {
      throw Failure(
        .value, "the run has done \(steps) steps and cannot be rewound to step \(target)")
    }
    // Changes before the first step are what the run is, not what it has become.
    if target == steps, timeline.stretches.isEmpty || target == 0 {
      return RewindResult(steps: steps, snapshot: steps)
    }
    guard let way = timeline.way(to: target) else {
      throw Failure(
        .state,
        "the way back begins at step \(timeline.earliest ?? steps), which is after \(target)",
        advice: "script(run) prints the session that makes it from the start")
    }
    let restore = restorer
    let before = presentCircumstances
    do {
      try follow(way, to: target, check)
    } catch {
      restore?()
      throw error
    }
    tellOfWants(before: before)
    log.cut(after: target)
    rewrites += 1
    record.cut(after: target)
    timeline.cut(after: target)
    guards.cut(after: target)
    // What others did to the student after its first step is undone with the steps.
    if let place = student.past.firstIndex(where: { $0 === record }) {
      student.past.removeSubrange((target == 0 ? place : place + 1)...)
    }
    return RewindResult(steps: target, snapshot: way.snapshot.steps)
  }

  private func follow(
    _ way: (snapshot: Timeline.Snapshot, stretches: [Timeline.Stretch]), to target: Int,
    _ check: () throws -> Void
  ) throws {
    for (index, stretch) in way.stretches.enumerated() {
      let isSame = index > 0 && stretch.settings.optimizer === optimizer
      let old = optimizer
      settings = stretch.settings
      circumstances.apply(to: record.models)
      notedSettings = stretch.noted
      if index == 0 {
        steps = way.snapshot.steps
        moved = way.snapshot.moved
      } else {
        // A new optimizer began with what it could take over; an old one kept its memory under its
        // new settings.
        var state = isSame ? optimizer.state : optimizer.fresh().state
        state.rule = stretch.rule
        state.scope = stretch.scope
        optimizer.state = state
        if !isSame {
          old.attach(to: movingParameters)
          optimizer.takeOver(from: old)
        }
        if averaging == .off { averages = nil }
      }
      let end = index + 1 < way.stretches.count ? way.stretches[index + 1].start : target
      while steps < end {
        try check()
        _ = try ConvolutionArithmetic.$isExact.withValue(circumstances.isExact) { try move() }
      }
    }
  }

  /// A run that goes on from here by itself: a copy of the student, the same past, figures and way
  /// back. What one of the two does from now on, the other does not see.
  public func fork() throws -> Run {
    noteSettings()
    let twin = try student.cloned(seed: nil)
    let present = twin.weights
    twin.weights = initialWeights
    twin.past = record.studentPast
    let run = try Run(
      RunSetup(
        student: twin, teacher: teacher, data: data, goal: goal, optimizer: optimizer,
        schedule: schedule, augmentation: augmentation, batch: batch, epochs: epochs, seed: seed,
        shuffle: shuffle, clipping: clipping, averaging: averaging, caching: caching,
        caches: caches))
    twin.weights = present
    twin.normalisation = student.normalisation
    run.cursor = cursor
    run.circumstances = circumstances
    run.record.take(
      record.models, teacher: record.teacher, arguments: record.arguments, events: record.events)
    run.state = state
    run.timeline = timeline.withOwnOptimizers(run.optimizer, for: optimizer)
    twin.past = record.studentPast + (steps > 0 ? [run.record] : [])
    return run
  }
}
