import Conversation
import Foundation
import Lab
import Testing
import Transcripts

/// README, scripts and notebooks are what they say they are.
@Suite("Documents")
struct DocumentTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  @Test(
    "transcripts and notebooks replay as they stand",
    arguments: [
      "README.md", "notebooks/01-first-distillation.ipynb", "notebooks/06-inside-a-run.ipynb",
    ])
  func replays(name: String) throws {
    let file = Self.root.appending(path: name).path
    let result = try replay(file: file, factory: makePrivateSession)
    #expect(result.count > 0)
    #expect(result.passed, "\(result.report)")
  }
}
