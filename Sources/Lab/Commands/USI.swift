import Catalog
import Datasets
import Losses
import Models
import Optimizers
import Plots
import Training

/// `usi`: one recipe for any backbone.
enum USI {
  static let declaration: Declaration = .command(
    "usi", "Prepares USI's distillation: one recipe for any student; `fit` carries it out.",
    details: """
      The recipe of Ridnik et al. 2022, https://arxiv.org/abs/2204.03475, with nothing to choose: \
      cross entropy with the mixed labels + 5·kd(T=1); AdamW with learning rate 2e-3 and weight \
      decay 2e-2, which norms and biases are spared, as timm does; five epochs of warm-up from 1e-4 \
      and a cosine to 1e-6; a running mean of the weights; RandAugment m7, mixup 0.8 or cutmix 1.0; \
      no label smoothing, no dropout, no drop path: a student that has some is refused unless \
      `drop=true`. Warm-up and mean are scaled to shorter plans than the paper's 300 epochs, and \
      the plan shown says to what. Of the published settings two are left out: ten more epochs at \
      the least learning rate, and three augmented copies of each sample in an epoch, which their \
      code makes on several processors alone.

      The augmentation follows a rule. Pictures whose shorter side is s ≥ 64 pixels: random resized \
      crop; smaller ones are shifted by up to s/8 instead. Flip where the classes have names (a \
      mirrored digit is none). RandAugment with all operations, or for small grey pictures those \
      that keep figure and ground apart. Then mixup or cutmix.

      The batch, where it is not given, is measured: real steps of 16, 32, … samples for a few \
      seconds, then the smallest batch within a tenth of the fastest that fits into 0.8 of the \
      free memory and leaves an epoch eight steps. The run's record has the number, so a replay \
      measures nothing. `control(run)` is the same without the teacher.
      """,
    Argument("student", "The network to be trained.") as Argument<Model>,
    Argument("teacher", "The network it learns from; it is not changed.") as Argument<Model>,
    Argument("data", "What it is trained on.") as Argument<Dataset>,
    Argument("epochs", "Passes over the training data; the paper's 300.", default: usualEpochs) {
      $0 < 1 ? "must be at least 1" : nil
    },
    Argument("batch", "Samples a step; none: measured.", default: Int?.none) {
      ($0 ?? 1) < 1 ? "must be at least 1" : nil
    },
    Argument("goal", "The loss to be made small.", default: Goal.usual),
    Argument("optimizer", "How the weights move.", default: Optimizer.usi),
    Argument("schedule", "How the learning rate goes over the run.", default: Schedule.usi),
    Argument(
      "augment", "Random changes to the images; \"auto\": by the rule.",
      default: RecipeAugmentation.byRule),
    Argument(
      "seed", "Where order, crops and masks are drawn from; none: the session's seed.",
      default: Int?.none),
    Argument(
      "clip", "Largest norm of the gradients together, or a clipping.", default: Clipping?.none),
    Argument(
      "ema", "Decay of a running mean of the weights; true: scaled.", default: Averaging.scaled),
    Train.cacheArgument,
    Argument("drop", "Whether a student with dropout or drop path may keep it.", default: false),
    Argument("quiet", "Whether to leave out the plan.", default: false),
    examples: [
      "r = usi(student, teacher, data, epochs=1, batch=128)",
      "r = usi(student, teacher, data, epochs=1, batch=256, augment=none, quiet=true); step r, 2",
    ],
    keywords: ["recipe", "one for all", "train", "distill", "plan", "teacher", "student"]
  ) {
    session, student, teacher, data, epochs, batch, goal, optimizer, schedule, augment, seed,
    clipping, averaging, caching, keepsDrops, quiet in
    if !keepsDrops { try refuseDrops(student) }
    var augmentation = Augmentation.usual(for: data)
    if case .given(let own) = augment { augmentation = own }
    var setup = RunSetup(
      student: student, teacher: teacher, data: data, goal: goal, optimizer: optimizer,
      schedule: schedule, augmentation: augmentation, batch: batch ?? 16, epochs: epochs,
      seed: seed ?? session.seed, shuffle: true, clipping: clipping, averaging: averaging,
      caching: caching, caches: session.caches)
    var measured: [BatchMeasurement] = []
    if batch == nil {
      (setup.batch, measured) = try Run(setup).measureBatches(
        Run.batchCandidates(samples: data.train.count), check: session.check)
    }
    let run = try Run(setup)
    try run.openCache()
    session.adopt(run)
    if !quiet {
      session.show(USIPlan(run: run, isBatchGiven: batch != nil, measured: measured).table)
    }
    return run
  }

  /// Epochs of the paper.
  static let usualEpochs = 300

  private static func refuseDrops(_ student: Model) throws {
    guard let rate = student.dropRate else { return }
    throw Failure(
      .argument,
      "the student \(student.name) leaves out features or blocks (\(rate)), USI does not",
      advice: "make it with drop_rate=0 and drop_path_rate=0, or say drop=true")
  }
}
