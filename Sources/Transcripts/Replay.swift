import Catalog
public import Conversation
import Glibc

/// Replays a transcript or a notebook in a new session and compares what it prints.
///
/// The session lives on the calling thread. Its environment is pinned: width 80, no colour, Unicode,
/// nothing live, UTC; a new session starts with seed 0.
/// - Throws: A `Failure` of kind `file` or `data` where the file cannot be read as what its name
///   says it is.
public func replay(
  file path: String, factory: InterpreterFactory, interruption: Interruption = Interruption()
) throws -> ReplayResult {
  switch try Document.read(path) {
  case .script:
    throw Failure(
      .file, "'\(path)' shows no expected output",
      advice: "a .md transcript or an .ipynb notebook can be tested")
  case .transcript(let transcript):
    return transcript.replay(factory: factory, interruption: interruption)
  case .notebook(let notebook):
    return notebook.replay(factory: factory, interruption: interruption)
  }
}

/// A session whose environment is pinned, and who listens to it.
struct PinnedSession {
  private let recorder = Recorder()
  private let session: any Interpreter
  private let interruption: Interruption
  /// How the session ended, once it has.
  private(set) var ending: Outcome?

  /// - Parameter isLive: A notebook draws progress and keeps its last state; a transcript does not.
  init(_ factory: InterpreterFactory, _ interruption: Interruption, isLive: Bool) {
    setenv("TZ", "UTC", 1)
    tzset()
    self.interruption = interruption
    session = factory(recorder, interruption)
    session.style = Style(width: 80, color: false, unicode: true)
    session.isLive = isLive
  }

  /// Executes one input; nil if the session has ended.
  mutating func record(_ code: String) -> Recording? {
    guard ending == nil else { return nil }
    let (recording, outcome) = recorder.record(code, in: session)
    switch outcome {
    case .quit: ending = outcome
    // Asked for by the person, not by the document: the rest is not replayed.
    case .failed(let report) where report.isInterruption && interruption.isRequested:
      ending = outcome
    case .failed, .done: break
    }
    return recording
  }

  var wasInterrupted: Bool {
    if case .failed = ending { return true }
    return false
  }
}

extension Transcript {
  /// Replays every input in a new session on the calling thread.
  public func replay(
    factory: InterpreterFactory, interruption: Interruption = Interruption()
  ) -> ReplayResult {
    var session = PinnedSession(factory, interruption, isLive: false)
    var outputs: [[String]] = []
    for example in examples {
      guard let recording = session.record(example.input) else { break }
      outputs.append(recording.lines)
    }
    var result = judge(outputs)
    result.wasInterrupted = session.wasInterrupted
    return result
  }

  /// Compares what each input printed, by whatever door it was executed.
  /// - Parameter outputs: Lines of each example in order; those that are absent printed nothing.
  public func judge(_ outputs: [[String]]) -> ReplayResult {
    var mismatches: [ReplayResult.Mismatch] = []
    var expectations: [[String]?] = []
    for (index, example) in examples.enumerated() {
      let got = index < outputs.count ? outputs[index] : []
      let comparison = Comparison(
        expected: example.expected, got: got, tolerance: example.tolerance)
      expectations.append(comparison.isEqual ? nil : comparison.blessed)
      guard !comparison.isEqual else { continue }
      mismatches.append(
        ReplayResult.Mismatch(
          place: "line \(example.line)", input: example.input, comparison: comparison))
    }
    return ReplayResult(
      name: name, count: min(outputs.count, examples.count), mismatches: mismatches,
      blessed: rewritten(expectations), isBlessingNews: !mismatches.isEmpty)
  }
}
