extension Transcript {
  /// Compares what the program printed with `run --echo --keep-going`, where every input stands as
  /// `>>> ` lines before its output, standard error in its place.
  /// - Throws: A `Failure` of kind `data` where the text does not begin with an input.
  public func judge(echoed text: String) throws -> ReplayResult {
    // A fence that nothing printed can close.
    let fence = String(repeating: "`", count: 40)
    let echo = try Transcript.parse("\(fence)athanor\n\(text)\n\(fence)", name: name)
    var outputs: [[String]] = []
    var rest = echo.examples[...]
    for example in examples {
      // An input of several statements may be echoed in pieces.
      var lines: [String] = []
      var input = ""
      while input.count < example.input.trimmed.count, let piece = rest.popFirst() {
        input += (input.isEmpty ? "" : "\n") + piece.input
        lines += piece.expected
      }
      outputs.append(lines)
    }
    return judge(outputs)
  }
}
