public import Catalog
public import Layers
public import Optimizers
public import Tensors

/// Holistic distillation of Liu et al. (CVPR 2019): a critic learns to tell the teacher's maps of
/// logits from the student's, and the student is to please it: −mean D(z_S).
///
/// The critic's objective is that of WGAN-GP, mean D(z_S) − mean D(z_T) + λ·mean (‖∇_x D(x)‖ − 1)² at
/// random mixtures x of the two, or the hinge's, mean max(0, 1 − D(z_T)) + mean max(0, 1 + D(z_S)).
/// The paper's critic sees the image, the published code's does not: `seesImage` decides.
public struct Holistic: CompanionLoss {
  /// The critic's objective.
  public enum Kind: String, Choice {
    case wganGP = "wgan-gp"
    case hinge
  }

  public var kind: Kind
  public var place: FeatureSelection
  /// Channels of the critic's first convolution.
  public var width: Int
  /// λ of the gradient penalty.
  public var penalty: Float
  public var seesImage: Bool
  public var companionOptimizer: Optimizer
  public var companionSchedule: Schedule
  public var companionSteps: Int

  public init(
    kind: Kind = .wganGP, on place: FeatureSelection = .automatic, width: Int = 64,
    penalty: Float = 10, seesImage: Bool = true, optimizer: Optimizer = .critic,
    schedule: Schedule = .segmentation, steps: Int = 1
  ) {
    self.kind = kind
    self.place = place
    self.width = width
    self.penalty = penalty
    self.seesImage = seesImage
    companionOptimizer = optimizer
    companionSchedule = schedule
    companionSteps = steps
  }

  public var name: String { "holistic" }
  public var needsTeacher: Bool { true }
  public var isMeasured: Bool { false }
  public var sites: FeatureSites { place.sites }

  public func script(_ models: ModelNames) -> String {
    var parts: [String] = []
    if kind != .wganGP { parts.append("kind=\(kind.literal)") }
    if place != .automatic { parts.append("on=\(place.literal)") }
    if width != 64 { parts.append("width=\(width)") }
    if penalty != 10 { parts.append("penalty=\(penalty.literal)") }
    if !seesImage { parts.append("image=false") }
    let optimizer = companionOptimizer.script
    if optimizer != Optimizer.critic.script { parts.append("optimizer=\(optimizer)") }
    let schedule = companionSchedule.script
    if schedule != Schedule.segmentation.script { parts.append("schedule=\(schedule)") }
    if companionSteps != 1 { parts.append("steps=\(companionSteps)") }
    return "holistic(\(parts.joined(separator: ", ")))"
  }

  public func companion(for shapes: LossShapes) throws -> Module {
    let map = shapes.features.first?.student ?? shapes.logits
    guard map.count == 4 else {
      throw ShapeError("'\(name)' needs maps of logits [N, H, W, K], not \(shapeText(map))")
    }
    return try Critic(
      classes: map[3], channels: seesImage ? shapes.images.last ?? 0 : 0,
      map: (map[1], map[2]), width: width)
  }

  public func value(_ input: LossInput) throws -> Tensor {
    let (student, _) = try pair(input)
    let critic = try critic(input)
    // The critic stands still: neither its weights nor its state move by the student's step.
    let still = Context(
      isTraining: true, updatesState: false, seed: input.context.seed, step: input.context.step)
    return try -critic(student, image: image(input, critic, like: student), still).mean()
  }

  public func companionLoss(_ input: LossInput, round: Int) throws -> CompanionOutcome {
    let pair = try pair(input)
    let (student, teacher) = (pair.student.detached, pair.teacher.detached)
    let critic = try critic(input)
    let image = try image(input, critic, like: student)
    let moving = input.context
    let resting = Context(
      isTraining: true, isRecording: true, updatesState: false, seed: moving.seed,
      step: moving.step)
    let real = try critic(teacher, image: image, moving)
    let fake = try critic(student, image: image, resting)
    let gap = try Double(real.mean().scalar) - Double(fake.mean().scalar)
    if kind == .hinge {
      let loss = try (1 - real).relu().mean() + (1 + fake).relu().mean()
      return CompanionOutcome(loss: loss, figures: [("gap", gap)])
    }
    let share = Random.uniform(
      [student.shape[0], 1, 1, 1], seed: moving.seed,
      stream: Random.stream("holistic", moving.step, round))
    let mixed = try teacher * share + student * (1 - share)
    let (penalty, norm) = try gradientPenalty(at: mixed) {
      try critic($0, image: image, resting)
    }
    let loss = try fake.mean() - real.mean() + penalty * self.penalty
    return CompanionOutcome(
      loss: loss,
      figures: [("gap", gap), ("penalty", Double(penalty.scalar)), ("slope", norm)])
  }

  private func pair(_ input: LossInput) throws -> (student: Tensor, teacher: Tensor) {
    guard let pair = try input.equalMaps(place, for: name).first else {
      throw Failure(.state, "'\(name)' has not been given what \(place.literal) computes")
    }
    return pair
  }

  private func critic(_ input: LossInput) throws -> Critic {
    guard let critic = input.companion as? Critic else {
      throw Failure(.state, "'\(name)' has no critic outside of a run")
    }
    return critic
  }

  /// The image at the maps' size.
  private func image(
    _ input: LossInput, _ critic: Critic, like map: Tensor
  ) throws -> Tensor? {
    guard critic.imageChannels > 0, let images = input.images else { return nil }
    return try images.detached.resized(
      height: map.shape[1], width: map.shape[2], antialias: true)
  }
}

extension Holistic {
  static let declaration = Declaration(
    "holistic", "Maps of logits that a critic cannot tell from the teacher's, for segmentation.",
    details: """
      −mean D(z_S) with a critic D that is trained beside the student: after each of its steps the \
      critic takes `steps` of its own, on mean D(z_S) − mean D(z_T) + penalty·mean (‖∇D‖ − 1)² \
      (WGAN-GP, Gulrajani et al. 2017, https://arxiv.org/abs/1704.00028), or on the hinge loss. \
      The critic: batch norm, 4×4 convolutions of stride 2 with spectral norm and leaky ReLU, two \
      self-attentions with a gain that starts at 0. Its gap, penalty and slope are logged. Liu et \
      al. 2019, https://arxiv.org/abs/1903.04197; their code compares logits at the map's size \
      (`on="head"` of PSPNet), does not show the critic the image (`image=false`) and trains it by \
      SGD.
      """,
    kindArgument, placeArgument, widthArgument, penaltyArgument, imageArgument,
    optimizerArgument, scheduleArgument, stepsArgument,
    examples: ["goal = ce() + 0.1*holistic(width=16)"],
    keywords: [
      "segmentation", "adversarial", "GAN", "Wasserstein", "critic", "discriminator",
      "spectral norm", "structured", "Liu", "distillation",
    ]
  ) { kind, place, width, penalty, image, optimizer, schedule, steps in
    Goal(
      Holistic(
        kind: kind, on: place, width: width, penalty: penalty, seesImage: image,
        optimizer: optimizer, schedule: schedule, steps: steps))
  }

  private static let kindArgument = Argument<Holistic.Kind>(
    "kind", "The critic's objective.", default: .wganGP)
  private static let placeArgument = Argument<FeatureSelection>(
    "on", "The module whose outputs are logits; none: the networks'.", default: .automatic
  ) { $0.pairs.count > 1 ? "is one module" : nil }
  private static let widthArgument = Argument<Int>(
    "width", "Channels of the critic's first convolution.", default: 64
  ) { (1...1024).contains($0) ? nil : "must be from 1 to 1024" }
  private static let penaltyArgument = Argument<Float>(
    "penalty", "Weight of the gradient penalty.", default: 10
  ) { $0 >= 0 && $0.isFinite ? nil : "must not be negative" }
  private static let imageArgument = Argument<Bool>(
    "image", "Whether the critic sees the image.", default: true)
  private static let optimizerArgument = Argument<Optimizer>(
    "optimizer", "How the critic's weights move.", default: .critic)
  private static let scheduleArgument = Argument<Schedule>(
    "schedule", "How its learning rate goes over the run.", default: .segmentation)
  private static let stepsArgument = Argument<Int>(
    "steps", "Steps of the critic for each of the student's.", default: 1
  ) { (1...100).contains($0) ? nil : "must be from 1 to 100" }
}
