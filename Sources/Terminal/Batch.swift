public import Catalog
public import Conversation

/// Executes inputs without a person: no banner, prompt, colour or progress.
public struct Batch: Sendable {
  /// Something to execute, and what error texts call it.
  public struct Input: Sendable {
    public var code: String
    public var origin: String

    public init(_ code: String, origin: String = "<input>") {
      self.code = code
      self.origin = origin
    }
  }

  public struct Options: Sendable {
    public var color: ColorChoice
    /// Goes on after a failed statement.
    public var keepsGoing: Bool
    /// Prints every input before what it shows.
    public var echoes: Bool
    /// Whether `input` may read standard input: not if the script came from there.
    public var readsAnswers: Bool

    public init(
      color: ColorChoice = .auto, keepsGoing: Bool = false, echoes: Bool = false,
      readsAnswers: Bool = true
    ) {
      self.color = color
      self.keepsGoing = keepsGoing
      self.echoes = echoes
      self.readsAnswers = readsAnswers
    }
  }

  private let factory: InterpreterFactory
  private let options: Options

  public init(factory: @escaping InterpreterFactory, options: Options = Options()) {
    self.factory = factory
    self.options = options
  }

  /// Executes the inputs in one session, in order, up to the first error.
  ///
  /// Blocks the calling thread, which serves ^C meanwhile.
  /// - Returns: 0, 1 where a statement failed, 130 where it was interrupted, or what `quit` said.
  /// - Throws: A `Failure` where no session can be started.
  public func run(_ inputs: [Input]) throws(Failure) -> Int32 {
    let signals = Signals(Interruption(), interactive: false)
    let thread = try SessionThread {
      defer { signals.finish() }
      return execute(inputs, signals)
    }
    signals.serve()
    return thread.join() ?? 1
  }

  /// Executes the inputs on the calling thread.
  private func execute(_ inputs: [Input], _ signals: Signals) -> Int32 {
    let environment = Environment.process
    let output = PlainOutput(readsAnswers: options.readsAnswers, signals: signals)
    let session = factory(output, signals.interruption)
    session.isLive = false
    session.style = Style(
      width: Outlet.standard.size?.columns ?? 80,
      color: options.color.isOn(environment: environment, isTerminal: false),
      unicode: Encoding.select(environment))
    var code: Int32 = 0
    for input in inputs.flatMap({ options.echoes ? pieces(of: $0, session) : [$0] }) {
      if options.echoes { echo(input.code) }
      let outcome = session.execute(
        Request(input.code, origin: input.origin, isRecorded: false, keepsGoing: options.keepsGoing)
      )
      output.settle()
      switch outcome {
      case .done: break
      case .quit(let exitCode): return exitCode
      case .failed(let report):
        show(report, on: output, color: session.style.color)
        if report.isInterruption { return 130 }
        code = 1
        if !options.keepsGoing { return code }
      }
    }
    return code
  }

  private func show(_ report: Report, on output: PlainOutput, color: Bool) {
    let text = ErrorText.text(of: report, color: false)
    // A session that goes on after errors has told of each itself.
    guard !options.keepsGoing || !output.warnings.contains(text) else { return }
    Outlet.error.write(ErrorText.text(of: report, color: color))
  }

  /// A script cut where an input is complete, so that each is shown with its own output. Every piece
  /// keeps its line numbers.
  private func pieces(of input: Input, _ session: any Interpreter) -> [Input] {
    var pieces: [Input] = []
    var piece: [Substring] = []
    var count = 0
    for line in input.code.split(separator: "\n", omittingEmptySubsequences: false) {
      count += 1
      if piece.isEmpty, line.allSatisfy(\.isWhitespace) { continue }
      piece.append(line)
      let code = piece.joined(separator: "\n")
      if case .incomplete = session.completeness(code) { continue }
      let before = String(repeating: "\n", count: count - piece.count)
      pieces.append(Input(before + code, origin: input.origin))
      piece = []
    }
    if !piece.isEmpty {
      let before = String(repeating: "\n", count: count - piece.count)
      pieces.append(Input(before + piece.joined(separator: "\n"), origin: input.origin))
    }
    return pieces
  }

  private func echo(_ code: String) {
    let lines = code.drop { $0 == "\n" }.split(separator: "\n", omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() {
      Outlet.standard.write((index == 0 ? ">>> " : "... ") + line + "\n")
    }
  }
}
