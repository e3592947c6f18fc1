import Catalog
import Checkpoints
import Datasets
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
    { _ = try $0.setMember("ema", to: .none) },
    { _ = try $0.setMember("clip", to: try Bench.resolve("clip_norm(0.5)")) },
    { _ = try $0.setMember("augment", to: try Bench.resolve("flip() + mixup(0.5)")) },
    { _ = try $0.setMember("schedule", to: try Bench.resolve("cosine(warmup=1)")) },
    { _ = try $0.setMember("optimizer", to: try Bench.resolve("ranger(lr=0.01)")) },
    { _ = try $0.optimizer.setMember("weight_decay", to: .number(0.1)) },
    // The one that a step's bits depend on, one that they do not, none.
    { _ = try $0.setMember("cache", to: try Bench.resolve("cache(top=2)")) },
    { _ = try $0.setMember("cache", to: .bool(true)) },
    { _ = try $0.setMember("cache", to: .none) },
    { run in
      guard let goal = try run.goal.setting(run.goal.terms[0].name, to: .number(3)) else { return }
      _ = try run.setMember("goal", to: goal)
    },
  ]

  /// Changes of the teacher itself, which every run sees that has it.
  private static let teachersChanges: [@Sendable (Run) throws -> Void] = [
    { try setMean(0.5, of: $0) },
    { try setMean(0.25, of: $0) },
  ]

  private static let allChanges = changes + teachersChanges + teachersChanges + teachersChanges

  /// Changes what the teacher wants of pictures, where there is one.
  private static func setMean(_ mean: Double, of run: Run) throws {
    let wanted = try Bench.resolve("preprocess(size=8, crop=1, mean=[\(mean)], std=[0.2])")
    _ = try run.teacher?.setMember("preprocessing", to: wanted)
  }

  private static let small = "classes=4, channels=1, size=8"

  /// Refused where it needs a teacher and there is none.
  private static func setGoal(_ script: String, of run: Run, model: Model? = nil) throws {
    let variables = model.map { [(name: "m", value: Value.object($0))] } ?? []
    _ = try? run.setMember("goal", to: try Bench.resolve(script, variables))
  }

  /// What a run is at first.
  private enum Beginning: CaseIterable {
    case distilled, alone, partly, cached, dropping

    func run() throws -> Run {
      try Bench.run { setup in
        switch self {
        case .distilled: break
        case .alone:
          setup.teacher = nil
          setup.goal = try Bench.call("ce")
          setup.optimizer = .usual
          setup.averaging = .decay(0.9)
          setup.clipping = try Clipping.read(try Bench.resolve("clip_norm(1)"))
          setup.augmentation = try Augmentation.read(
            try Bench.resolve("flip() + mixup_cutmix(0.8, 1)"))
        case .partly:
          setup.goal = try Goal.read(
            try Bench.resolve("ce() + 0.5*hint() + 0.1*critic(steps=2) + kd(T=4)"))
          setup.optimizer = try Optimizer.read(try Bench.resolve("lookahead(radam(lr=0.01))"))
        case .cached: setup.caching = try Caching.read(try Bench.resolve("cache(top=3)"))
        case .dropping:
          setup.student = try Model.read(
            try Bench.resolve(
              "mobilenetv3_small_050(classes=4, channels=1, drop_rate=0.2, drop_path_rate=0.3)"))
        }
      }
    }
  }

  /// What happened to a run, as a straight session would tell it.
  private struct Story {
    let beginning: Beginning
    var steps = 0
    /// Changes by the number of steps done before them, in order.
    var changes: [(at: Int, which: Int)] = []

    func told() throws -> Run {
      let run = try beginning.run()
      for change in changes {
        try run.take(change.at - run.steps)
        try TimelineTests.allChanges[change.which](run)
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
    try TimelineTests.advance(run, 2)
    try TimelineTests.advance(straight, 2)
    #expect(run.isIdentical(to: straight), comment)
  }

  /// Makes steps, fewer where a run goes to pieces under what was changed: that leaves it where it
  /// was.
  private static func advance(_ run: Run, _ count: Int) throws {
    do { try run.take(count) } catch let failure as Failure where failure.kind == .value {}
  }

  @Test(arguments: 0..<80)
  func anyOrderIsTheStraightOne(_ seed: UInt64) throws {
    // Forks share their teacher, so these are without forks.
    let isAlone = seed >= 60
    var random = SplitMix(seed: seed)
    // Half of them the usual one, the others in turn.
    let beginning =
      seed % 2 == 0
      ? Beginning.distilled
      : Beginning.allCases[1 + Int(seed / 2) % (Beginning.allCases.count - 1)]
    var run = try beginning.run()
    var story = Story(beginning: beginning)
    var others: [(Run, Story)] = []
    var undoing: (restore: () -> Void, story: Story)?
    var told = "\(beginning): "
    for _ in 0..<24 {
      let before = (run.restorer, story)
      switch Int.random(in: 0..<13, using: &random) {
      case 0..<4:
        let count = Int.random(in: 1...14, using: &random)
        try TimelineTests.advance(run, count)
        story.steps = run.steps
        told += "step \(count); "
      case 4..<8:
        let changes = isAlone ? TimelineTests.allChanges : TimelineTests.changes
        let which = Int.random(in: changes.indices, using: &random)
        try changes[which](run)
        story.changes.append((story.steps, which))
        told += "change \(which); "
      case 8..<10:
        let target = Int.random(in: 0...story.steps, using: &random)
        try run.rewind(to: target, check: {})
        if target > 0 { story.changes.removeAll { $0.at >= target } }
        if target == 0, story.steps > 0 { story.changes.removeAll { $0.at > 0 } }
        story.steps = target
        told += "rewind to \(target); "
      case 10 where !isAlone:
        let fork = try run.fork()
        others.append((run, story))
        run = fork
        told += "fork; "
      case 10, 11:
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

  /// A change at a step whose snapshot was there before: at the beginning, and in between.
  @Test(arguments: [0, 10])
  func aChangeWhereARewindEndedCounts(_ place: Int) throws {
    let run = try Bench.run()
    try run.take(14)
    try run.rewind(to: place, check: {})
    _ = try run.setMember("optimizer", to: .object(Optimizer.usual))
    _ = try run.setMember("goal", to: .object(try Bench.call("ce", as: Goal.self)))
    // Nowhere to go from the beginning: what was changed there stays.
    if place == 0 { try run.rewind(to: 0, check: {}) }
    let straight = try Bench.run()
    try straight.take(place)
    _ = try straight.setMember("optimizer", to: .object(Optimizer.usual))
    _ = try straight.setMember("goal", to: .object(try Bench.call("ce", as: Goal.self)))
    try run.take(6)
    try run.rewind(to: place + 3, check: {})
    try straight.take(3)
    #expect(run.isIdentical(to: straight))
    try run.take(2)
    try straight.take(2)
    #expect(run.isIdentical(to: straight))
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

  @Test func takingBackAChangeOfTheCacheTakesItBack() throws {
    let run = try Bench.run()
    try run.take(4)
    let undo = run.restorer
    _ = try run.setMember("cache", to: try Bench.resolve("cache(top=1)"))
    try run.take(2)
    undo?()
    #expect(run.caching == nil)
    let straight = try Bench.run()
    try straight.take(6)
    try run.take(2)
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

  /// What is promised: a rewind makes at most `wayBack.spacing` steps again, however far it goes.
  @Test func aThousandStepsBackAreNoMoreThanPromised() throws {
    let run = try Bench.run { setup in
      setup.student = try Bench.teacher(seed: 4)
      setup.augmentation = .none
      setup.epochs = 400
    }
    try run.take(1063)
    var made = 0
    let result = try run.rewind(to: 63) { made += 1 }
    #expect(made == result.replayed && made <= run.wayBack.spacing)
    #expect(run.wayBack.spacing == Timeline.closest)
    let straight = try Bench.run { setup in
      setup.student = try Bench.teacher(seed: 4)
      setup.augmentation = .none
      setup.epochs = 400
    }
    try straight.take(63)
    #expect(run.isIdentical(to: straight))
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
