import Catalog
import Datasets
import Optimizers
import TestSupport
import Testing

@testable import Training

/// What a change of the batch size makes of the epoch and the plan.
@Suite struct DataCursorTests {
  @Test func anEpochGoesOnFromTheSamplesSeen() {
    var cursor = DataCursor(samples: 22, batch: 8)
    #expect(cursor.place(after: 4) == .init(epoch: 1, offset: 0, index: 1))
    cursor = cursor.changing(batch: 5, after: 4)
    // 14 of 22 are left: 5, 5, 4; then epochs of 5 steps.
    #expect(cursor.place(after: 4) == .init(epoch: 1, offset: 8, index: 0))
    #expect(cursor.place(after: 6) == .init(epoch: 1, offset: 8, index: 2))
    #expect(cursor.place(after: 7) == .init(epoch: 2, offset: 0, index: 0))
    #expect(cursor.isEpochEnd(after: 7) && !cursor.isEpochEnd(after: 6))
    #expect(cursor.place(after: 12) == .init(epoch: 3, offset: 0, index: 0))
    // As if it had been 5 from the start: 5 steps, and 2 of which the second was not whole.
    #expect(cursor.planned(after: 4) == 7)
    #expect(cursor.planned(after: 7) == 10)
    #expect(cursor.changing(batch: 5, after: 9) == cursor)
  }

  @Test(arguments: 0..<40) func everySampleOnceAnEpoch(_ seed: Int) {
    let samples = 1 + seed * 7 % 31
    let split = Bench.data().train.selecting((0..<samples).map { $0 % 22 })
    var cursor = DataCursor(samples: samples, batch: 1 + seed % 9)
    var seen: [Int: [Int]] = [:]
    for step in 0..<60 {
      if step % (2 + seed % 5) == 1 {
        let before = cursor.place(after: step)
        cursor = cursor.changing(batch: 1 + (seed + step * 5) % 13, after: step)
        let after = cursor.place(after: step)
        #expect(before.epoch == after.epoch)
      }
      let place = cursor.place(after: step)
      let batches = Batches(
        split, seed: 3, epoch: place.epoch, batchSize: cursor.batch, from: place.offset)
      #expect(place.index < batches.count)
      seen[place.epoch, default: []] += batches.indices(place.index)
    }
    let last = seen.keys.max() ?? 0
    for epoch in 0..<last {
      #expect(seen[epoch] == Batches.order(of: samples, seed: 3, epoch: epoch), "epoch \(epoch)")
    }
    #expect(seen.count == last + 1)
  }

  @Test func scheduleKeepsItsShareOfThePlan() throws {
    let run = try Bench.run { $0.epochs = 10 }
    try run.take(15)
    #expect(run.epoch == 5 && run.plannedSteps == 30)
    #expect(try run.setMember("batch", to: .number(2)))
    #expect(run.epoch == 5 && run.stepsPerEpoch == 11 && run.plannedSteps == 15 + 5 * 11)
    let lr = run.schedule.pace(
      Moment(step: 55, total: 110, stepsPerEpoch: 11), base: run.optimizer.baseRate
    ).lr
    #expect(try run.advance().lr == lr)
    let told = run.takeNews()
    #expect(told.count == 1)
    #expect(
      told.first == "batches of 2 from sample 1 of epoch 6 on; an epoch is 11 steps now, and the "
        + "plan, at 50 % as before, ends with step 70")
    #expect(run.takeNews().isEmpty)
    #expect(run.record.script.hasSuffix("step run, 15\nrun.batch = 2\nstep run, 1"))
  }

  @Test func epochsAreEvaluatedWhereTheyEnd() throws {
    let run = try Bench.run()
    try run.take(4)
    #expect(try run.setMember("batch", to: .number(5)))
    try run.advance(to: 13, evaluates: true, check: {}, report: { _ in })
    #expect(run.log["test_accuracy"]?.steps == [7, 12, 13])
  }

  @Test func sizesAreChecked() throws {
    let run = try Bench.run()
    for size in [0, -1, 1.5, 1e18] {
      #expect(throws: Failure.self) { try run.setMember("batch", to: .number(size)) }
    }
    #expect(run.batch == 8 && run.takeNews().isEmpty)
    #expect(try run.setMember("batch", to: .number(1000)))
    #expect(try run.advance().samples == 22)
  }
}
