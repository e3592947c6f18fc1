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

  public init(
    student: Model, teacher: Model?, data: Dataset, goal: Goal, optimizer: Optimizer,
    schedule: Schedule, augmentation: Augmentation, batch: Int, epochs: Int, seed: Int,
    shuffle: Bool, clipping: Clipping? = nil, averaging: Averaging = .off
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
  public internal(set) var batch: Int
  /// Epochs of the plan; the schedule ends with them.
  public internal(set) var epochs: Int
  public let seed: Int
  public let shuffle: Bool
  public internal(set) var clipping: Clipping?
  public internal(set) var averaging: Averaging
  /// Running means of the weights, where they are kept.
  var averages: Averages?
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
  let parameters: [(key: String, parameter: Parameter)]
  /// Running statistics: what a forward pass in training mode changes. Found once, because looking
  /// through a network by reflection costs more than a small network's step.
  let buffers: [Buffer]
  var epochOrder: EpochOrder?
  /// Has the next batches made while a step computes.
  let reader = BatchReader()
  /// The teacher with its plans, once it has been asked.
  var frozen: FrozenTeacher?
  /// The way back.
  var timeline = Timeline()
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
    batch = setup.batch
    epochs = setup.epochs
    seed = setup.seed
    shuffle = setup.shuffle
    clipping = setup.clipping
    averaging = setup.averaging
    notedSettings = optimizer.settingTexts
    initialWeights = setup.student.weights
    parameters = setup.student.network.parameters.filter(\.parameter.isTrainable)
    buffers = setup.student.network.state.compactMap { _, entry in
      guard case .buffer(let buffer) = entry else { return nil }
      return buffer
    }
    record = RunRecord(setup)
    optimizer.attach(to: parameters)
    try Run.check(setup)
  }

  /// Steps of one pass over the training data; the last batch may be smaller.
  public var stepsPerEpoch: Int { max(1, (data.train.count + batch - 1) / batch) }
  public var plannedSteps: Int { epochs * stepsPerEpoch }
  public var epoch: Double { Double(steps) / Double(stepsPerEpoch) }

  /// What a person should know of the plan: constants of long recipes that were scaled to it.
  public var notes: [String] {
    [
      schedule.note(total: plannedSteps, stepsPerEpoch: stepsPerEpoch),
      averaging.note(planned: plannedSteps),
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
    if let teacher = setup.teacher {
      try fits(teacher, "teacher", setup.data)
      if teacher === setup.student {
        throw Failure(
          .argument, "student and teacher are the same model",
          advice: "clone(model) makes a copy")
      }
      if teacher.classes != setup.student.classes {
        throw Failure(
          .shape,
          "the teacher has \(teacher.classes) classes, "
            + "the student \(setup.student.classes)")
      }
    }
    if setup.goal.needsTeacher, setup.teacher == nil {
      throw Failure(
        .argument, "the goal \(setup.goal.script) needs a teacher",
        advice: "use distill(student, teacher, data, goal)")
    }
  }

  static func fits(_ model: Model, _ role: String, _ data: Dataset) throws {
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

/// The order of one epoch's samples, kept while the epoch lasts.
struct EpochOrder {
  var epoch: Int
  var batches: Batches
}
