import Catalog
import Layers
import Losses
import Models
import Optimizers
import Tensors

/// Losses of these tests, small ones with everything that a loss can bring.
let trialLosses = Registry(
  "Trial losses", [Hint.declaration, Critic.declaration, Peer.declaration, Other.declaration])

/// Pooled features through a dense layer and a batch norm to the teacher's; a bank of the samples
/// that it has seen.
struct Hint: Loss {
  var place: FeatureSelection

  final class Parts: Module {
    let regressor: Linear
    let fixed: Parameter
    let bank: Buffer
    let seen = Buffer(Tensor(zeros: [1]))

    init(_ shapes: LossShapes) {
      let features = shapes.features[0]
      regressor = Linear(features.student[1], features.teacher[1])
      fixed = Parameter([1], start: .constant(1))
      fixed.isTrainable = false
      bank = Buffer(
        Random.uniform(
          [shapes.samples], in: 0..<1, seed: shapes.seed, stream: Random.stream("bank")))
    }
  }

  var name: String { "hint" }
  func script(_ models: ModelNames) -> String {
    place.pairs.isEmpty ? "hint()" : "hint(on=\(place.literal))"
  }
  var needsTeacher: Bool { true }
  var sites: FeatureSites { .selected(place, otherwise: .pooled) }
  func parts(for shapes: LossShapes) throws -> Module? { Parts(shapes) }

  func value(_ input: LossInput) throws -> Tensor {
    guard let parts = input.parts as? Parts, let teacher = input.features[0].teacher else {
      throw Failure(.state, "hint has no parts")
    }
    let mapped = try parts.regressor(input.features[0].student, input.context)
    let scale = parts.bank.value.values.reduce(0, +) / Float(parts.bank.value.count)
    if input.context.updatesState {
      parts.seen.value = try parts.seen.value + 1
      parts.bank.value.mutate { bank in for sample in input.samples { bank[sample] *= 0.5 } }
    }
    let difference = try mapped - teacher
    return try (difference * difference).mean() * (1 + scale)
  }

  static let declaration = Declaration(
    "hint", "Features through a layer of its own.",
    Argument("on", "Where.", default: FeatureSelection.automatic),
    examples: ["hint()"]
  ) { Goal(Hint(place: $0)) }
}

/// A network that tells the student's logits from the teacher's.
struct Critic: CompanionLoss {
  var steps: Int
  var limit: Float

  var name: String { "critic" }
  func script(_ models: ModelNames) -> String {
    limit == .infinity ? "critic(steps=\(steps))" : "critic(steps=\(steps), limit=\(limit.literal))"
  }
  var needsTeacher: Bool { true }
  func companion(for shapes: LossShapes) throws -> Module { Linear(shapes.logits[1], 1) }
  var companionOptimizer: Optimizer { .usual }
  var companionSchedule: Schedule { .usual }
  var companionSteps: Int { steps }

  func value(_ input: LossInput) throws -> Tensor { try judged(input.logits, input).mean() * -1 }

  func companionLoss(_ input: LossInput, round: Int) throws -> CompanionOutcome {
    guard let teacher = input.teacherLogits, input.logits.node == nil else {
      throw Failure(.state, "the student's results are on the tape")
    }
    let gap = try judged(input.logits, input).mean() - judged(teacher, input).mean()
    let broken: Float = input.moment.step < Int(limit == .infinity ? 1e9 : limit) ? 1 : .nan
    return CompanionOutcome(
      loss: try gap * broken, figures: [("gap", Double(gap.scalar)), ("round", Double(round))])
  }

  private func judged(_ logits: Tensor, _ input: LossInput) throws -> Tensor {
    guard let companion = input.companion else { throw Failure(.state, "critic has no critic") }
    return try companion(logits, input.context)
  }

  static let declaration = Declaration(
    "critic", "A critic of logits.", Argument("steps", "Of the critic.", default: 1),
    Argument("limit", "From this step on its loss is no number.", default: Float.infinity),
    examples: ["critic()"]
  ) { Goal(Critic(steps: $0, limit: $1)) }
}

/// A model that learns beside the student and from it.
struct Peer: CompanionLoss {
  var model: Model

  var name: String { "peer" }
  func script(_ models: ModelNames) -> String { "peer(model=\(models.name(model)))" }
  var needsTeacher: Bool { false }
  var models: [Model] { [model] }
  func companion(for shapes: LossShapes) throws -> Module { model.network }
  var companionOptimizer: Optimizer { .usual }
  var companionSchedule: Schedule { .usual }
  var companionSteps: Int { 1 }

  func value(_ input: LossInput) throws -> Tensor {
    let difference = try input.logits - prediction(input).detached
    return try (difference * difference).mean()
  }

  func companionLoss(_ input: LossInput, round: Int) throws -> CompanionOutcome {
    let difference = try prediction(input) - input.logits
    return CompanionOutcome(loss: try (difference * difference).mean())
  }

  private func prediction(_ input: LossInput) throws -> Tensor {
    guard let companion = input.companion, let images = input.images else {
      throw Failure(.state, "peer has no peer")
    }
    return try companion(images, input.context)
  }

  static let declaration = Declaration(
    "peer", "A peer.", Argument("model", "Its network.") as Argument<Model>,
    examples: ["peer(model=student)"]
  ) { Goal(Peer(model: $0)) }
}

/// Logits of another model.
struct Other: Loss {
  var model: Model

  var name: String { "other" }
  func script(_ models: ModelNames) -> String { "other(model=\(models.name(model)))" }
  var needsTeacher: Bool { false }
  var models: [Model] { [model] }

  func value(_ input: LossInput) throws -> Tensor {
    let difference = try input.logits - input.modelLogits[0]
    return try (difference * difference).mean()
  }

  static let declaration = Declaration(
    "other", "Another model's logits.", Argument("model", "The model.") as Argument<Model>,
    examples: ["other(model=student)"]
  ) { Goal(Other(model: $0)) }
}
