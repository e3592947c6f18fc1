import Catalog
public import Datasets
import Graphs
import Layers
public import Losses
import Models
import Optimizers
public import Tensors

/// What a step computes before it moves anything.
public struct Observation {
  public var batch: Batch
  /// The student's logits, N K or N H W K, on the tape where recorded.
  public var logits: Tensor
  /// Constant; nil without a teacher.
  public var teacherLogits: Tensor?
  public var targets: Targets
  /// Every term before its weight.
  public var terms: [(name: String, weight: Double, value: Tensor)]
  /// The weighted sum of the terms.
  public var total: Tensor
  /// What modules of the student gave, by path: those the goal looks at and those asked for.
  public var studentFeatures: [String: Tensor]
  public var teacherFeatures: [String: Tensor]
  /// What the student's optimizer moves: the student's parameters and those of the goal's parts,
  /// whose keys begin with `goal.`.
  public var parameters: [(key: String, parameter: Parameter)]

  /// The class of each sample or pixel; of the larger share where pictures are mixed.
  public var labels: Labels { batch.labels }

  /// Gradients of the total with respect to `parameters`, in their order.
  public func gradients(tape: TapeUse = .release) throws -> [Tensor] {
    try Tensors.gradients(
      of: total, withRespectTo: parameters.map(\.parameter.tracked), tape: tape)
  }

  /// Gradients of one term before its weight; the tape is kept for the next.
  public func gradients(ofTerm index: Int) throws -> [Tensor] {
    try Tensors.gradients(
      of: terms[index].value, withRespectTo: parameters.map(\.parameter.tracked), tape: .keep)
  }
}

extension Run {
  /// What the next step would compute on a batch: training mode, the same random masks, mixed
  /// labels. Nothing is changed by it: no running statistics, no parts, no companion.
  ///
  /// Parts that no step has made yet are drawn as the next step would draw them from this batch.
  ///
  /// - Parameters:
  ///   - goal: Another goal than the run's own.
  ///   - isRecording: Whether gradients can be taken.
  ///   - studentFeatures: Paths of modules whose results are wanted beside the goal's.
  ///   - teacherFeatures: The same of the teacher.
  public func observe(
    _ batch: Batch, goal other: Goal? = nil, isRecording: Bool = true,
    studentFeatures: Set<String> = [], teacherFeatures: Set<String> = []
  ) throws -> Observation {
    let goal = other ?? self.goal
    if other != nil { try Run.check(goal, student: student, teacher: teacher, data: data) }
    let plan = try other == nil ? featurePlan() : plan(of: goal)
    for path in studentFeatures { try student.requireModule(at: path, as: "student") }
    for path in teacherFeatures { try teacher?.requireModule(at: path, as: "teacher") }
    let context = stepContext(
      isRecording: isRecording, updatesState: false,
      features: plan.student.union(studentFeatures))
    let pass = try forward(
      batch, context, teacherFeatures: teacherFeatures.union(plan.teacher).sorted())
    let own = other == nil ? binding : nil
    let binding = try own ?? bound(goal, plan, pass)
    return try values(of: binding, on: pass, inputs: lossInputs(binding, pass))
  }

  /// The next batches, from that of the next step on; nothing moves.
  public func upcomingBatches(_ count: Int) throws -> [Batch] {
    var orders: [Batches] = []
    return try (steps..<steps + max(0, count)).map { step in
      let place = cursor.place(after: step)
      if orders.last?.epoch != place.epoch { orders.append(batches(at: place)) }
      guard let batches = orders.last else { return try data.train.batch([]) }
      return try batches.batch(place.index, augmentation: augmentation)
    }
  }

  /// Makes real steps, changes settings, and puts everything back as it was, to the bit, whatever
  /// happens: an error, an interruption.
  public func trial<Result>(_ body: (Run) throws -> Result) rethrows -> Result {
    let model = student.restorer
    let (restore, told) = (restorer, news)
    defer {
      model?()
      restore?()
      news = told
    }
    return try body(self)
  }
}

/// The networks' results for one batch.
struct ForwardPass {
  var batch: Batch
  var context: Context
  var logits: Tensor
  var teacher: FrozenNetwork.Result?
  var targets: Targets
  var studentFeatures: [String: Tensor]
}

extension Run {
  /// How the student is run in the next step.
  func stepContext(isRecording: Bool, updatesState: Bool, features: Set<String>) -> Context {
    Context(
      isTraining: true, isRecording: isRecording, updatesState: updatesState,
      seed: UInt64(bitPattern: Int64(seed)), step: steps, features: features)
  }

  func forward(
    _ batch: Batch, _ context: Context, teacherFeatures: [String]
  ) throws -> ForwardPass {
    let teacher = try teacherResults(for: batch, features: teacherFeatures)
    let logits = try student(batch.images, context)
    return ForwardPass(
      batch: batch, context: context, logits: logits, teacher: teacher,
      targets: batch.targets(classes: student.classes).map { .soft($0) } ?? .hard(batch.labels),
      studentFeatures: context.features)
  }

  /// The goal's terms on the networks' results.
  ///
  /// - Parameter inputs: As `lossInputs` made them.
  func values(
    of binding: GoalBinding, on pass: ForwardPass, inputs: [LossInput]
  ) throws -> Observation {
    let (total, values) = try binding.goal.evaluate { inputs[binding.isPlain ? 0 : $0] }
    return Observation(
      batch: pass.batch, logits: pass.logits, teacherLogits: pass.teacher?.output,
      targets: pass.targets,
      terms: zip(binding.goal.terms, values).map { ($0.name, $0.weight, $1) }, total: total,
      studentFeatures: pass.studentFeatures, teacherFeatures: pass.teacher?.features ?? [:],
      parameters: binding.parameters.isEmpty ? parameters : parameters + binding.parameters)
  }

  /// What each term sees; one for all where they see the same.
  func lossInputs(_ binding: GoalBinding, _ pass: ForwardPass) throws -> [LossInput] {
    var shared = LossInput(
      logits: pass.logits, targets: pass.targets, teacherLogits: pass.teacher?.output)
    shared.labels = pass.batch.labels
    shared.images = pass.batch.images
    shared.samples = pass.batch.samples
    shared.moment = moment
    guard !binding.isPlain else {
      shared.context = pass.context
      return [shared]
    }
    // Masks of parts and companions are not those of the student's modules at the same paths, nor
    // are their results taken for its features.
    shared.context = Context(
      isTraining: true, isRecording: pass.context.isRecording,
      updatesState: pass.context.updatesState,
      seed: UInt64(bitPattern: Int64(seed)) ^ Random.stream("goal"), step: steps)
    return try binding.terms.enumerated().map { index, term in
      var input = shared
      input.features = try binding.plan.features(
        index, own: pass.studentFeatures, others: pass.teacher?.features ?? [:])
      input.parts = term.parts
      input.companion = term.companion?.network
      input.modelLogits = try term.models.map { model in
        if model.model === teacher, let teacher = pass.teacher { return teacher.output }
        return try model.logits(pass.batch.images, from: data)
      }
      return input
    }
  }

  /// The step of the companions that belongs to this step of the student: the same batch, with the
  /// results that the student's own step was made of, as constants.
  ///
  /// - Parameter inputs: What the terms have seen.
  /// - Returns: Figures of their health: `<term>_companion`, their loss, and `<term>_<figure>`.
  func advanceCompanions(_ binding: GoalBinding, _ inputs: [LossInput]) throws -> [Figure] {
    try zip(binding.terms, inputs).flatMap { term, given in
      var input = given
      input.logits = given.logits.detached
      input.features = given.features.map {
        FeaturePair(student: $0.student.detached, teacher: $0.teacher)
      }
      guard let outcome = try term.companion?.advance(input, term: term.name) else {
        return [Figure]()
      }
      return [Figure(name: "\(term.name)_companion", value: Double(outcome.loss.scalar))]
        + outcome.figures.map { Figure(name: "\(term.name)_\($0.name)", value: $0.value) }
    }
  }
}
