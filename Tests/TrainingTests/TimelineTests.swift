import Catalog
import Checkpoints
import Losses
import Models
import Optimizers
import Testing

@testable import Training

/// Going back, forking, undoing, saving: whatever order they come in, a run is what a straight one
/// with the same changes would be.
@Suite struct TimelineTests {
  /// Changes a person might make between two steps.
  private static let changes: [@Sendable (Run) throws -> Void] = [
    { _ = try? $0.setMember("goal", to: .object(try Bench.goal().scaled(by: 0.5))) },
    { _ = try $0.setMember("goal", to: .object(try Bench.call("ce", as: Goal.self))) },
    { _ = try $0.optimizer.setMember("lr", to: .number(0.01)) },
    { _ = try $0.setMember("optimizer", to: .object(Optimizer.usual)) },
    { _ = try $0.setMember("optimizer", to: .object(try Bench.sgd())) },
    { _ = try $0.setMember("schedule", to: .object(Schedule.usual)) },
    { _ = try $0.setMember("augment", to: .none) },
    { _ = try $0.setMember("epochs", to: .number(7)) },
    { _ = try $0.setMember("batch", to: .number(5)) },
    { _ = try $0.setMember("batch", to: .number(3)) },
    { _ = try $0.setMember("batch", to: .number(8)) },
    { try setGoal("ce() + 0.5*hint() + 0.1*critic(steps=2)", of: $0) },
    { try setGoal("2*hint() + ce() + kd(T=3)", of: $0) },
    { try setGoal("0.2*critic(steps=2) + ce()", of: $0) },
    { try setGoal("ce() + other(model=m)", of: $0, model: try Bench.teacher(seed: 6)) },
    { try setGoal("ce() + peer(model=m) + hint()", of: $0, model: try Bench.student(seed: 7)) },
    { _ = try $0.setMember("teacher", to: .object(try Bench.teacher(seed: 5))) },
    // Of another width, so that parts no longer fit.
    { _ = try $0.setMember("teacher", to: try Bench.resolve("mlp(\(small), hidden=[12])")) },
    { _ = try $0.setMember("teacher", to: try Bench.resolve("mlp(\(small), hidden=[16, 16])")) },
    // Refused where the goal needs one.
    { _ = try? $0.setMember("teacher", to: .none) },
    { _ = try $0.setMember("optimizer", to: try Bench.resolve("lookahead(sgd(lr=0.02))")) },
    { _ = try $0.setMember("ema", to: .number(0.8)) },
    { run in
      guard let goal = try run.goal.setting(run.goal.terms[0].name, to: .number(3)) else { return }
      _ = try run.setMember("goal", to: goal)
    },
  ]

  private static let small = "classes=4, channels=1, size=8"

  /// Refused where it needs a teacher and there is none.
  private static func setGoal(_ script: String, of run: Run, model: Model? = nil) throws {
    let variables = model.map { [(name: "m", value: Value.object($0))] } ?? []
    _ = try? run.setMember("goal", to: try Bench.resolve(script, variables))
  }

  /// What happened to a run, as a straight session would tell it.
  private struct Story {
    var steps = 0
    /// Changes by the number of steps done before them, in order.
    var changes: [(at: Int, which: Int)] = []

    func told() throws -> Run {
      let run = try Bench.run()
      for change in changes {
        try run.take(change.at - run.steps)
        try TimelineTests.changes[change.which](run)
      }
      try run.take(steps - run.steps)
      return run
    }
  }

  private func expectSame(_ run: Run, _ story: Story, _ comment: Comment) throws {
    run.noteSettings()
    let straight = try story.told()
    straight.noteSettings()
    #expect(run.isIdentical(to: straight), comment)
    // What comes next is the same, too.
    try run.take(2)
    try straight.take(2)
    #expect(run.isIdentical(to: straight), comment)
  }

  @Test(arguments: 0..<40)
  func anyOrderIsTheStraightOne(_ seed: UInt64) throws {
    var random = SplitMix(seed: seed)
    var run = try Bench.run()
    var story = Story()
    var others: [(Run, Story)] = []
    var undoing: (restore: () -> Void, story: Story)?
    var told = ""
    for _ in 0..<24 {
      let before = (run.restorer, story)
      switch Int.random(in: 0..<13, using: &random) {
      case 0..<4:
        let count = Int.random(in: 1...14, using: &random)
        try run.take(count)
        story.steps += count
        told += "step \(count); "
      case 4..<8:
        let which = Int.random(in: TimelineTests.changes.indices, using: &random)
        try TimelineTests.changes[which](run)
        story.changes.append((story.steps, which))
        told += "change \(which); "
      case 8..<10:
        let target = Int.random(in: 0...story.steps, using: &random)
        try run.rewind(to: target, check: {})
        if target > 0 { story.changes.removeAll { $0.at >= target } }
        if target == 0, story.steps > 0 { story.changes.removeAll { $0.at > 0 } }
        story.steps = target
        told += "rewind to \(target); "
      case 10:
        let fork = try run.fork()
        others.append((run, story))
        run = fork
        told += "fork; "
      case 11:
        run = try Run.restored(
          from: try run.checkpoint(), named: "run", resolve: Bench.resolve)
        told += "save, load; "
      default:
        undoing?.restore()
        if let undoing { story = undoing.story }
        undoing = nil
        told += "undo; "
        continue
      }
      undoing = before.0.map { ($0, before.1) }
      if others.last?.0 !== run, told.hasSuffix("fork; ") || told.hasSuffix("load; ") {
        undoing = nil
      }
    }
    try expectSame(run, story, Comment(rawValue: told))
    for (other, story) in others { try expectSame(other, story, Comment(rawValue: told)) }
  }

  @Test func aRewindStartsAtTheNearestSnapshot() throws {
    let run = try Bench.run()
    try run.take(35)
    let result = try run.rewind(to: 33, check: {})
    #expect(result == RewindResult(steps: 33, snapshot: 30))
    #expect(throws: Failure.self) { try run.rewind(to: 34, check: {}) }
    #expect(throws: Failure.self) { try run.rewind(to: -1, check: {}) }
    #expect(run.steps == 33)
  }

  @Test func anInterruptedRewindLeavesTheRun() throws {
    let run = try Bench.run()
    try run.take(29)
    let twin = try run.fork()
    var looks = 0
    #expect(throws: Stop.self) {
      try run.rewind(to: 8) {
        looks += 1
        if looks == 4 { throw Stop() }
      }
    }
    #expect(run.isIdentical(to: twin))
    try run.rewind(to: 8, check: {})
    try twin.rewind(to: 8, check: {})
    #expect(run.isIdentical(to: twin))
  }

  @Test func weightsChangedBySomebodyElseAreKept() throws {
    let run = try Bench.run()
    try run.take(13)
    run.student.weights = try Bench.student(seed: 9).weights
    try run.take(4)
    let after = try run.fork()
    try run.take(8)
    try run.rewind(to: 17, check: {})
    #expect(run.isIdentical(to: after))
    // Before the change, as if it had never been.
    try run.rewind(to: 13, check: {})
    let straight = try Bench.run()
    try straight.take(13)
    #expect(run.isIdentical(to: straight))
  }

  @Test func memoryIsBounded() throws {
    var timeline = Timeline()
    let run = try Bench.run()
    let bytes = run.moved.bytes
    let most = Timeline.budget / bytes
    var steps = 0
    while steps < 4 * most * Timeline.closest {
      if timeline.wantsSnapshot(at: steps) {
        timeline.add(.init(steps: steps, moved: run.moved, isForeign: steps == 0))
      }
      steps += 1
    }
    #expect(timeline.snapshots.count <= most)
    #expect(timeline.snapshots.first?.steps == 0)
    #expect(timeline.spacing > Timeline.closest)
    let gaps = zip(timeline.snapshots, timeline.snapshots.dropFirst()).map { $1.steps - $0.steps }
    #expect(gaps.allSatisfy { $0 <= timeline.spacing })
  }
}

/// Somebody wants it to end.
private struct Stop: Error {}

/// Numbers that are the same at every run.
private struct SplitMix: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
