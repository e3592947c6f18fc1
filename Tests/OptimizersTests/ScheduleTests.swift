import Catalog
import Optimizers
import TestSupport
import Testing

/// Schedules against PyTorch's, and their behaviour at the ends.
@Suite struct ScheduleTests {
  struct Golden: Decodable {
    var records: [Record]
  }

  struct Record: Decodable {
    var schedule: String
    var arguments: [String: ReferenceValue]
    var base: Double
    var steps: Int
    var stepsPerEpoch: Int
    var lr: [Double]
    var momentum: [Double]?
  }

  @Test func ratesAndMomentaAreThoseOfPyTorch() throws {
    let records = try golden("schedules.json", as: Golden.self).records
    #expect(Set(records.map(\.schedule)) == ["onecycle", "cosine", "step_decay", "constant"])
    for record in records {
      let schedule = try makeSchedule(record.schedule, record.arguments.mapValues(\.value))
      let paces = (0..<record.steps).map { step in
        schedule.pace(
          Moment(step: step, total: record.steps, stepsPerEpoch: record.stepsPerEpoch),
          base: record.base)
      }
      // PyTorch computes some of them one from the other, step by step: 1e-12 of the base.
      #expect(
        disagreement(paces.map(\.lr), record.lr, relative: 1e-9, absolute: 1e-12) == nil,
        "\(schedule.script)")
      if let momentum = record.momentum {
        #expect(
          disagreement(paces.compactMap(\.momentum), momentum, relative: 1e-9) == nil,
          "\(schedule.script)")
      } else {
        #expect(paces.allSatisfy { $0.momentum == nil }, "\(schedule.script)")
      }
    }
  }

  static var samples: [(name: String, arguments: [String: Value])] {
    [
      ("constant", [:]), ("constant", ["warmup": .number(1.5)]), ("cosine", [:]),
      ("cosine", ["warmup": .number(1), "min_lr": .number(1e-3)]),
      ("onecycle", ["max_lr": .number(0.5)]),
      ("step_decay", ["milestones": .list([.number(1), .number(2)])]),
      ("poly", ["warmup_steps": .number(4), "min_lr": .number(1e-3)]),
    ]
  }

  @Test func everyScheduleIsSampled() {
    #expect(Set(Self.samples.map(\.name)) == Set(scheduleRegistry.declarations.map(\.name)))
  }

  @Test(arguments: samples.indices)
  func everyMomentHasAFiniteRate(_ index: Int) throws {
    let (name, arguments) = Self.samples[index]
    let schedule = try makeSchedule(name, arguments)
    for total in [1, 2, 3, 30] {
      for step in [0, 1, 2, 15, 29, 30, 31, 1000, 1_000_000] {
        let pace = schedule.pace(
          Moment(step: step, total: total, stepsPerEpoch: 10), base: 0.1)
        #expect(pace.lr.isFinite && pace.lr >= 0, "\(schedule.script) \(step) of \(total)")
        if let momentum = pace.momentum {
          #expect(momentum >= 0.85 - 1e-12 && momentum <= 0.95 + 1e-12)
        }
      }
    }
  }

  @Test(arguments: samples.indices)
  func aRunThatGoesOnKeepsTheLastSetting(_ index: Int) throws {
    let (name, arguments) = Self.samples[index]
    let schedule = try makeSchedule(name, arguments)
    func pace(_ step: Int) -> Pace {
      schedule.pace(Moment(step: step, total: 30, stepsPerEpoch: 10), base: 0.1)
    }
    #expect(pace(31) == pace(1000), "\(schedule.script)")
  }

  @Test func polyFallsAsAPowerOfWhatIsLeft() throws {
    let schedule = try makeSchedule("poly", ["power": .number(2), "min_lr": .number(0.01)])
    for step in 0...30 {
      let pace = schedule.pace(Moment(step: step, total: 30, stepsPerEpoch: 10), base: 0.1)
      let left = 1 - Double(step) / 30
      #expect(abs(pace.lr - (0.01 + 0.09 * left * left)) < 1e-15)
    }
    #expect(try makeSchedule("poly").script == "poly(power=0.9)")
  }

  @Test func warmupsAreCountedInEpochsOrStepsAndCutInShortPlans() throws {
    for name in ["constant", "cosine", "poly"] {
      let epochs = try makeSchedule(name, ["warmup": .number(2)])
      let steps = try makeSchedule(name, ["warmup_steps": .number(20)])
      func lr(_ schedule: Schedule, _ step: Int, of total: Int) -> Double {
        schedule.pace(Moment(step: step, total: total, stepsPerEpoch: 10), base: 1).lr
      }
      for step in [0, 5, 19, 20, 33] {
        #expect(lr(epochs, step, of: 100) == lr(steps, step, of: 100))
      }
      #expect(abs(lr(epochs, 5, of: 100) - 0.25) < 1e-12)
      #expect(epochs.note(total: 100, stepsPerEpoch: 10) == nil)
      // Of 20 steps, 10 may warm up.
      #expect(abs(lr(epochs, 5, of: 20) - 0.5) < 1e-12)
      #expect(lr(epochs, 10, of: 20) == 1)
      #expect(epochs.note(total: 20, stepsPerEpoch: 10)?.contains("cut to 10") == true)
    }
    #expect(
      try makeSchedule("onecycle", ["max_lr": .number(1)]).note(total: 1, stepsPerEpoch: 1) == nil)
  }

  @Test func scriptsAreWhatWasTyped() throws {
    #expect(try makeSchedule("onecycle", ["max_lr": .number(0.05)]).script == "onecycle(0.05)")
    #expect(
      try makeSchedule(
        "onecycle", ["max_lr": .number(1), "cycle_momentum": .bool(false)]
      ).script == "onecycle(1, cycle_momentum=false)")
    #expect(try makeSchedule("cosine").script == "cosine()")
    #expect(
      try makeSchedule("cosine", ["warmup": .number(1), "min_lr": .number(0.001)]).script
        == "cosine(warmup=1, min_lr=0.001)")
    #expect(
      try makeSchedule(
        "step_decay", ["milestones": .list([.number(150), .number(180)])]
      ).script == "step_decay(milestones=[150, 180], factor=0.1)")
    #expect(try makeSchedule("constant").script == "constant()")
    #expect(Schedule.usual.script == "cosine()")
  }

  @Test func argumentsAreChecked() {
    let wrong: [(String, [String: Value])] = [
      ("onecycle", [:]), ("onecycle", ["max_lr": .number(0)]),
      ("onecycle", ["max_lr": .number(.nan)]),
      ("onecycle", ["max_lr": .number(1), "pct_start": .number(0)]),
      ("onecycle", ["max_lr": .number(1), "pct_start": .number(1)]),
      ("onecycle", ["max_lr": .number(1), "div_factor": .number(0.5)]),
      ("cosine", ["warmup": .number(-1)]), ("cosine", ["min_lr": .number(.infinity)]),
      ("step_decay", [:]),
      ("step_decay", ["milestones": .list([.number(3), .number(2)])]),
      ("step_decay", ["milestones": .list([.number(.nan)])]),
      ("step_decay", ["milestones": .list([.number(1)]), "factor": .number(0)]),
      ("constant", ["warmup": .number(.nan)]),
    ]
    for (name, arguments) in wrong {
      #expect(throws: Failure.self, "\(name) \(arguments)") {
        try makeSchedule(name, arguments)
      }
    }
  }
}
