import Catalog
public import Layers
public import Models
public import Optimizers
public import Tensors

/// Mutual learning of Zhang et al. (2018): student and peer train together, each towards the other.
public struct DML: CompanionLoss {
  public var peer: Model
  public var companionOptimizer: Optimizer
  public var companionSchedule: Schedule

  public var name: String { "dml" }
  public func script(_ models: ModelNames) -> String {
    call(
      "dml",
      [
        models.name(peer), "optimizer=\(companionOptimizer.script)",
        "schedule=\(companionSchedule.script)",
      ])
  }
  public var needsTeacher: Bool { false }
  public var models: [Model] { [peer] }
  public var companionSteps: Int { 1 }

  public func companion(for shapes: LossShapes) throws -> Module {
    guard shapes.logits.last == peer.classes else {
      throw ShapeError(
        "'dml' needs logits of one shape: the peer \(peer.name) has \(peer.classes) classes, the "
          + "student's logits are \(shapeText(shapes.logits))")
    }
    return peer.network
  }

  public func value(_ input: LossInput) throws -> Tensor {
    let given = input.context
    // As in training, but neither on the tape nor moving running statistics: that is its own step's.
    let context = Context(
      isTraining: given.isTraining, isRecording: false, updatesState: false, seed: given.seed,
      step: given.step)
    let logits = try peerLogits(input, context).detached
    return try softenedDivergence(student: input.logits, teacher: logits).mean()
  }

  public func companionLoss(_ input: LossInput, round: Int) throws -> CompanionOutcome {
    let logits = try peerLogits(input, input.context)
    let labels = try CrossEntropy().value(LossInput(logits: logits, targets: input.targets))
    let divergence = try softenedDivergence(
      student: logits, teacher: input.logits.detached
    ).mean()
    return CompanionOutcome(
      loss: try labels + divergence,
      figures: [("ce", Double(labels.scalar)), ("kl", Double(divergence.scalar))])
  }

  private func peerLogits(_ input: LossInput, _ context: Context) throws -> Tensor {
    guard let network = input.companion, let images = input.images else {
      throw Failure(.state, "'dml' needs its peer and the images in a run")
    }
    return try network(images, context)
  }

  static let declaration = Declaration(
    "dml", "Mutual learning: student and peer train together, each towards the other.",
    details: """
      KL(softmax(z_P) ‖ softmax(z_S)), mean over the batch, z_P the peer's logits of the same \
      images. After each of the student's steps the peer takes one on its own cross entropy plus \
      KL(softmax(z_S) ‖ softmax(z_P)), by an optimizer and a schedule of its own. Zhang et al. 2018, \
      https://arxiv.org/abs/1706.00384; weight 1 beside ce(), T = 1. The run trains a copy of \
      the peer, run.peers[0]. It needs no teacher. Mixed labels: the peer's cross \
      entropy is with the mixture.
      """,
    Argument("peer", "The other network, of as many classes.") as Argument<Model>,
    Argument("optimizer", "How the peer's weights move.", default: Optimizer.usual),
    Argument("schedule", "How its learning rate goes over the run.", default: Schedule.usual),
    examples: [
      "run = train(student, data, ce() + dml(clone(student, seed=1)), epochs=1)"
    ],
    keywords: ["mutual learning", "peer", "online distillation", "cohort"]
  ) { DML(peer: $0, companionOptimizer: $1, companionSchedule: $2).goal }
}
