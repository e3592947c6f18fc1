public import Layers
public import Optimizers
public import Tensors

/// A loss with a network beside it that is trained too, against an objective of its own by an
/// optimizer of its own: the critic of an adversarial term, the peer of mutual learning.
///
/// The run makes the companion at its first step, gives it to the loss in `LossInput.companion`, and
/// after each student's step moves it `companionSteps` times by `companionLoss`, with the student's
/// and the teacher's results of that step as constants. Its weights, running statistics and
/// optimizer are part of the run's state: saved, rewound and forked with it.
public protocol CompanionLoss: Loss {
  /// The network; that of a model of the loss's own, or a new one with parameters still to be drawn.
  func companion(for shapes: LossShapes) throws -> Module
  /// Its optimizer; the run takes a fresh copy.
  var companionOptimizer: Optimizer { get }
  /// How its learning rate moves over the run's plan.
  var companionSchedule: Schedule { get }
  /// Its steps for each of the student's.
  var companionSteps: Int { get }
  /// Its objective on one batch, and figures of its health by name ("gap", "penalty").
  ///
  /// - Parameters:
  ///   - input: As for the student's step, with the student's results off the tape.
  ///   - round: Which of the companion's steps in this step of the student.
  func companionLoss(_ input: LossInput, round: Int) throws -> CompanionOutcome
}

/// A companion's objective and what shows its health.
public struct CompanionOutcome {
  public var loss: Tensor
  public var figures: [(name: String, value: Double)]

  public init(loss: Tensor, figures: [(name: String, value: Double)] = []) {
    self.loss = loss
    self.figures = figures
  }
}
