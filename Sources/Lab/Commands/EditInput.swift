import Catalog
import Conversation
import Foundation

/// `edit`: an input once more, changed first.
enum EditInput {
  private static let mostBytes = 1 << 20

  static let declaration: Declaration = .command(
    "edit", "Brings the last input, or a script, back to be changed and executed.",
    details: """
      A terminal opens it in `$VISUAL` or `$EDITOR`, then shows it at the prompt; a notebook puts \
      it into the next cell. ^X^E does the same to the line that is being typed.
      """,
    Argument("path", "A file of statements; none: the last input.", default: String?.none),
    examples: ["help edit"], keywords: ["editor", "change", "correct", "again"]
  ) { session, path in
    session.emit(.nextInput(try path.map(EditInput.script) ?? session.lastInput()))
    return Value.none
  }

  private static func script(_ path: String) throws -> String {
    guard let file = FileHandle(forReadingAtPath: path),
      let bytes = try? file.read(upToCount: mostBytes + 1)
    else { throw Failure(.file, "'\(path)' cannot be read") }
    guard bytes.count <= mostBytes else {
      throw Failure(.file, "'\(path)' is larger than \(mostBytes) bytes")
    }
    return String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .newlines)
  }
}

extension Session {
  /// The newest input of this session that is not itself a call of `edit`.
  fileprivate func lastInput() throws -> String {
    let inputs = past(.range(session: 0, start: 1, stop: nil)).map(\.code)
    let isEdit = { (code: String) in
      code.prefix { $0.isLetter || $0.isNumber || $0 == "_" } == "edit"
    }
    guard let last = inputs.last(where: { !isEdit($0) }) else {
      throw Failure(.input, "there is no input before this one", advice: "edit \"script.ath\"")
    }
    return last
  }
}
