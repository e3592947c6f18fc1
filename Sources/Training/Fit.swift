import Catalog
import Datasets
import Losses
import Models
import Optimizers

/// What a training loop tells while it goes.
public enum Progress {
  /// A step is done; `target` is the step that the loop goes to.
  case step(StepResult, target: Int)
  /// Samples of the evaluation at an epoch's end.
  case evaluating(done: Int, total: Int)
  /// An epoch is done and evaluated.
  case epoch(Int, Evaluation)
}

extension Run {
  /// Steps until `target` steps are done; evaluates at the end of each epoch where asked.
  ///
  /// - Parameters:
  ///   - check: Looked at between steps and batches; throws `Interrupted` to stop. Whole steps done
  ///     so far are kept, and where a number runs away (a step's failure of kind `.value`), those
  ///     before it; any other error puts the run back to where it began.
  public func advance(
    to target: Int, evaluates: Bool, check: () throws -> Void, report: (Progress) throws -> Void
  ) throws {
    let before = state
    var isStepping = false
    // What an interruption leaves is kept, too; where that fails, the cache only knows less.
    defer { try? saveCache() }
    do {
      while steps < target {
        try check()
        isStepping = true
        let result = try advance()
        isStepping = false
        try report(.step(result, target: target))
        if evaluates, cursor.isEpochEnd(after: steps) || steps == target {
          try evaluateEpoch(check, report)
        }
        if cursor.isEpochEnd(after: steps) || steps == target { try saveCache() }
      }
    } catch {
      let kind = (error as? any Explained)?.failure.kind
      if kind != .interrupted, !(isStepping && kind == .value) { state = before }
      throw error
    }
  }

  /// Writes what the teacher's cache has learnt since it was last written, where it has a file.
  public func saveCache() throws { try openedCache?.cache.save() }

  /// Evaluates the student as at an epoch's end and notes the figures.
  ///
  /// - Parameter check: Looked at between batches; where it throws, nothing is noted.
  public func evaluateEpoch(
    _ check: () throws -> Void, _ report: (Progress) throws -> Void
  ) throws {
    let split = data.evaluation
    var told: Result<Void, any Error> = .success(())
    let evaluation = try evaluate(
      student, on: split, of: data, frozen: try goalTeacher(), check: check
    ) { done in
      told = Result { try report(.evaluating(done: done, total: split.count)) }
    }
    try told.get()
    log.append(evaluation.accuracy, to: "test_accuracy", step: steps)
    guards.look(at: evaluation, step: steps)
    log.append(evaluation.loss, to: "test_loss", step: steps)
    if let miou = evaluation.segmentation?.meanIoU {
      log.append(miou, to: "test_miou", step: steps)
    }
    if let agreement = evaluation.agreement {
      log.append(agreement, to: "test_agreement", step: steps)
    }
    if let averages {
      let averaged = try withWeights(averages.parameters, averages.buffers) {
        try evaluate(student, on: split, of: data, check: check)
      }
      log.append(averaged.accuracy, to: "test_ema_accuracy", step: steps)
      log.append(averaged.loss, to: "test_ema_loss", step: steps)
      if let miou = averaged.segmentation?.meanIoU {
        log.append(miou, to: "test_ema_miou", step: steps)
      }
    }
    try report(.epoch((moment.step + stepsPerEpoch - 1) / stepsPerEpoch, evaluation))
  }

  /// The same run without its teacher, at its start: same student, weights, seed, data and plan.
  public func control() throws -> Run {
    let twin = try student.cloned(seed: student.seed)
    twin.weights = initialWeights
    twin.past = record.studentPast
    return try Run(
      RunSetup(
        student: twin, teacher: nil, data: data, goal: goal.withoutTeacher ?? Run.plainGoal,
        optimizer: optimizer, schedule: schedule, augmentation: augmentation,
        batch: batch, epochs: epochs, seed: seed, shuffle: shuffle, clipping: clipping,
        averaging: averaging))
  }

  private static var plainGoal: Goal { Goal(CrossEntropy()) }
}
