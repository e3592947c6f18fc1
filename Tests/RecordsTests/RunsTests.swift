import Records
import Testing

@Suite("Runs on record")
struct RunsTests {
  private let sample = NewRun(
    name: "student", kind: "distill", goal: "ce() + 5*kd(T=1)", data: "digits()", seed: 7,
    version: "1.0", script: "run = distill(…)\nfit run", summary: "{\"accuracy\": 0.9}")

  @Test func `a run comes back with all that is known of it`() throws {
    let scratch = try Scratch()
    let key: RunKey
    do {
      let records = RecordStore(folder: scratch.path)
      key = records.add(sample)
      records.setTags(["usi", "baseline", "usi"], of: key)
      records.update(key, note: "the first that worked")
    }
    let records = RecordStore(folder: scratch.path)
    let found = try #require(records.run(key))
    #expect(found.run == sample)
    #expect(found.number == 1)
    #expect(found.session == 1)
    #expect(found.tags == ["baseline", "usi"])
    #expect(found.note == "the first that worked")
    #expect(!found.isArchived)
    #expect(found.created > 1_700_000_000)
    #expect(records.run(number: 1) == found)
    #expect(records.run(number: 2) == nil)
    #expect(records.run(RunKey()) == nil)
  }

  @Test func `updates change what they name and nothing else`() throws {
    let records = RecordStore.inMemory()
    let key = records.add(sample)
    records.update(key, goal: "dkd()", summary: "{}")
    var expected = sample
    expected.goal = "dkd()"
    expected.summary = "{}"
    #expect(records.run(key)?.run == expected)
    records.update(key, name: "best", script: "x", isArchived: true)
    let found = try #require(records.run(key))
    #expect(found.run.name == "best")
    #expect(found.isArchived)
    #expect(records.runs().isEmpty)
    #expect(records.runs(includingArchived: true).map(\.key) == [key])
  }

  @Test func `ten thousand runs are listed, newest first`() throws {
    let scratch = try Scratch()
    let records = RecordStore(folder: scratch.path)
    var keys: [RunKey] = []
    for index in 0..<10_000 {
      var run = sample
      run.seed = index
      keys.append(records.add(run))
    }
    records.setTags(["first"], of: keys[0])
    let all = records.runs()
    #expect(all.count == 10_000)
    #expect(all.map(\.key) == keys.reversed())
    #expect(all.last?.tags == ["first"])
    #expect(all.dropLast().allSatisfy { $0.tags.isEmpty })
    #expect(records.runs(limit: 3).map(\.run.seed) == [9999, 9998, 9997])
    #expect(records.runs(limit: 0).isEmpty)
  }

  @Test func `a deleted run takes its series, tags and events along`() {
    let records = RecordStore.inMemory()
    let key = records.add(sample)
    let other = records.add(sample)
    records.append(1, to: "loss", of: key, step: 1)
    records.append(2, to: "loss", of: other, step: 1)
    records.addEvent("save", "model.safetensors", run: key)
    records.setTags(["x"], of: key)
    #expect(records.events(of: key).count == 1)
    records.delete(key)
    #expect(records.run(key) == nil)
    #expect(records.series("loss", of: key).isEmpty)
    #expect(records.events(of: key).isEmpty)
    #expect(records.series("loss", of: other).map(\.value) == [2])
    // What still comes for it is dropped in silence.
    records.append(3, to: "loss", of: key, step: 2)
    records.setTags(["y"], of: key)
    #expect(records.series("loss", of: key).isEmpty)
    #expect(records.takeWarnings().isEmpty)
  }

  @Test func `events keep their order`() {
    let records = RecordStore.inMemory()
    let key = records.add(sample)
    records.addEvent("change", "goal = dkd()", run: key, step: 100)
    records.addEvent("steps", "101..200", run: key, step: 200)
    records.addEvent("start", "interactive")
    let events = records.events(of: key)
    #expect(events.map(\.kind) == ["change", "steps"])
    #expect(events.map(\.step) == [100, 200])
    #expect(events.map(\.text) == ["goal = dkd()", "101..200"])
    #expect(records.events(of: nil).map(\.text) == ["interactive"])
  }
}

@Suite("Series on record")
struct SeriesTests {
  @Test func `points come back exactly, over part borders and processes`() throws {
    let scratch = try Scratch()
    let values: [Double] = (0..<5000).map { index in
      index % 997 == 0 ? .infinity : 1 / Double(index + 1)
    }
    let key: RunKey
    do {
      let records = RecordStore(folder: scratch.path)
      key = records.add(NewRun(name: "a", kind: "train"))
      for step in 0..<3000 {
        records.append(values[step], to: "loss", of: key, step: step)
        if step == 1023 || step == 1024 || step == 2500 { records.flush() }
      }
    }
    let records = RecordStore(folder: scratch.path)
    for step in 3000..<5000 { records.append(values[step], to: "loss", of: key, step: step) }
    records.append(.nan, to: "kd", of: key, step: -5)
    let points = records.series("loss", of: key)
    #expect(points.map(\.step) == Array(0..<5000))
    #expect(points.map(\.value) == values)
    #expect(records.seriesNames(of: key) == ["kd", "loss"])
    #expect(records.series("kd", of: key).first?.value.isNaN == true)
    #expect(records.series("kd", of: key).first?.step == -5)
    #expect(records.series("nothing", of: key).isEmpty)
  }

  @Test func `after a rewind the later points stand`() {
    let points = [1, 2, 3, 4, 2, 3].enumerated().map { SeriesPoint(step: $1, value: Double($0)) }
    #expect(points.current.map(\.step) == [1, 2, 3])
    #expect(points.current.map(\.value) == [0, 4, 5])
    #expect([SeriesPoint]().current.isEmpty)
  }
}
