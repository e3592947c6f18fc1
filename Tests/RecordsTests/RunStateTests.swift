import Foundation
import Testing

@testable import Records

@Suite("What a run on record is now")
struct RunStateTests {
  private var sample: NewRun {
    var run = NewRun(name: "run", kind: "distill", goal: "kd()", script: "…")
    run.student = "mlp"
    run.teacher = "resnet8"
    run.settings = [.init("batch", "128"), .init("goal", "ce() + \"x\"")]
    run.libraries = "OpenBLAS"
    run.processor = "a processor"
    return run
  }

  @Test func `a mark of a rewind takes back what came after it`() {
    let records = RecordStore.inMemory()
    let key = records.add(sample)
    for step in 1...5 { records.append(Double(step), to: "loss", of: key, step: step) }
    records.cut("loss", of: key, after: 3)
    #expect(records.series("loss", of: key).current.map(\.step) == [1, 2, 3])
    records.append(40, to: "loss", of: key, step: 4)
    let all = records.series("loss", of: key)
    #expect(all.current.map(\.value) == [1, 2, 3, 40])
    // Nothing is gone: what was superseded stands before the mark.
    #expect(all.count == 7)
    records.cut("loss", of: key, after: 0)
    #expect(records.series("loss", of: key).current.isEmpty)
  }

  @Test func `what belongs together is written together`() {
    let records = RecordStore.inMemory()
    let key = records.add(sample)
    records.together {
      records.append(1, to: "loss", of: key, step: 1)
      // Not even a flush in the midst of it writes a part.
      records.flush()
      #expect(records.series("loss", of: key).isEmpty)
      records.progress(key, sample, steps: 1, planned: 2, figures: [])
    }
    #expect(records.series("loss", of: key).map(\.step) == [1])
    #expect(records.run(key)?.steps == 1)
  }

  @Test func `facts, figures and progress come back`() throws {
    let scratch = try Scratch()
    let key: RunKey
    do {
      let records = RecordStore(folder: scratch.path)
      let parent = records.add(sample)
      var run = sample
      run.parent = parent
      key = records.add(run)
      run.goal = "dkd()"
      run.settings[0].text = "64"
      records.progress(
        key, run, steps: 12, planned: 100,
        figures: [
          FigureSummary("loss", last: 2, best: 1), FigureSummary("kd", last: .nan, best: .nan),
        ])
      records.setCheckpoint(10, of: key)
    }
    let records = RecordStore(folder: scratch.path)
    let found = try #require(records.run(key))
    #expect(found.run.settings == [.init("batch", "64"), .init("goal", "ce() + \"x\"")])
    #expect(found.run.goal == "dkd()" && found.run.student == "mlp")
    #expect(found.run.parent == records.run(number: 1)?.key)
    #expect(found.steps == 12 && found.planned == 100 && found.checkpoint == 10)
    #expect(found.figures == [FigureSummary("loss", last: 2, best: 1)])
    #expect(found.updated >= found.created)
    #expect(records.runs().allSatisfy { $0.figures.isEmpty })
    #expect(records.runs(withFigures: true).first?.figures.count == 1)
  }

  @Test func `tags find runs`() {
    let records = RecordStore.inMemory()
    let keys = (0..<5).map { _ in records.add(sample) }
    records.setTags(["a", "b"], of: keys[1])
    records.setTags(["b"], of: keys[3])
    #expect(records.runs(tag: "b").map(\.key) == [keys[3], keys[1]])
    #expect(records.runs(tag: "a").map(\.tags) == [["a", "b"]])
    #expect(records.runs(tag: "c").isEmpty)
  }

  @Test func `a discarded run can be brought back until its process ends`() throws {
    let scratch = try Scratch()
    do {
      let records = RecordStore(folder: scratch.path)
      let keys = (0..<3).map { _ in records.add(sample) }
      records.append(1, to: "loss", of: keys[0], step: 1)
      records.discard(keys[0])
      records.discard(keys[1])
      #expect(records.runs().map(\.number) == [3])
      #expect(records.run(number: 1) == nil)
      #expect(!records.restore(number: 3))
      #expect(records.restore(number: 1))
      #expect(records.series("loss", of: keys[0]).count == 1)
      try FileManager.default.createDirectory(
        atPath: records.folder + "/checkpoints", withIntermediateDirectories: true)
      for number in 1...2 {
        try Data([1]).write(to: URL(fileURLWithPath: records.checkpointPath(number)))
      }
    }
    let records = RecordStore(folder: scratch.path)
    #expect(records.runs().map(\.number) == [3, 1])
    #expect(!records.restore(number: 2))
    #expect(!FileManager.default.fileExists(atPath: records.checkpointPath(2)))
    #expect(FileManager.default.fileExists(atPath: records.checkpointPath(1)))
    // Numbers of the dead are not given again.
    #expect(records.run(records.add(sample))?.number == 4)
  }

  @Test func `listings and look-ups go by indices and sort nothing`() {
    let records = RecordStore.inMemory()
    for _ in 0..<50 { records.setTags(["a"], of: records.add(sample)) }
    let plans = records.queryPlans()
    #expect(!plans.isEmpty)
    for plan in plans {
      #expect(!plan.contains("SCAN run") || plan.contains("USING"), "\(plan)")
      #expect(!plan.contains("SCAN tag") && !plan.contains("SCAN figure"), "\(plan)")
    }
    // Runs of one kind are read from the end of their index: no sort of ten thousand.
    #expect(plans.contains { $0.contains("run_shown") })
  }

  @Test func `a file of the first version is brought up to date`() throws {
    let scratch = try Scratch()
    try firstVersion(scratch.file)
    let records = RecordStore(folder: scratch.path)
    let run = try #require(records.run(number: 1))
    #expect(run.run.name == "old" && run.steps == 0 && run.tags == ["x"])
    #expect(records.tail(1).map(\.code) == ["1 + 1"])
    records.progress(run.key, sample, steps: 3, planned: 9, figures: [])
    #expect(records.run(number: 1)?.steps == 3)
    #expect(records.takeWarnings().isEmpty)
  }
}
