public import Catalog
public import Checkpoints
import Datasets
import Layers
import Losses
import Models
import Optimizers
import Tensors

/// Turns the scripts of a run's file into values.
struct RunFileParts {
  let origin: String
  /// The file's models by the variables that stand for their marks.
  var variables: [(name: String, value: Value)] = []
  let resolve: (String, [(name: String, value: Value)]) throws -> Value

  /// The value of a script in which marks stand for models.
  func value<T: ArgumentType>(_ marked: String, _ type: T.Type = T.self) throws -> T {
    let script = RecordedModels.text(marked) { "model_\($0)" }
    do {
      return try T.read(try resolve(script, variables))
    } catch is Mismatch {
      throw Run.damaged(origin, "'\(script)' is not \(T.expected)")
    }
  }
}

extension Run {
  /// Makes a run again from a checkpoint.
  ///
  /// - Parameters:
  ///   - caches: Where teachers' results are kept that the run may share.
  ///   - resolve: Turns a script like `ce() + kd(teacher=model_0)` into its value, with variables
  ///     for the models in it.
  public static func restored(
    from file: Checkpoint, named origin: String, caches: TeacherCaches = TeacherCaches(),
    resolve: (_ script: String, _ variables: [(name: String, value: Value)]) throws -> Value
  ) throws -> Run {
    try withoutActuallyEscaping(resolve) { resolve in
      try restored(from: file, RunFileParts(origin: origin, resolve: resolve), caches)
    }
  }

  private static func restored(
    from file: Checkpoint, _ given: RunFileParts, _ caches: TeacherCaches
  ) throws -> Run {
    var parts = given
    let origin = parts.origin
    let header = try decode(file, origin)
    let models = try restoredModels(header, file, parts)
    parts.variables = models.entries.enumerated().map {
      ("model_\($0.offset)", .object($0.element.model))
    }
    let student = try parts.value(header.student, Model.self)
    try student.load(file, from: origin, prefix: "initial.")
    if header.hasStudentPast {
      student.past = [LoadedPast(path: origin, strict: true, prefix: "initial.")]
    }
    let place = header.savedModels.firstIndex { $0.prefix == SavedModel.teacherPrefix }
    let run = try Run(
      RunSetup(
        student: student,
        teacher: header.teacher == nil ? nil : place.map { models.entries[$0].model },
        data: try parts.value(header.data), goal: try parts.value(header.goal),
        optimizer: try parts.value(header.optimizer), schedule: try parts.value(header.schedule),
        augmentation: try parts.value(header.augment), batch: header.batch,
        epochs: header.epochs, seed: header.seed, shuffle: header.shuffle,
        clipping: try header.clip.map { try parts.value($0) },
        averaging: try header.ema.map { try parts.value($0) } ?? .off,
        caching: try header.cache.map { try parts.value($0, Caching.self).ofExistingFile },
        caches: caches))
    run.record.take(
      models, teacher: header.models == nil ? place.map(RecordedModels.mark) : header.firstTeacher,
      arguments: header.arguments, events: header.events)
    run.circumstances = Circumstances(
      wants: models.entries.map(\.model.pictureWants), isExact: header.exact ?? false)
    run.cursor = try run.cursor(header.cursor, batch: header.batch)
    let first = run.moved
    if let updates = header.averagedSteps {
      try student.load(file, from: origin, prefix: "ema.")
      run.averages = Averages(
        parameters: run.parameters.map(\.parameter.value), buffers: run.buffers.map(\.value),
        updates: updates)
    }
    try student.load(file, from: origin, prefix: "student.")
    run.termStates = try (header.terms ?? []).map { try $0.state(file, origin) }
    try run.restoreOptimizer(header, file, origin)
    run.steps = header.steps
    try run.checkParts(origin)
    run.log = Log(
      header.series.map { Series(name: $0.name, steps: $0.steps, values: $0.values) })
    if run.steps > 0 { student.past.append(run.record) }
    try run.restoreTimeline(
      header.stretches, first: first, isOwn: !(header.isOptimizerNew ?? false), parts)
    return run
  }

  /// Throws where parts of the present goal do not fit its losses, which are looked at with the next
  /// batch.
  private func checkParts(_ origin: String) throws {
    let scripts = goal.terms.map { ($0.name, $0.loss.script(record.names)) }
    let known = waiting.filter { state in
      scripts.contains { $0.0 == state.term && $0.1 == state.script }
    }
    guard !known.isEmpty else { return }
    let plan = try featurePlan()
    let pass = try forward(
      try upcomingBatches(1)[0], Context(features: plan.student), teacherFeatures: plan.teacher)
    let drawn = try bound(goal, plan, pass).drawn
    if let term = known.first(where: { drawn.contains($0.term) }) {
      throw Run.damaged(origin, "the parts of '\(term.term)' do not fit its networks")
    }
  }

  private func restoreOptimizer(
    _ header: RunFileHeader, _ file: Checkpoint, _ origin: String
  ) throws {
    var state = optimizer.state
    state.stepCount = header.optimizerSteps
    state.births = header.births ?? [:]
    for (key, parameter) in header.optimizerSteps > 0 ? movingParameters : [] {
      let fresh = state.rule.initialSlots(for: parameter.value, after: 0)
      for (slot, tensor) in zip(state.rule.slots, fresh) {
        let name = "optimizer.\(slot).\(key)"
        guard let array = file[name], array.shape == tensor.shape else {
          throw Run.damaged(origin, "'\(name)' is missing or not \(shapeText(tensor.shape))")
        }
        state.tensors["\(slot).\(key)"] = array.tensor()
      }
    }
    optimizer.state = state
  }
}
