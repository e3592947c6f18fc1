import Catalog
import Datasets
import Losses
import Models
import Optimizers
import Training

/// `train` and `distill`: what makes a run.
enum Train {
  static let declaration: Declaration = .command(
    "train", "Prepares the training of a model on a data set; `fit` or `step` carries it out.",
    details: """
      The run it returns becomes the current run. Nothing is computed until `fit` or `step`. \
      The learning rate is the optimizer's, moved by the schedule.
      """,
    Argument("model", "The network to be trained.") as Argument<Model>,
    Argument("data", "What it is trained on.") as Argument<Dataset>,
    Argument("goal", "The loss to be made small.", default: Goal(CrossEntropy())),
    optimizerArgument, scheduleArgument, batchArgument, epochsArgument, augmentArgument,
    seedArgument, shuffleArgument, clippingArgument, averagingArgument,
    examples: ["t = train(student, data, epochs=1)"],
    keywords: ["run", "training", "learn"]
  ) {
    session, model, data, goal, optimizer, schedule, batch, epochs, augment, seed, shuffle,
    clipping, averaging in
    try session.made(
      RunSetup(
        student: model, teacher: nil, data: data, goal: goal, optimizer: optimizer,
        schedule: schedule, augmentation: augment, batch: batch, epochs: epochs,
        seed: seed ?? session.seed, shuffle: shuffle, clipping: clipping,
        averaging: averaging))
  }

  static let distillation: Declaration = .command(
    "distill", "Prepares the distillation of a teacher into a student; `fit` carries it out.",
    details: """
      The teacher is frozen, in evaluation mode, and sees the student's images, re-normalised to \
      what it was trained on. The run it returns becomes the current run. Between two steps \
      `run.goal = ce() + kd(T=4)`, `run.goal.kd = 3` (a term's weight), `run.teacher = model`, \
      `run.batch = 64`, `run.optimizer.lr = 0.01` and the like change it; the change is part of the \
      record. Another batch size goes on with the samples of the epoch that were not seen yet, and \
      the schedule at the same share of the plan.
      """,
    Argument("student", "The network to be trained.") as Argument<Model>,
    Argument("teacher", "The network it learns from; it is not changed.") as Argument<Model>,
    Argument("data", "What it is trained on.") as Argument<Dataset>,
    Argument(
      "goal", "The loss to be made small: a sum of weighted terms.",
      default: Goal.usual),
    optimizerArgument, scheduleArgument, batchArgument, epochsArgument, augmentArgument,
    seedArgument, shuffleArgument, clippingArgument, averagingArgument, cacheArgument,
    examples: ["run = distill(student, teacher, data, ce() + 5*kd(T=1), epochs=1)"],
    keywords: ["run", "teacher", "student", "knowledge distillation"]
  ) {
    session, student, teacher, data, goal, optimizer, schedule, batch, epochs, augment, seed,
    shuffle, clipping, averaging, caching in
    try session.made(
      RunSetup(
        student: student, teacher: teacher, data: data, goal: goal, optimizer: optimizer,
        schedule: schedule, augmentation: augment, batch: batch, epochs: epochs,
        seed: seed ?? session.seed, shuffle: shuffle, clipping: clipping,
        averaging: averaging, caching: caching, caches: session.caches))
  }

  static let optimizerArgument = Argument(
    "optimizer", "How the weights move.", default: Optimizer.usual)
  static let scheduleArgument = Argument(
    "schedule", "How the learning rate goes over the run.", default: Schedule.usual)
  static let batchArgument = Argument("batch", "Samples a step.", default: 128) {
    $0 < 1 ? "must be at least 1" : nil
  }
  static let epochsArgument = Argument(
    "epochs", "Passes over the training data; the schedule ends with them.", default: 10
  ) { $0 < 1 ? "must be at least 1" : nil }
  static let augmentArgument = Argument(
    "augment", "Random changes to the images.", default: Augmentation.none)
  static let seedArgument = Argument(
    "seed", "Where order, crops and masks are drawn from; none: the session's seed.",
    default: Int?.none)
  private static let shuffleArgument = Argument(
    "shuffle", "Whether each epoch has an order of its own.", default: true)
  private static let clippingArgument = Argument(
    "clip", "Largest norm of the gradients together, or a clipping.", default: Clipping?.none)
  static let cacheArgument = Argument(
    "cache", "Whether the teacher's results are kept: true, a file or folder, or a cache.",
    default: Caching?.none)
  private static let averagingArgument = Argument(
    "ema", "Decay of a running mean of the weights; true: one scaled to the plan.",
    default: Averaging.off)
}

extension Session {
  /// A new run, the current one from now on.
  func made(_ setup: RunSetup) throws -> Run {
    let run = try Run(setup)
    try run.openCache()
    adopt(run)
    for note in run.notes { write("note: \(note)\n", toError: false) }
    return run
  }
}

extension Goal {
  /// The goal of a distillation where none is given: that of USI, `ce() + 5*kd(T=1)`.
  static var usual: Goal {
    let teacher = Goal(KD(temperature: 1)).scaled(by: 5)
    return Goal(CrossEntropy()).plus(teacher)
  }
}
