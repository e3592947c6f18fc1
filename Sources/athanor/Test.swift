import ArgumentParser
import Catalog
import Conversation
import Lab
import Terminal
import Transcripts

/// `athanor test FILE... [--bless]`
struct Test: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Replay transcripts and notebooks, and compare what they print.",
    discussion: """
      Every file is replayed in a session of its own. With --bless, expectations that do not match \
      are rewritten; lines with tolerances or ellipses that still match stay.
      """)

  @ArgumentParser.Argument(help: ArgumentHelp(".md or .ipynb files.", valueName: "file"))
  var files: [String]

  @Flag(help: "Rewrite what is expected by what is printed.")
  var bless = false

  mutating func run() throws {
    var code: Int32 = 0
    for file in files {
      do {
        let result = try replayed(file)
        if result.wasInterrupted {
          print(result.report)
          throw Ending(130)
        }
        if !bless {
          print(result.report)
          if !result.passed { code = 1 }
        } else {
          try accept(result, file)
        }
      } catch let error as any Explained {
        Complaint(error.failure).show()
        code = 1
      }
    }
    throw Ending(code)
  }

  /// Replays on a session's thread, while this one takes ^C.
  private func replayed(_ file: String) throws -> ReplayResult {
    try Supervision.run { interruption in
      Result { try replay(file: file, factory: Lab.makePrivateSession, interruption: interruption) }
    }.get()
  }

  private func accept(_ result: ReplayResult, _ file: String) throws {
    guard result.isBlessingNews else {
      print("\(file): as it was")
      return
    }
    try Document.write(result.blessed, to: file)
    let count = result.mismatches.count
    print("\(file): \(count == 1 ? "1 expectation" : "\(count) expectations") rewritten")
  }
}
