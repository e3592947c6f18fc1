import Catalog
import Tensors
import Training

/// A run that is carried out beside the conversation: a step at a time, between inputs.
///
/// The session has one thread, so a run is never touched while a statement looks at it or changes
/// it, and every change counts from the next step on.
final class AsideFit {
  let run: Run
  let target: Int
  let evaluates: Bool
  let checkpoint: CheckpointPlan
  let view: LiveView
  /// Whether the epoch that has just ended is still to be evaluated.
  var owesEvaluation = false

  init(
    _ run: Run, to target: Int, evaluates: Bool, checkpoint: CheckpointPlan, view: LiveView
  ) {
    self.checkpoint = checkpoint
    self.run = run
    self.target = target
    self.evaluates = evaluates
    self.view = view
  }

  var isDone: Bool { run.steps >= target && !owesEvaluation }

  /// A step, or the evaluation that an epoch ends with; whether it was a step.
  ///
  /// - Parameter check: Looked at between the batches of an evaluation; one that it stops is made
  ///   from its beginning the next time.
  func advance(_ check: () throws -> Void) throws -> Bool {
    if owesEvaluation {
      try run.evaluateEpoch(check) { view.follow($0) }
      owesEvaluation = false
      return false
    }
    view.follow(.step(try run.advance(), target: target))
    let isEnd = run.isAtEpochEnd || run.steps >= target
    if isEnd { try run.saveCache() }
    owesEvaluation = evaluates && isEnd
    return true
  }
}

/// Somebody waits for the session.
private struct Wanted: Error {}

extension Session {
  public var hasWorkAside: Bool { !asides.isEmpty }

  /// Makes one step of the runs aside, each in its turn.
  public func workAside(while isWanted: () -> Bool) {
    guard let job = asides.first else { return }
    asides.append(asides.removeFirst())
    do {
      try ConvolutionArithmetic.$isExact.withValue(isExact) {
        let isStep = try job.advance { if isWanted() { throw Wanted() } }
        if isStep, job.checkpoint.wants(job.run, job.target) { try keep(job.run) }
      }
      if job.isDone { end(job, "is done: step \(job.run.steps)") }
    } catch is Wanted {
    } catch {
      let reason = (error as? any Explained)?.failure.message ?? "\(error)"
      end(job, "stopped at step \(job.run.steps): \(reason)")
    }
  }

  /// Carries a run on beside the conversation.
  func begin(
    aside run: Run, to target: Int, evaluates: Bool, isQuiet: Bool,
    checkpoint: CheckpointPlan = .none
  ) throws {
    guard !asides.contains(where: { $0.run === run }) else {
      throw Failure(
        .state, "\(name(of: run)) is already being carried out in the background",
        advice: "stop ends it, wait waits for it")
    }
    let view = LiveView(
      self, run, showsPlot: true, isQuiet: isQuiet, to: target, isAside: true)
    asides.append(
      AsideFit(run, to: target, evaluates: evaluates, checkpoint: checkpoint, view: view))
  }

  /// Ends what is aside; what has been done is kept.
  func end(_ job: AsideFit, _ note: String) {
    // Where that fails, the cache only knows less.
    try? job.run.saveCache()
    asides.removeAll { $0 === job }
    job.view.close(note)
  }

  /// The runs aside that a command is about: the one that was named, or all.
  func asides(of subject: Subject<Run>) throws -> [AsideFit] {
    guard let run = subject.value else { return asides }
    let jobs = asides.filter { $0.run === run }
    guard !jobs.isEmpty else {
      throw Failure(.state, "\(name(of: run)) is not being carried out in the background")
    }
    return jobs
  }
}
