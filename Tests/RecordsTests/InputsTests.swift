import Records
import Testing

@Suite("History of inputs")
struct InputsTests {
  /// Three sessions of a file, the last one open.
  private func threeSessions(_ folder: String) -> RecordStore {
    for session in 1...2 {
      let records = RecordStore(folder: folder)
      for line in 1...3 { records.append(line: line, code: "s\(session) l\(line)") }
      records.flush()
    }
    let records = RecordStore(folder: folder)
    for (line, code) in ["a = 1", "fit t", "a = 1", "plot [a]"].enumerated() {
      records.append(line: line + 1, code: code, output: code == "plot [a]" ? "drawn" : nil)
    }
    return records
  }

  @Test func `sessions are counted over all time and lines within them`() throws {
    let scratch = try Scratch()
    let records = threeSessions(scratch.path)
    #expect(records.session == 3)
    let last = records.tail(5)
    #expect(last.map(\.session) == [2, 3, 3, 3, 3])
    #expect(last.map(\.line) == [3, 1, 2, 3, 4])
    #expect(last.map(\.code) == ["s2 l3", "a = 1", "fit t", "a = 1", "plot [a]"])
    #expect(last.map(\.output) == [nil, nil, nil, nil, "drawn"])
    #expect(records.tail(0).isEmpty)
    #expect(records.tail(-3).isEmpty)
    #expect(records.tail(1000).count == 10)
  }

  @Test func `ranges stop before their end and count sessions from this one`() throws {
    let scratch = try Scratch()
    let records = threeSessions(scratch.path)
    #expect(records.range(session: 0, start: 2, stop: 4).map(\.code) == ["fit t", "a = 1"])
    #expect(records.range(session: 3, start: 4).map(\.code) == ["plot [a]"])
    #expect(records.range(session: -1).map(\.code) == ["s2 l1", "s2 l2", "s2 l3"])
    #expect(records.range(session: -2, start: 1, stop: 2).map(\.code) == ["s1 l1"])
    #expect(records.range(session: -3).isEmpty)
    #expect(records.range(session: .min).isEmpty)
    #expect(records.range(session: 99).isEmpty)
    #expect(records.range(session: 1, start: .min, stop: .max).count == 3)
  }

  @Test func `before anything is written the session before is the newest one`() throws {
    let scratch = try Scratch()
    _ = threeSessions(scratch.path)
    let next = RecordStore(folder: scratch.path)
    #expect(next.session == nil)
    #expect(next.range(session: 0).isEmpty)
    #expect(next.range(session: -1).map(\.code).last == "plot [a]")
  }

  @Test func `search matches whole inputs by glob`() throws {
    let scratch = try Scratch()
    let records = threeSessions(scratch.path)
    #expect(records.search("s? l2").map(\.session) == [1, 2])
    #expect(records.search("*l*").count == 7)
    #expect(records.search("l2").isEmpty)
    #expect(records.search("*l?", count: 2).map(\.code) == ["s2 l2", "s2 l3"])
    #expect(records.search("plot [[]a]").isEmpty)
    #expect(records.search("plot [a]").count == 1)
    #expect(records.search("plot [b-z]").isEmpty)
    #expect(records.search("", count: 5).isEmpty)
    #expect(records.search("*", count: 0).isEmpty)
    #expect(records.search("*", count: -1).isEmpty)
  }

  @Test func `unique keeps the newest of equal inputs`() throws {
    let scratch = try Scratch()
    let records = threeSessions(scratch.path)
    #expect(records.search("a*").map(\.line) == [1, 3])
    #expect(records.search("a*", unique: true).map(\.line) == [3])
    let all = records.search("*", count: 3, unique: true)
    #expect(all.map(\.code) == ["fit t", "a = 1", "plot [a]"])
  }

  @Test func `an input written twice is replaced, and an output can come later`() {
    let records = RecordStore.inMemory()
    records.append(line: 1, code: "step")
    records.setOutput(line: 1, "loss 2.3")
    #expect(records.tail(1).map(\.output) == ["loss 2.3"])
    records.append(line: 1, code: "step 2", output: "loss 2.1")
    #expect(records.tail(9).map(\.code) == ["step 2"])
    #expect(records.tail(9).map(\.output) == ["loss 2.1"])
    records.forgetInputs()
    #expect(records.tail(9).isEmpty)
    #expect(records.takeWarnings().isEmpty)
  }

  @Test func `any text comes back as it was`() {
    let records = RecordStore.inMemory()
    let codes = [
      "", "\"'; DROP TABLE input; --", "α\nβ\t🧪", String(repeating: "x", count: 100_000),
    ]
    for (line, code) in codes.enumerated() { records.append(line: line, code: code, output: code) }
    #expect(records.tail(9).map(\.code) == codes)
    #expect(records.tail(9).map(\.output) == codes)
  }
}
