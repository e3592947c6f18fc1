public import Catalog
public import Datasets
import Layers
public import Losses
public import Models
public import Optimizers
public import Tensors

/// What a run is made of.
public struct RunSetup {
  public var student: Model
  public var teacher: Model?
  public var data: Dataset
  public var goal: Goal
  public var optimizer: Optimizer
  public var schedule: Schedule
  public var augmentation: Augmentation
  public var batch: Int
  public var epochs: Int
  public var seed: Int
  public var shuffle: Bool
  /// What is done to gradients that are too long.
  public var clipping: Clipping?
  /// Whether the weights are averaged.
  public var averaging: Averaging
  /// Whether and how the teacher's results are kept.
  public var caching: Caching?
  /// Where they are kept, for all runs that share it.
  public var caches: TeacherCaches

  public init(
    student: Model, teacher: Model?, data: Dataset, goal: Goal, optimizer: Optimizer,
    schedule: Schedule, augmentation: Augmentation, batch: Int, epochs: Int, seed: Int,
    shuffle: Bool, clipping: Clipping? = nil, averaging: Averaging = .off,
    caching: Caching? = nil, caches: TeacherCaches = TeacherCaches()
  ) {
    self.student = student
    self.teacher = teacher
    self.data = data
    self.goal = goal
    self.optimizer = optimizer
    self.schedule = schedule
    self.augmentation = augmentation
    self.batch = batch
    self.epochs = epochs
    self.seed = seed
    self.shuffle = shuffle
    self.clipping = clipping
    self.averaging = averaging
    self.caching = caching
    self.caches = caches
  }
}

/// A training: student, optional teacher, data, goal, optimizer, schedule, step counter, seed.
///
/// `advance` is the only thing that changes its weights. Everything that decides a step is a
/// function of the run's settings and the step's number, so two runs made alike stay alike to the
/// bit.
public final class Run: Object, ArgumentType, Answer {
  public static let kind = "run"

  public let student: Model
  public internal(set) var teacher: Model?
  public let data: Dataset
  public internal(set) var goal: Goal
  public internal(set) var optimizer: Optimizer
  public internal(set) var schedule: Schedule
  public internal(set) var augmentation: Augmentation
  /// Samples a step.
  public var batch: Int { cursor.batch }
  /// Where the run stands in its data.
  var cursor: DataCursor
  /// Epochs of the plan; the schedule ends with them.
  public internal(set) var epochs: Int
  public let seed: Int
  public let shuffle: Bool
  public internal(set) var clipping: Clipping?
  public internal(set) var averaging: Averaging
  /// Running means of the weights, where they are kept.
  var averages: Averages?
  /// Grows whenever figures that were logged are taken back or replaced.
  public internal(set) var rewrites = 0
  /// Steps done.
  public internal(set) var steps = 0
  public internal(set) var log = Log()
  /// The student's weights before the first step: what a control starts from.
  public let initialWeights: [Tensor]
  public let record: RunRecord
  /// The session's number of it, for tables and legends.
  public var number = 0
  /// The optimizer's settings as the record has them.
  var notedSettings: [(name: String, text: String)]
  /// What was beside the run as the record has it.
  var circumstances = Circumstances()
  let parameters: [(key: String, parameter: Parameter)]
  /// Running statistics: what a forward pass in training mode changes. Found once, because looking
  /// through a network by reflection costs more than a small network's step.
  let buffers: [Buffer]
  var epochOrder: Batches?
  /// Has the next batches made while a step computes.
  let reader = BatchReader()
  /// The teacher with its plans, once it has been asked: for the features of the goal, and for those
  /// that somebody looked at, the latest first.
  var frozen: [FrozenTeacher] = []
  /// The models that the goal brings, with their plans.
  var ownModels: [FrozenTeacher] = []
  /// Where the goal looks; nil: to be found out.
  var knownPlan: FeaturePlan?
  /// The goal with what its terms own; nil until the next step makes it.
  var binding: GoalBinding?
  /// What a person should know of changes and has not been told.
  var news: [String] = []
  /// What terms own that are not bound yet.
  var waiting: [TermState] = []
  /// Whether and how the teacher's results are kept; no bit of a run depends on it but for `top=`.
  public internal(set) var caching: Caching?
  let caches: TeacherCaches
  var openedCache: OpenCache?
  /// The way back.
  var timeline = Timeline()
  /// Watches the steps for common mistakes.
  var guards = Guards()
  /// `version` as the last step left it.
  var seenVersion = 0

  /// Checks that the parts go together. Nothing is computed yet.
  public init(_ setup: RunSetup) throws {
    student = setup.student
    teacher = setup.teacher
    data = setup.data
    goal = setup.goal
    optimizer = setup.optimizer.fresh()
    schedule = setup.schedule
    augmentation = setup.augmentation
    cursor = DataCursor(samples: setup.data.train.count, batch: max(1, setup.batch))
    epochs = setup.epochs
    seed = setup.seed
    shuffle = setup.shuffle
    clipping = setup.clipping
    averaging = setup.averaging
    caching = setup.caching
    caches = setup.caches
    notedSettings = optimizer.settingTexts
    initialWeights = setup.student.weights
    parameters = setup.student.network.parameters.filter(\.parameter.isTrainable)
    buffers = setup.student.network.state.compactMap { _, entry in
      guard case .buffer(let buffer) = entry else { return nil }
      return buffer
    }
    record = RunRecord(setup)
    circumstances.wants = record.models.entries.map(\.model.pictureWants)
    optimizer.attach(to: parameters)
    try Run.check(setup)
    _ = try featurePlan()
  }

  /// Steps of one pass over the training data; the last batch may be smaller.
  public var stepsPerEpoch: Int { cursor.stepsPerEpoch }
  /// Whether the step just made was the last of an epoch.
  public var isAtEpochEnd: Bool { cursor.isEpochEnd(after: steps) }
  /// The step that the plan ends with.
  public var plannedSteps: Int {
    max(cursor.step, moment.total - cursor.planned(after: cursor.step) + cursor.step)
  }
  public var epoch: Double { Double(moment.step) / Double(stepsPerEpoch) }

  /// Where the next step stands in the plan, for schedules and warm-ups: in steps of the present
  /// batch size.
  public var moment: Moment {
    Moment(
      step: cursor.planned(after: steps), total: epochs * stepsPerEpoch,
      stepsPerEpoch: stepsPerEpoch)
  }

  /// What a person should know of the plan: constants of long recipes that were scaled to it.
  public var notes: [String] {
    [
      schedule.note(total: moment.total, stepsPerEpoch: stepsPerEpoch),
      averaging.note(planned: moment.total), cacheNote(),
    ].compactMap { $0 }
  }

  public var line: String {
    let from = teacher.map { " ← \($0.name)" } ?? ""
    let last = log["loss"]?.last.map { ", loss \(shortText($0))" } ?? ""
    return "\(student.name)\(from) on \(data.name), \(goal.script), "
      + "step \(steps) of \(plannedSteps)\(last)"
  }

  /// Epochs and batch sizes up to here can be multiplied with counts of samples.
  static let most = 1_000_000_000

  private static func check(_ setup: RunSetup) throws {
    for (name, number) in [("batch", setup.batch), ("epochs", setup.epochs)]
    where number < 1 || number > most {
      throw Failure(.value, "'\(name)' must be in 1..\(most), got \(number)")
    }
    try fits(setup.student, "student", setup.data)
    try setup.augmentation.check(for: setup.data.train)
    try check(setup.teacher, student: setup.student, data: setup.data)
    try check(
      setup.goal, student: setup.student, teacher: setup.teacher, data: setup.data)
  }

  /// Throws where a teacher does not go with the student and the data.
  static func check(_ teacher: Model?, student: Model, data: Dataset) throws {
    guard let teacher else { return }
    try fits(teacher, "teacher", data)
    if teacher === student {
      throw Failure(
        .argument, "student and teacher are the same model",
        advice: "clone(model) makes a copy")
    }
    if teacher.classes != student.classes {
      throw Failure(
        .shape,
        "the teacher has \(teacher.classes) classes, the student \(student.classes)")
    }
  }

  /// Throws where a goal asks for what is not there, or brings models that do not fit.
  static func check(_ goal: Goal, student: Model, teacher: Model?, data: Dataset) throws {
    if goal.needsTeacher, teacher == nil {
      throw Failure(
        .argument, "the goal \(goal.script) needs a teacher",
        advice: "use distill(student, teacher, data, goal)")
    }
    for model in goal.models {
      try fits(model, "model", data)
      if model === student {
        throw Failure(
          .argument, "the goal brings the student itself as a model of its own",
          advice: "clone(student) makes a copy")
      }
      if model.classes != student.classes {
        throw Failure(
          .shape,
          "the goal's \(model.name) has \(model.classes) classes, the student \(student.classes)")
      }
    }
  }

  static func fits(_ model: Model, _ role: String, _ data: Dataset) throws {
    guard model.task.rawValue == data.task.rawValue else {
      let isDense = model.task == .segmentation
      throw Failure(
        .shape,
        "the \(role) \(model.name) says a class for every \(isDense ? "pixel" : "image"), "
          + "\(data.name) has one for every \(isDense ? "image" : "pixel")",
        advice: isDense
          ? "a network for classification fits"
          : "a network for segmentation fits: list \"pspnet*\"")
    }
    guard model.channels == data.channels else {
      throw Failure(
        .shape,
        "the \(role) \(model.name) takes \(model.channels) channels, "
          + "\(data.name) has \(data.channels)",
        advice: "\(model.name)(…, channels=\(data.channels))")
    }
    guard model.classes >= data.classes else {
      throw Failure(
        .shape,
        "the \(role) \(model.name) has \(model.classes) classes, "
          + "\(data.name) has \(data.classes)",
        advice: "\(model.name)(classes=\(data.classes), …)")
    }
  }
}
