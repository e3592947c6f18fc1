public import Catalog
public import Conversation
public import Language
import Plots
public import Records
import Tensors
import Training

/// One session: the variables, the current run, and whoever listens.
///
/// It lives on the thread that made it. What leaves it is `Sendable`: events, reports, displays.
public final class Session: Interpreter, OutputContext {
  public var style = Style()
  public var isLive = false
  public var hasTimeAside = false
  /// Whether convolutions are computed by plain sums.
  var isExact = false
  /// How plots are shown.
  var plotMode = PlotMode.auto
  /// What runs and models are drawn from where no seed is given.
  public var seed = 0

  let listener: any Listener
  let interruption: Interruption
  /// What teachers said of pictures, for all runs of the session.
  let caches = TeacherCaches()
  /// Networks that pictures were shown to, planned.
  var frozenNetworks = FrozenNetworks()
  /// What layers of runs looked like when they were asked for.
  var layerHistory = LayerHistory()
  /// The run made last; verbs use it where none is named.
  var currentRun: Run?
  private var runCount = 0
  var journal = Journal()
  /// Runs that are carried out between inputs.
  var asides: [AsideFit] = []
  /// Scripts being replayed, outermost first.
  var replayed: [String] = []
  /// Whether what is shown is dropped: a sweep makes many runs.
  var isHushed = false
  /// Finished trainings of sweeps, by the script that makes them again.
  var sweptMembers: [String: SweepMember] = [:]
  /// Set by `quit`.
  var exitCode: Int32?
  let records: RecordStore
  /// Writes what runs do.
  let recorder: RunRecorder
  private(set) var inputNumber = 0
  private var displayNumber = 0
  /// What the input being executed has shown, for the history.
  private var shownText = ""
  lazy var evaluator = makeEvaluator()

  public init(listener: any Listener, interruption: Interruption, records: RecordStore) {
    self.listener = listener
    self.interruption = interruption
    self.records = records
    recorder = RunRecorder(records)
  }

  private func makeEvaluator() -> Evaluator {
    let evaluator = Evaluator(library: Session.library, context: self)
    evaluator.interruption = { [interruption] in try interruption.check() }
    evaluator.around = { [unowned self] statement in
      ConvolutionArithmetic.$isExact.withValue(isExact) { statement() }
    }
    evaluator.willChange = { [unowned self] object in journal.note(object) }
    evaluator.freeNames = { [unowned self] call in
      call == WhatIf.declaration.name ? currentRun.map(TrialSetting.offers) ?? [] : []
    }
    evaluator.didEnd = { [unowned self] succeeded in
      let news = journal.runs.flatMap { $0.takeNews() }
      let wereTouched = journal.hasNotes
      journal.close(undoing: !succeeded)
      if succeeded { for text in news { write("note: \(text)\n", toError: false) } }
      syncRecords(wereTouched: wereTouched)
    }
    return evaluator
  }

  // MARK: Interpreter

  public func execute(_ request: Request) -> Outcome {
    if request.isRecorded { inputNumber += 1 }
    shownText = ""
    exitCode = nil
    let source = SourceText(request.code, origin: request.origin)
    var failed: Report?
    do {
      try evaluator.run(
        source,
        show: { value, isLast in
          if request.showsValues { emit(.value(drawn(value), last: isLast)) }
        },
        recover: request.keepsGoing
          ? { [unowned self] diagnostic in
            if exitCode != nil { return false }
            let report = report(diagnostic)
            failed = report
            emit(.warning(report.lines.joined(separator: "\n") + "\n"))
            return true
          } : nil)
    } catch {
      if exitCode == nil { failed = report(error) }
    }
    if request.isRecorded {
      records.append(line: inputNumber, code: request.code, output: shownText)
      // A store that cannot be opened is known of at once, and said in one line.
      if inputNumber == 1 { records.flush() }
    }
    for warning in records.takeWarnings() { emit(.warning("note: \(warning)\n")) }
    if let exitCode { return .quit(code: exitCode) }
    return failed.map { .failed($0) } ?? .done
  }

  public func evaluate(_ expression: String) -> Result<Display, Report> {
    do {
      return .success(try evaluator.evaluate(SourceText(expression)).display(style))
    } catch {
      return .failure(report(error))
    }
  }

  public func complete(_ code: String, at cursor: Int) -> Completions {
    let result = evaluator.complete(
      code, at: cursor, files: fileNames(matching:), words: modulePaths(for:))
    return Completions(
      range: result.range,
      items: result.candidates.map {
        Completion($0.text, type: $0.type, signature: $0.signature, summary: $0.summary)
      })
  }

  public func inspect(_ code: String, at cursor: Int, detailed: Bool) -> Display? {
    describe(evaluator.inspect(code, at: cursor), detailed: detailed)
  }

  public func completeness(_ code: String) -> Conversation.Completeness {
    switch Language.completeness(of: code) {
    case .complete: .complete
    case .incomplete(let indent): .incomplete(indent: indent)
    case .invalid: .invalid
    }
  }

  public func past(_ query: PastQuery) -> [PastInput] { records.past(query) }

  func report(_ error: Diagnostic) -> Report {
    Report(name: error.name, message: error.message, lines: error.lines(width: style.width))
  }

  // MARK: What commands use

  public func write(_ text: String, toError: Bool) { emit(toError ? .warning(text) : .text(text)) }

  func emit(_ event: Event) {
    if isHushed { return }
    switch event {
    case .text(let text): remember(text)
    case .value(let display, _), .display(let display, _): remember(display.plain + "\n")
    default: break
    }
    listener.receive(event)
  }

  /// Shows a value now, as a display of its own.
  func show(_ value: some Object) { emit(.display(drawn(.object(value)), id: nil)) }

  /// A name for a display that will be redrawn.
  func newDisplayID() -> String {
    displayNumber += 1
    return "athanor-\(ProcessIdentity.stamp)-\(displayNumber)"
  }

  /// Throws `Interrupted` if the person asked to stop.
  func check() throws { try interruption.check() }

  /// The run a verb is about: the one that was named, or the current one.
  func run(_ subject: Subject<Run>) throws -> Run {
    if let run = subject.value { return run }
    guard let currentRun else {
      throw Failure(
        .state, "there is no run yet", advice: "make one with train(…) or distill(…)")
    }
    return currentRun
  }

  /// Makes a run the current one and gives it its number.
  func adopt(_ run: Run) {
    runCount += 1
    run.number = runCount
    currentRun = run
  }

  /// What tables and legends call a run: its variable, or "run 2".
  func name(of run: Run) -> String {
    for (name, value) in evaluator.variables {
      if case .object(let object) = value, (object as? Run) === run { return name }
    }
    return "run \(run.number)"
  }

  private func remember(_ text: String) {
    // The history keeps what a person would reread, not a flood.
    if shownText.utf8.count < 16_384 { shownText += text }
  }
}

/// Ends an input after `quit`.
struct Leaving: Error {}
