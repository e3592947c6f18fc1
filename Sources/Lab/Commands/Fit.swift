import Catalog
import Training

enum Fit {
  static let declaration: Declaration = .command(
    "fit", "Carries a run out to the end of its plan, or for so many epochs more.",
    details: """
      After each epoch the student is evaluated on the data's validation split, or its test split \
      where there is none. ^C stops after the current step and keeps everything; `fit` goes on. \
      With background=true it goes on beside the conversation, step by step between inputs: plot \
      it, probe it, change it meanwhile; `status` tells, `wait` waits, `stop` ends it. In a script \
      it is carried out at once. A loss or a gradient that is no number ends it at the last good \
      step, with the reason; `undo` or `rewind` goes back further.
      """,
    Argument("run", "The run; the current one where none is named.", default: Subject<Run>()),
    Argument(
      "epochs", "Epochs to go on for; none: to the end of the plan.", default: Double?.none
    ) { epochs in
      guard let epochs, !(epochs > 0 && epochs <= 1e9) else { return nil }
      return epochs > 0 ? "must be at most 1e9" : "must be positive"
    },
    Argument("evaluate", "Whether to evaluate after each epoch.", default: true),
    Argument("quiet", "Whether to draw nothing while it goes.", default: false),
    Argument(
      "background", "Whether to go on beside the conversation, which stays usable.",
      default: false),
    Argument(
      "checkpoint", "Whether the whole run is kept after each epoch, or every so many steps.",
      default: CheckpointPlan.none),
    examples: [
      "fit epochs=1", "fit run, epochs=0.5, checkpoint=true", "fit background=true; wait",
    ],
    keywords: ["train", "epochs", "learn", "background", "asynchronous"]
  ) { session, subject, epochs, evaluates, quiet, background, checkpoint in
    let run = try session.run(subject)
    session.currentRun = run
    session.journal.note(run)
    let more = epochs.map { max(1, Int(($0 * Double(run.stepsPerEpoch)).rounded())) }
    let target = more.map { run.steps + $0 } ?? run.plannedSteps
    guard target > run.steps else {
      throw Failure(
        .state, "the run has done all its \(run.plannedSteps) steps",
        advice: "fit epochs=1 goes on")
    }
    if background, session.hasTimeAside {
      try session.begin(
        aside: run, to: target, evaluates: evaluates, isQuiet: quiet, checkpoint: checkpoint)
    } else {
      try session.fit(
        run, to: target, evaluates: evaluates, isQuiet: quiet, checkpoint: checkpoint)
    }
    return Value.none
  }
}

extension Session {
  /// Carries a run on to a step, drawing its progress.
  func fit(
    _ run: Run, to target: Int, evaluates: Bool, isQuiet: Bool,
    checkpoint: CheckpointPlan = .none
  ) throws {
    let view = LiveView(self, run, showsPlot: true, isQuiet: isQuiet, to: target)
    defer { view.close() }
    try carry(run, to: target, evaluates: evaluates) { progress in
      view.follow(progress)
      guard case .step = progress, checkpoint.wants(run, target) else { return }
      try keep(run)
    }
  }

  /// Makes steps of a run. Where a number runs away, the run stands at its last good step though the
  /// statement fails: nobody wants hours undone for the last of their steps. `undo` takes them back.
  func carry(
    _ run: Run, to target: Int, evaluates: Bool, report: (Progress) throws -> Void
  ) throws {
    let first = run.steps
    do {
      try run.advance(to: target, evaluates: evaluates, check: check, report: report)
    } catch let error as any Explained where error.failure.kind == .value && run.steps > first {
      journal.keep()
      throw error
    }
  }
}
