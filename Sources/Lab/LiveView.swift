import Catalog
import Conversation
import Plots
import Training

/// The view of a run while it is carried out: one display, redrawn in place at most ten times a
/// second where someone watches; a line an epoch where nobody does.
final class LiveView {
  private unowned let session: Session
  private let run: Run
  private let showsPlot: Bool
  private let isQuiet: Bool
  /// Whether the run goes on beside the conversation.
  private let isAside: Bool
  private let first: Int
  private let target: Int
  private let clock = ContinuousClock()
  private let start: ContinuousClock.Instant
  private var drawn: ContinuousClock.Instant?
  private var id: String?
  private var samples = 0
  private var isClosed = false
  private var evaluated = ""
  private var ending = ""
  private(set) var last: StepResult?
  /// Warnings of the run that were there before, or have been shown.
  private var warned: Int

  /// What takes less than this is drawn once, at its end, or, where there is no plot, not at all.
  private var patience: Duration { showsPlot ? .milliseconds(250) : .seconds(2) }
  private static let interval = Duration.milliseconds(125)

  /// - Parameter isQuiet: Follows, and draws nothing.
  init(
    _ session: Session, _ run: Run, showsPlot: Bool, isQuiet: Bool, to target: Int,
    isAside: Bool = false
  ) {
    self.isAside = isAside
    self.session = session
    self.run = run
    self.showsPlot = showsPlot
    self.isQuiet = isQuiet
    self.target = target
    first = run.steps
    warned = run.warnings.count
    start = clock.now
    if isAside { tell(nil) }
  }

  func follow(_ progress: Progress) {
    defer { warn() }
    switch progress {
    case .step(let result, _):
      session.recordSteps(of: run, isLast: false)
      last = result
      samples += result.samples
      draw("")
    case .evaluating(let done, let total):
      draw(" · evaluating \(percent(Double(done) / Double(max(1, total))))")
    case .epoch(let epoch, let evaluation):
      let averaged = run.log["test_ema_accuracy"]?.last.map {
        " · averaged weights \(NumberFormat.percent(2).text($0))"
      }
      session.recordSteps(of: run, isLast: true)
      evaluated = "epoch \(epoch) · " + evaluation.text + (averaged ?? "")
      if isAside {
        tell("\(session.name(of: run)): \(evaluated)")
      } else if session.isLive {
        draw("")
      } else if !isQuiet {
        let loss = run.meanLoss(ofLast: run.stepsPerEpoch).map { " · training loss \(figure($0))" }
        session.write("\(evaluated)\(loss ?? "")\n", toError: false)
      }
    }
  }

  /// Says what has been noticed, once; of a quiet run `status` tells it.
  private func warn() {
    guard !isQuiet else { return }
    for warning in run.warnings.dropFirst(warned) {
      session.write("\(warning.line)\n", toError: true)
    }
    warned = run.warnings.count
  }

  /// Shows what goes on beside the conversation, with a line for a terminal.
  private func tell(_ note: String?, isLast: Bool = false) {
    let id = id ?? session.newDisplayID()
    self.id = id
    let shown = isQuiet && !isLast ? nil : note
    session.emit(.aside(display(note: "", isFinal: isLast), id: id, note: shown, last: isLast))
    drawn = clock.now
  }

  /// Draws the last state of what went on beside the conversation.
  ///
  /// - Parameter note: How it ended.
  func close(_ note: String) {
    guard !isClosed else { return }
    isClosed = true
    session.recordSteps(of: run, isLast: true)
    ending = note
    tell("\(session.name(of: run)) \(note)", isLast: true)
  }

  /// Draws the last state, which is what stays.
  func close() {
    guard !isClosed else { return }
    isClosed = true
    session.recordSteps(of: run, isLast: true)
    if let id {
      session.emit(.update(display(note: "", isFinal: true), id: id))
    } else if session.isLive, showsPlot, !isQuiet, last != nil {
      session.emit(.display(display(note: "", isFinal: true), id: nil))
    }
  }

  private func draw(_ note: String) {
    guard session.isLive, !isQuiet else { return }
    let now = clock.now
    if isAside {
      if let drawn, now - drawn < LiveView.interval { return }
      return tell(nil)
    }
    if let id {
      if let drawn, now - drawn < LiveView.interval { return }
      session.emit(.update(display(note: note, isFinal: false), id: id))
    } else {
      if now - start < patience { return }
      let new = session.newDisplayID()
      id = new
      session.emit(.display(display(note: note, isFinal: false), id: new))
    }
    drawn = clock.now
  }

  private func display(note: String, isFinal: Bool) -> Display {
    let text = [
      progressText(isFinal: isFinal), (last.map { $0.text(time: false) } ?? "") + note, evaluated,
      ending,
    ].filter { !$0.isEmpty }.joined(separator: "\n")
    guard showsPlot, last != nil else { return Display(text) }
    // A notebook shows one form only, so the picture carries the line as its title.
    // Its curves are smoothed over a fifteenth of the steps.
    var plot = run.curves(smooth: min(0.95, max(0, 1 - 15 / Double(max(1, run.steps)))))
    plot.title = title(isFinal: isFinal)
    return Display(text, forms: plot.display(session.style).forms)
  }

  /// The same in a few words, for the picture.
  private func title(isFinal: Bool) -> String {
    let end = [ending.isEmpty ? "" : "\(session.name(of: run)) \(ending)", evaluated]
      .filter { !$0.isEmpty }
    if isFinal, !end.isEmpty { return end.joined(separator: " · ") }
    let steps = "step \(run.steps) of \(target)"
    guard !isFinal, let remaining else { return steps }
    let speed = rate > 0 ? " · \(rateText(rate))" : ""
    return steps + speed + " · \(clockText(remaining)) left"
  }

  /// Samples a second, since it is followed.
  private var rate: Double {
    let seconds = (clock.now - start).seconds
    return seconds > 0 ? Double(samples) / seconds : 0
  }

  var remaining: Double? {
    let done = run.steps - first
    guard done > 0 else { return nil }
    return (clock.now - start).seconds / Double(done) * Double(target - run.steps)
  }

  private func progressText(isFinal: Bool) -> String {
    let done = run.steps - first
    let epoch = min(run.epochs, Int(run.epoch.rounded(.up)))
    return progressLine(
      label: "epoch \(max(1, epoch))/\(run.epochs)", done: Double(done),
      total: Double(target - first), rate: rate, remaining: isFinal ? nil : remaining,
      style: session.style)
  }
}

extension Run {
  /// The mean of the loss over the last steps.
  func meanLoss(ofLast count: Int) -> Double? {
    guard let values = log["loss"]?.values.suffix(count), !values.isEmpty else { return nil }
    return values.reduce(0, +) / Double(values.count)
  }
}

extension RunWarning {
  /// `warning: step 10: 'kd' is 0.3 % of the loss: it hardly teaches (raise its weight, …)`.
  var line: String { "warning: step \(step): \(text) (\(advice))" }
}
