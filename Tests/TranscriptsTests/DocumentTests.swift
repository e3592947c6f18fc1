import Catalog
import Conversation
import Foundation
import Testing

@testable import Transcripts

@Suite("Files that hold inputs")
struct DocumentTests {
  private func inFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(folder)
  }

  @Test("The ending says what a file is")
  func kinds() throws {
    try inFolder { folder in
      try Document.write("1 + 1\n", to: folder + "/a.ath")
      #expect(try Document.read(folder + "/a.ath").inputs == ["1 + 1\n"])
      try Document.write("```athanor\n>>> 1\n>>> 2\n```\n", to: folder + "/a.md")
      #expect(try Document.read(folder + "/a.md").inputs == ["1", "2"])
      try Document.write("{\"nbformat\": 4, \"cells\": []}", to: folder + "/a.ipynb")
      #expect(try Document.read(folder + "/a.ipynb").inputs == [])
    }
  }

  @Test("What cannot be read is said in one line")
  func errors() throws {
    try inFolder { folder in
      let missing = #expect(throws: Failure.self) { try Document.read(folder + "/none.ath") }
      #expect(missing?.message == "there is no file '\(folder)/none.ath'")
      let directory = #expect(throws: Failure.self) { try Document.read(folder) }
      #expect(directory?.kind == .file)
      try Data([0x31, 0xFF]).write(to: URL(filePath: folder + "/a.ath"))
      let bytes = #expect(throws: Failure.self) { try Document.read(folder + "/a.ath") }
      #expect(bytes?.message.contains("UTF-8") == true)
      let place = #expect(throws: Failure.self) {
        try Document.write("x", to: folder + "/no/such/a.md")
      }
      #expect(place?.kind == .file)
    }
  }

  @Test("Writing replaces the file and keeps who may read it")
  func writing() throws {
    try inFolder { folder in
      let path = folder + "/a.md"
      try Document.write("old", to: path)
      try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
      try Document.write("new", to: path)
      #expect(try String(contentsOfFile: path, encoding: .utf8) == "new")
      let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions]
      #expect(mode as? Int == 0o600)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["a.md"])
    }
  }

  @Test("A file is replayed by its path; a script shows nothing to compare with")
  func replaying() throws {
    try inFolder { folder in
      let path = folder + "/a.md"
      try Document.write("```athanor\n>>> 1 + 1\n2\n```\n", to: path)
      let factory = ScriptedSession.table(["1 + 1": "2"])
      #expect(try replay(file: path, factory: factory).passed)
      try Document.write("1 + 1", to: folder + "/a.ath")
      #expect(throws: Failure.self) { try replay(file: folder + "/a.ath", factory: factory) }
    }
  }
}
