import Catalog
import Conversation
import Plots
import Training

/// The view of a sweep while it goes: one line redrawn in place where someone watches, a line a
/// training where nobody does.
final class SweepView {
  private unowned let session: Session
  private let total: Int
  private let isQuiet: Bool
  private let measure: String
  private let clock = ContinuousClock()
  private let start: ContinuousClock.Instant
  private var drawn: ContinuousClock.Instant?
  private var id: String?
  private var label = ""
  private var begun = 0
  private var isClosed = false

  private static let interval = Duration.milliseconds(125)

  init(_ session: Session, total: Int, isQuiet: Bool, measure: String) {
    self.session = session
    self.total = total
    self.isQuiet = isQuiet
    self.measure = measure
    start = clock.now
  }

  func begin(_ label: String) {
    self.label = label
    begun += 1
  }

  func follow(_ progress: Progress, _ run: Run, isControl: Bool) {
    guard session.isLive, !isQuiet else { return }
    let now = clock.now
    if let drawn, now - drawn < SweepView.interval { return }
    drawn = now
    let share = Double(run.steps) / Double(max(1, run.plannedSteps))
    let done = Double(begun - 1) + share
    let seconds = (now - start).seconds
    let line = progressLine(
      label: "\(begun)/\(total)", done: done, total: Double(total), rate: 0,
      remaining: done > 0 ? seconds / done * (Double(total) - done) : nil, style: session.style)
    let text = "\(line)\n\(label)\(isControl ? ", control" : "") · \(run.epochText)"
    if let id {
      session.emit(.update(Display(text), id: id))
    } else {
      let new = session.newDisplayID()
      id = new
      session.emit(.display(Display(text), id: new))
    }
  }

  func end(_ member: SweepMember) {
    guard !session.isLive, !isQuiet else { return }
    let figure =
      member.failure.map { "ended early, \($0)" }
      ?? member.last(measure).map { measureText($0, measure) } ?? "–"
    session.write(
      "\(begun) of \(total): \(label)\(member.isControl ? ", control" : ""): \(figure)\n",
      toError: false)
  }

  /// The line goes when the table comes.
  func close() {
    guard !isClosed else { return }
    isClosed = true
    if let id {
      let seconds = (clock.now - start).seconds
      session.emit(
        .update(Display("\(begun) of \(total) trainings in \(secondsText(seconds))"), id: id))
    }
  }
}

extension Run {
  /// `epoch 2 of 8`
  fileprivate var epochText: String {
    "epoch \(max(1, min(epochs, Int(epoch.rounded(.up))))) of \(epochs)"
  }
}

/// A figure of a sweep as text: shares in percent.
func measureText(_ value: Double, _ measure: String) -> String {
  measureFormat(measure).text(value)
}

func measureFormat(_ measure: String) -> NumberFormat {
  ["accuracy", "agreement", "miou"].contains { measure.hasSuffix($0) } ? .percent(2) : .automatic
}
