import Catalog

/// Reads the fenced blocks of a Markdown document.
struct TranscriptReader {
  let name: String
  let lines: [String]
  private(set) var examples: [Transcript.Example] = []
  private var position = 0

  init(name: String, lines: [String]) {
    self.name = name
    self.lines = lines
  }

  mutating func read() throws {
    while position < lines.count {
      let opening = position
      position += 1
      guard let fence = Fence(lines[opening]) else { continue }
      guard let end = (position..<lines.count).first(where: { fence.isClosed(by: lines[$0]) })
      else {
        if fence.isAthanor { throw failure("the block is not closed", opening) }
        return
      }
      if fence.isAthanor {
        try readBlock(position..<end, fence, try tolerance(of: fence, at: opening))
      }
      position = end + 1
    }
  }

  private mutating func readBlock(
    _ range: Range<Int>, _ fence: Fence, _ tolerance: Tolerance
  ) throws {
    var index = range.lowerBound
    let texts = range.map { fence.inner(lines[$0]) }
    func text(_ index: Int) -> String { texts[index - range.lowerBound] }
    while index < range.upperBound {
      guard let first = Self.input(text(index), prompt: ">>>") else {
        if text(index).trimmed.isEmpty {
          index += 1
          continue
        }
        throw failure("output stands before the first '>>> ' of its block", index)
      }
      let line = index
      var input = [first]
      index += 1
      while index < range.upperBound, let more = Self.continuation(text(index)) {
        input.append(more)
        index += 1
      }
      let start = index
      while index < range.upperBound, Self.input(text(index), prompt: ">>>") == nil { index += 1 }
      var end = index
      while end > start, text(end - 1).trimmed.isEmpty { end -= 1 }
      examples.append(
        Transcript.Example(
          line: line + 1, input: input.joined(separator: "\n"),
          expected: (start..<end).map(text), tolerance: tolerance, range: start..<end,
          indent: fence.indent))
    }
  }

  /// What follows a prompt; nil if the line does not start with it.
  private static func input(_ line: String, prompt: String) -> String? {
    if line == prompt { return "" }
    return line.hasPrefix(prompt + " ") ? String(line.dropFirst(prompt.count + 1)) : nil
  }

  /// What follows `... `. Three dots alone are an ellipsis of the output, not a blank continuation.
  private static func continuation(_ line: String) -> String? {
    line.hasPrefix("... ") ? String(line.dropFirst(4)) : nil
  }

  private func tolerance(of fence: Fence, at line: Int) throws -> Tolerance {
    var tolerance = Tolerance()
    for option in fence.options {
      let parts = option.split(separator: "=", maxSplits: 1)
      guard parts.count == 2, let value = Double(parts[1]), value >= 0, value.isFinite else {
        throw failure("the option \(quotedText(option)) is not name=number", line)
      }
      switch parts[0] {
      case "rtol": tolerance.relative = value
      case "atol": tolerance.absolute = value
      default:
        throw failure("there is no option '\(parts[0])', only rtol and atol", line)
      }
    }
    return tolerance
  }

  private func failure(_ fact: String, _ line: Int) -> Failure {
    Failure(.data, "\(name), line \(line + 1): \(fact)")
  }
}

/// The opening line of a fenced code block (CommonMark 0.31, section 4.5).
private struct Fence {
  let indent: String
  private let mark: Character
  private let count: Int
  private let words: [String]

  init?(_ line: String) {
    indent = String(line.prefix { $0 == " " })
    let rest = line.dropFirst(indent.count)
    guard let mark = rest.first, mark == "`" || mark == "~" else { return nil }
    self.mark = mark
    count = rest.prefix { $0 == mark }.count
    guard count >= 3 else { return nil }
    let info = rest.dropFirst(count)
    if mark == "`", info.contains("`") { return nil }
    words = info.split(separator: " ").map(String.init)
  }

  var isAthanor: Bool { words.first == "athanor" }
  var options: [String] { Array(words.dropFirst()) }

  func isClosed(by line: String) -> Bool {
    let text = line.trimmed
    return text.count >= count && text.allSatisfy { $0 == mark }
  }

  /// A line of the block without the block's own indentation.
  func inner(_ line: String) -> String {
    let spaces = line.prefix { $0 == " " }.count
    return String(line.dropFirst(min(spaces, indent.count)))
  }
}
