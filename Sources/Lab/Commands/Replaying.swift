import Catalog
import Conversation
import Foundation
import Language
import Plots

/// Commands that execute code.
enum Replaying {
  static let replay: Declaration = .command(
    "replay", "Executes a script in this session.",
    Argument("path", "A file of statements: .ath.") as Argument<String>,
    examples: ["help replay"], keywords: ["run", "script", "execute", "source"]
  ) { session, path in
    try session.execute(script: path)
    return Value.none
  }

  static let timed: Declaration = .command(
    "timed", "Executes code and shows how long it took; gives the seconds.",
    Argument("code", "Statements in a string.") as Argument<String>,
    Argument("quiet", "Whether to say nothing of the time.", default: false),
    examples: ["timed(\"sum(1..1000)\")"], keywords: ["time", "duration", "measure", "benchmark"]
  ) { session, code, quiet in
    let clock = ContinuousClock()
    let start = clock.now
    try session.evaluator.run(SourceText(code, origin: "<timed>")) { value, _ in
      session.emit(.value(session.drawn(value), last: false))
    }
    let seconds = clock.now - start
    let duration =
      Double(seconds.components.seconds)
      + Double(seconds.components.attoseconds) * 1e-18
    if !quiet { session.write("took \(secondsText(duration))\n", toError: false) }
    return Value.number(duration)
  }
}

extension Session {
  /// Executes a file of statements; its values are shown as they come.
  func execute(script path: String) throws {
    guard !replayed.contains(path) else {
      throw Failure(.state, "'\(path)' replays itself")
    }
    guard let data = FileManager.default.contents(atPath: path) else {
      throw Failure(.file, "cannot read '\(path)'", advice: "is there a file of that name?")
    }
    guard data.count <= 16 << 20, let text = String(data: data, encoding: .utf8) else {
      throw Failure(.file, "'\(path)' is no script: it must be UTF-8 text of at most 16 MiB")
    }
    replayed.append(path)
    defer { replayed.removeLast() }
    try evaluator.run(SourceText(text, origin: path)) { value, _ in
      emit(.value(drawn(value), last: false))
    }
  }

  /// Names of files that begin like what stands in a string at the cursor.
  func fileNames(matching start: String) -> [String] {
    let (folder, stem) =
      start.lastIndex(of: "/").map {
        (String(start[...$0]), String(start[start.index(after: $0)...]))
      } ?? ("", start)
    let manager = FileManager.default
    let shown = (try? manager.contentsOfDirectory(atPath: folder.isEmpty ? "." : folder)) ?? []
    return shown.filter { $0.hasPrefix(stem) && (!stem.isEmpty || !$0.hasPrefix(".")) }.sorted()
      .prefix(200).map { name in
        var isFolder: ObjCBool = false
        _ = manager.fileExists(atPath: folder + name, isDirectory: &isFolder)
        return name + (isFolder.boolValue ? "/" : "")
      }
  }
}
