import Catalog
import Datasets
import Losses
import Models
import Optimizers
import Training

/// `structured`: the recipe of structured distillation for segmentation.
enum Structured {
  static let declaration: Declaration = .command(
    "structured",
    "Prepares structured distillation of a segmentation network; `fit` carries it out.",
    details: """
      The recipe of Liu et al. 2019, https://arxiv.org/abs/1903.04197: cross entropy, 0.4 of it on \
      the auxiliary head, 10·pixelwise, 1·pairwise on the pyramid, 0.1·holistic with a critic; SGD \
      0.01 with momentum 0.9 and weight decay 5e-4, poly 0.9, batch 8, random scale, crop and \
      mirror. Where both networks have a `head`, pixelwise and holistic compare logits at the map's \
      size, as published. A weight of 0 leaves its term out, so that an ablation has equal steps: \
      `structured(student.clone(seed=0), teacher, data, holistic=0)`. `control(run)` is the same \
      without the teacher.

      At these weights the pair-wise term is under a thousandth of the loss, being a squared \
      difference of cosines, and a warning says so; `probe` shows the slopes that it adds.

      The published pixel term is summed over the batch (`reference=true`); this one is a mean, \
      eight times smaller at batch 8. The published critic is trained by SGD and does not see the \
      image: `critic=holistic(image=false, optimizer=sgd(lr=4e-4, momentum=0.9))`.
      """,
    Argument("student", "The network to be trained.") as Argument<Model>,
    Argument("teacher", "The network it learns from; it is not changed.") as Argument<Model>,
    Argument("data", "Pictures with masks.") as Argument<Dataset>,
    weight("pixel", "Weight of the pixel-wise term; 0 leaves it out.", 10),
    weight("pair", "Weight of the pair-wise term; 0 leaves it out.", 1),
    weight("holistic", "Weight of the holistic term; 0 leaves it out.", 0.1),
    weight("aux", "Weight of the auxiliary head's cross entropy; 0 leaves it out.", 0.4),
    referenceArgument, criticArgument, goalArgument, optimizerArgument, scheduleArgument,
    batchArgument, epochsArgument, augmentArgument, seedArgument, quietArgument,
    examples: [
      "r = structured(pspnet_resnet8(classes=11), pspnet_resnet8(classes=11, seed=1), "
        + "scenes(train=16, test=4), epochs=1, quiet=true)"
    ],
    keywords: ["recipe", "segmentation", "distill", "Liu", "ablation", "pspnet", "critic"]
  ) {
    session, student, teacher, data, pixel, pair, holistic, aux, isReference, critic, goal,
    optimizer, schedule, batch, epochs, augment, seed, isQuiet in
    let terms = StructuredTerms(
      pixel: pixel, pair: pair, holistic: holistic, aux: aux, isReference: isReference,
      critic: critic)
    var augmentation = Augmentation.usual(for: data)
    if case .given(let own) = augment { augmentation = own }
    let stepsPerEpoch = max(1, (data.train.count + batch - 1) / batch)
    let run = try Run(
      RunSetup(
        student: student, teacher: teacher, data: data,
        goal: try goal ?? terms.goal(student: student, teacher: teacher), optimizer: optimizer,
        schedule: schedule, augmentation: augmentation, batch: batch,
        epochs: epochs ?? (publishedSteps + stepsPerEpoch - 1) / stepsPerEpoch,
        seed: seed ?? session.seed, shuffle: true))
    session.adopt(run)
    if !isQuiet {
      session.show(
        StructuredPlan(run: run, terms: terms, hasOwnGoal: goal != nil).table)
    }
    return run
  }

  /// Steps of the published training.
  static let publishedSteps = 40_000

  private static func weight(
    _ name: String, _ summary: String, _ usual: Double
  ) -> Argument<Double> {
    Argument<Double>(name, summary, default: usual) {
      $0 >= 0 && $0.isFinite ? nil : "must not be negative"
    }
  }

  private static let referenceArgument = Argument<Bool>(
    "reference", "Whether the pixel-wise term has the published scaling.", default: false)
  private static let criticArgument = Argument<Goal?>(
    "critic", "A holistic loss whose critic is taken: holistic(width=16).", default: nil)
  private static let goalArgument = Argument<Goal?>(
    "goal", "A loss in place of all terms.", default: nil)
  private static let optimizerArgument = Argument<Optimizer>(
    "optimizer", "How the weights move.", default: .segmentation)
  private static let scheduleArgument = Argument<Schedule>(
    "schedule", "How the learning rate goes over the run.", default: .segmentation)
  private static let batchArgument = Argument<Int>("batch", "Samples a step.", default: 8) {
    $0 < 1 ? "must be at least 1" : nil
  }
  private static let epochsArgument = Argument<Int?>(
    "epochs", "Passes over the training data; none: as many as make 40,000 steps.", default: nil
  ) { ($0 ?? 1) < 1 ? "must be at least 1" : nil }
  private static let augmentArgument = Argument<RecipeAugmentation>(
    "augment", "Random changes to pictures and masks; \"auto\": scale, crop and mirror.",
    default: .byRule)
  private static let seedArgument = Argument<Int?>(
    "seed", "Where order, crops and masks are drawn from; none: the session's seed.",
    default: nil)
  private static let quietArgument = Argument<Bool>(
    "quiet", "Whether to leave out the plan.", default: false)
}
