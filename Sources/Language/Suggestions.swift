/// One thing that could stand at the cursor.
public struct Candidate: Sendable, Equatable {
  public var text: String
  /// "function", "argument", "variable", "member", "keyword", "model", "file" or "value".
  public var type: String
  /// `resnet18(classes=1000, …)` where it can be called.
  public var signature: String
  /// One line.
  public var summary: String

  public init(_ text: String, type: String, signature: String = "", summary: String = "") {
    self.text = text
    self.type = type
    self.signature = signature
    self.summary = summary
  }
}

/// What could stand at the cursor, the likeliest first, and the code points that it would replace.
public struct Suggestions: Sendable, Equatable {
  public var range: Range<Int>
  public var candidates: [Candidate]

  public init(range: Range<Int>, candidates: [Candidate]) {
    self.range = range
    self.candidates = candidates
  }
}
