/// How a replay of a document compares with what the document shows.
public struct ReplayResult: Sendable {
  /// One input that printed something else than expected.
  public struct Mismatch: Sendable {
    /// Where it is: "line 12", "cell 3".
    public var place: String
    public var input: String
    public var comparison: Comparison
  }

  /// The document's name.
  public var name: String
  /// Inputs that were replayed.
  public var count: Int
  public var mismatches: [Mismatch]
  /// The whole document with expectations that fit what was printed.
  public var blessed: String
  /// Whether that differs from the document as it is: a picture may have changed though all text
  /// is as expected.
  public var isBlessingNews: Bool
  /// Whether the person stopped it before its end.
  public var wasInterrupted = false

  public var passed: Bool { mismatches.isEmpty && !wasInterrupted }

  /// What a person reads: one line if all is well, else the differences.
  public var report: String {
    let inputs = count == 1 ? "1 input" : "\(count) inputs"
    if wasInterrupted { return "\(name): interrupted after \(inputs)" }
    if mismatches.isEmpty { return "\(name): \(inputs), as expected" }
    var lines: [String] = []
    for mismatch in mismatches {
      lines.append("\(name), \(mismatch.place):")
      for (index, line) in mismatch.input.documentLines.prefix(5).enumerated() {
        lines.append((index == 0 ? "  >>> " : "  ... ") + line)
      }
      lines += mismatch.comparison.difference.map { "  " + $0 }
    }
    lines.append("\(name): \(inputs), \(mismatches.count) not as expected")
    return lines.joined(separator: "\n")
  }
}
