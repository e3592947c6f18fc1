import Catalog
import Optimizers
import Plots
import Training

/// What `schedule` draws: that of a run, or one on its own.
enum SchedulePlan: ArgumentType {
  case run(Run)
  case schedule(Schedule)

  static var expected: String { "a run or a schedule" }
  static var valueKind: String? { "schedule" }
  static var canBeSkipped: Bool { true }

  static func read(_ value: Value) throws -> SchedulePlan {
    switch value {
    case .object(let run as Run): return .run(run)
    case .object(let schedule as Schedule): return .schedule(schedule)
    default: throw Mismatch()
    }
  }
}

enum SchedulePreview {
  static let declaration: Declaration = .command(
    "schedule", "Draws learning rate and momentum over a plan before anything is run.",
    details: """
      Of a run: its own schedule, plan and optimizer. Of a schedule on its own: `epochs` of \
      `steps` steps each, with a base rate `lr`.
      """,
    Argument(
      "what", "A run, or a schedule; none: the current run.", default: SchedulePlan?.none),
    Argument("epochs", "Epochs of the plan; none: the run's, or 10.", default: Int?.none) {
      (1...1_000_000).contains($0 ?? 1) ? nil : "must be in 1..1000000"
    },
    Argument("steps", "Steps of an epoch; none: the run's, or 100.", default: Int?.none) {
      (1...1_000_000).contains($0 ?? 1) ? nil : "must be in 1..1000000"
    },
    Argument("lr", "Base rate; none: the run's, or 0.1.", default: Double?.none) {
      ($0 ?? 1) > 0 ? nil : "must be positive"
    },
    examples: [
      "schedule", "schedule onecycle(0.1), epochs=5", "schedule(cosine(warmup=1), lr=0.05)",
    ],
    keywords: ["preview", "learning rate", "momentum", "plan", "warm-up"]
  ) { session, what, epochs, steps, lr in
    let plan: SchedulePlan = try what ?? .run(session.run(Subject()))
    let run: Run? = if case .run(let run) = plan { run } else { nil }
    let schedule: Schedule
    switch plan {
    case .run(let run): schedule = run.schedule
    case .schedule(let own): schedule = own
    }
    let perEpoch = steps ?? run?.stepsPerEpoch ?? 100
    let total = perEpoch * (epochs ?? run?.epochs ?? 10)
    let base = lr ?? run.map { Double($0.optimizer.lr.literal) ?? Double($0.optimizer.lr) } ?? 0.1
    return plot(schedule, base: base, total: total, perEpoch: perEpoch, done: run?.steps)
  }

  private static func plot(
    _ schedule: Schedule, base: Double, total: Int, perEpoch: Int, done: Int?
  ) -> Plot {
    // A plan of any length is drawn by two thousand places.
    let places = Array(stride(from: 0, to: total, by: max(1, total / 2000)))
    let paces = places.map {
      schedule.pace(Moment(step: $0, total: total, stepsPerEpoch: perEpoch), base: base)
    }
    let x = places.map { Double($0 + 1) }
    var marks: [Mark] = [.curve(Curve("lr", x: x, y: paces.map(\.lr)))]
    if let done, done > 0, let place = places.lastIndex(where: { $0 < done }) {
      marks.append(.points(Points("now", x: [Double(done)], y: [paces[place].lr])))
    }
    var panels = [Panel(x: Axis("step"), y: Axis("learning rate"), marks: marks)]
    if paces.contains(where: { $0.momentum != nil }) {
      panels.append(
        Panel(
          x: Axis("step"), y: Axis("momentum"),
          curves: [Curve("momentum", x: x, y: paces.map { $0.momentum ?? .nan })]))
    }
    let note = schedule.note(total: total, stepsPerEpoch: perEpoch).map { "; \($0)" } ?? ""
    return Plot("\(schedule.script), \(total) steps\(note)", panels: panels)
  }
}
