import Foundation
import Records
import Testing

@Suite("Records in a file")
struct StoreTests {
  @Test func `nothing is made before the first use`() throws {
    let scratch = try Scratch()
    let records = RecordStore(folder: scratch.path + "/deep/er")
    #expect(records.path == scratch.path + "/deep/er/records.sqlite")
    records.flush()
    #expect(scratch.names.isEmpty)
    #expect(records.tail(1).isEmpty)
    #expect(scratch.names == ["deep"])
  }

  @Test func `only the owner can read the files`() throws {
    let scratch = try Scratch()
    try Data().write(to: URL(fileURLWithPath: scratch.file))
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o644], ofItemAtPath: scratch.file)
    let records = RecordStore(folder: scratch.path)
    records.append(line: 1, code: "secret")
    records.flush()
    #expect(scratch.names.contains("records.sqlite-wal"))
    for name in scratch.names {
      #expect(try scratch.permissions(scratch.path + "/" + name) == 0o600, "\(name)")
    }
  }

  @Test func `writes reach the file by themselves within a second`() async throws {
    let scratch = try Scratch()
    let writer = RecordStore(folder: scratch.path, delay: 0.02)
    writer.append(line: 1, code: "1 + 1")
    let reader = RecordStore(folder: scratch.path)
    for _ in 0..<500 where reader.tail(1).isEmpty {
      try await Task.sleep(nanoseconds: 10_000_000)
    }
    #expect(reader.tail(1).map(\.code) == ["1 + 1"])
    // The second batch is scheduled anew.
    writer.append(line: 2, code: "2 + 2")
    for _ in 0..<500 where reader.tail(9).count < 2 {
      try await Task.sleep(nanoseconds: 10_000_000)
    }
    #expect(reader.tail(1).map(\.code) == ["2 + 2"])
  }

  @Test func `records that are let go are written first`() throws {
    let scratch = try Scratch()
    do {
      let records = RecordStore(folder: scratch.path, delay: 3600)
      records.append(line: 1, code: "kept")
    }
    #expect(RecordStore(folder: scratch.path).tail(1).map(\.code) == ["kept"])
  }

  @Test func `the files of a process that was killed hold all it had flushed`() throws {
    let scratch = try Scratch()
    let records = RecordStore(folder: scratch.path, delay: 3600)
    let key = records.add(NewRun(name: "run", kind: "distill"))
    for step in 0..<3000 {
      records.append(Double(step), to: "loss", of: key, step: step)
      if step.isMultiple(of: 700) { records.flush() }
    }
    records.flush()
    records.append(line: 1, code: "never written")
    // What lies on the disk at this moment, with the log and without a farewell.
    let other = try Scratch()
    for name in scratch.names where name != "records.sqlite-shm" {
      try FileManager.default.copyItem(
        atPath: scratch.path + "/" + name, toPath: other.path + "/" + name)
    }
    let found = RecordStore(folder: other.path)
    #expect(found.series("loss", of: key).map(\.step) == Array(0..<3000))
    #expect(found.tail(1).isEmpty)
    #expect(found.takeWarnings().isEmpty)
  }

  @Test func `many stores write to one new file at once`() async throws {
    let scratch = try Scratch()
    let path = scratch.path
    await withTaskGroup(of: [String].self) { group in
      for _ in 0..<6 {
        group.addTask {
          let records = RecordStore(folder: path, delay: 0.01)
          for line in 1...40 {
            records.append(line: line, code: "line \(line)")
            if line.isMultiple(of: 8) { records.flush() }
          }
          let own = records.range(session: 0).map(\.line)
          return own == Array(1...40) ? records.takeWarnings() : ["lines \(own)"]
        }
      }
      for await problems in group { #expect(problems == []) }
    }
    let all = RecordStore(folder: path).tail(1000)
    #expect(all.count == 240)
    #expect(Set(all.map(\.session)) == Set(1...6))
  }

  @Test func `one store can be used from many threads`() async {
    let records = RecordStore.inMemory()
    let key = records.add(NewRun(name: "r", kind: "train"))
    await withTaskGroup(of: Void.self) { group in
      for worker in 0..<4 {
        group.addTask {
          for step in 0..<500 {
            records.append(0.5, to: "loss \(worker)", of: key, step: step)
            if step.isMultiple(of: 100) { _ = records.series("loss \(worker)", of: key) }
          }
        }
      }
    }
    for worker in 0..<4 {
      #expect(records.series("loss \(worker)", of: key).map(\.step) == Array(0..<500))
    }
  }
}

@Suite("Records where the file fails")
struct TroubleTests {
  @Test(arguments: [0, 1, 2])
  func `a damaged file is set aside and said so`(_ kind: Int) throws {
    let scratch = try Scratch()
    var bytes = [UInt8]((0..<8192).map { UInt8(truncatingIfNeeded: $0 &* 167 &+ $0 >> 3) })
    if kind > 0 {
      let writer = RecordStore(folder: scratch.path)
      for line in 1...200 { writer.append(line: line, code: String(repeating: "x", count: 500)) }
      writer.flush()
    }
    if kind == 1 {
      // The beginning of a whole file, the rest noise.
      let whole = [UInt8](try #require(FileManager.default.contents(atPath: scratch.file)))
      bytes = Array(whole.prefix(100)) + bytes
    }
    if kind == 2 { bytes = Array("SQLite format 3\0".utf8) + bytes.dropFirst(16) }
    for name in scratch.names {
      try FileManager.default.removeItem(atPath: scratch.path + "/" + name)
    }
    try Data(bytes).write(to: URL(fileURLWithPath: scratch.file))
    let records = RecordStore(folder: scratch.path)
    records.append(line: 1, code: "after")
    #expect(records.tail(9).map(\.code) == ["after"])
    let warnings = records.takeWarnings()
    #expect(warnings.count == 1)
    #expect(warnings.first?.contains("damaged") == true)
    #expect(records.takeWarnings().isEmpty)
    let aside = try #require(scratch.names.first { $0.contains("damaged") && !$0.contains("-wal") })
    let kept = FileManager.default.contents(atPath: scratch.path + "/" + aside)
    #expect(kept.map { [UInt8]($0) } == bytes)
    #expect(RecordStore(folder: scratch.path).tail(9).map(\.code) == ["after"])
  }

  @Test func `a file that is no folder leaves records in memory with one warning`() throws {
    let scratch = try Scratch()
    try Data().write(to: URL(fileURLWithPath: scratch.path + "/file"))
    let records = RecordStore(folder: scratch.path + "/file/below")
    for line in 1...3 {
      records.append(line: line, code: "code \(line)")
      records.flush()
    }
    #expect(records.tail(9).map(\.code) == ["code 1", "code 2", "code 3"])
    #expect(records.session == 1)
    let warnings = records.takeWarnings()
    #expect(warnings.count == 1)
    #expect(warnings.first?.hasPrefix("records are kept in memory only") == true)
  }

  @Test func `a folder in the place of the file leaves records in memory`() throws {
    let scratch = try Scratch()
    try FileManager.default.createDirectory(
      atPath: scratch.file, withIntermediateDirectories: false)
    let records = RecordStore(folder: scratch.path)
    records.append(line: 1, code: "a")
    #expect(records.tail(9).map(\.code) == ["a"])
    #expect(records.takeWarnings().count == 1)
    #expect(scratch.names == ["records.sqlite"])
  }

  @Test func `a file of a later version is left alone`() throws {
    let scratch = try Scratch()
    do {
      let records = RecordStore(folder: scratch.path)
      records.append(line: 1, code: "old")
    }
    // The user version stands at byte 60 of the header (SQLite database file format, 1.3.14).
    for name in scratch.names where name != "records.sqlite" {
      try FileManager.default.removeItem(atPath: scratch.path + "/" + name)
    }
    var bytes = try #require(FileManager.default.contents(atPath: scratch.file))
    bytes[62] = 1
    try bytes.write(to: URL(fileURLWithPath: scratch.file))
    let records = RecordStore(folder: scratch.path)
    records.append(line: 1, code: "new")
    #expect(records.tail(9).map(\.code) == ["new"])
    #expect(records.takeWarnings().first?.contains("later version") == true)
    #expect(FileManager.default.contents(atPath: scratch.file) == bytes)
  }
}
