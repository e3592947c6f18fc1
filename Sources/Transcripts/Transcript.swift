/// A Markdown document whose `athanor` blocks show inputs and what they print.
///
/// Inside a block, lines that start with `>>> ` are inputs, lines that start with `... ` right below
/// continue them, and the lines up to the next input are what is expected.
public struct Transcript: Sendable {
  /// One input and what it is expected to print.
  public struct Example: Sendable, Equatable {
    /// Line of the document where the input starts, from 1.
    public var line: Int
    public var input: String
    /// Without blank lines at the end.
    public var expected: [String]
    public var tolerance: Tolerance
    /// Lines of the document (from 0) that the expectation takes.
    var range: Range<Int>
    /// What the lines of the block are indented by, as in a list item.
    var indent: String
  }

  public let name: String
  public let examples: [Example]
  let lines: [String]

  /// The inputs in order.
  public var inputs: [String] { examples.map(\.input) }

  /// Reads a document.
  /// - Parameter name: The file's name, for error texts.
  /// - Throws: A `Failure` of kind `data` that names the line: an unknown option on a fence, output
  ///   before the first input of a block, a block that is not closed.
  public static func parse(_ text: String, name: String = "<transcript>") throws -> Transcript {
    var reader = TranscriptReader(name: name, lines: text.documentLines)
    try reader.read()
    return Transcript(name: name, examples: reader.examples, lines: reader.lines)
  }

  /// The document with other expectations.
  /// - Parameter expectations: For each example its lines, or nil where they stay.
  func rewritten(_ expectations: [[String]?]) -> String {
    var result: [String] = []
    var position = 0
    for (example, expectation) in zip(examples, expectations) {
      guard let expectation else { continue }
      result += lines[position..<example.range.lowerBound]
      result += expectation.map { $0.isEmpty ? "" : example.indent + $0 }
      position = example.range.upperBound
    }
    return (result + lines[position...]).joined(separator: "\n")
  }
}

extension String {
  /// The lines between line ends; CR LF counts as one line end.
  var documentLines: [String] {
    var lines: [String] = []
    var line = String.UnicodeScalarView()
    for scalar in unicodeScalars {
      if scalar == "\n" {
        if line.last == "\r" { line.removeLast() }
        lines.append(String(line))
        line = String.UnicodeScalarView()
      } else {
        line.append(scalar)
      }
    }
    lines.append(String(line))
    return lines
  }
}
