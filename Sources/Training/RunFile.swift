public import Catalog
public import Checkpoints
import Datasets
import Foundation
import Images
import Losses
import Models
import Optimizers
import Tensors

/// A whole run in a file: a safetensors checkpoint whose metadata says what the run is.
///
/// `student.*`, `initial.*` and `teacher.*` are weights in PyTorch's layout, so other programs can
/// read them; `optimizer.*` is the optimizer's state in ours. Restored, the run goes on to the bit
/// as if it had not been away.
struct RunFileHeader: Codable {
  struct Figures: Codable {
    var name: String
    var steps: [Int]
    var values: [Double]
  }

  var version = 1
  var student: String
  var teacher: String?
  var data: String
  var goal: String
  var optimizer: String
  var schedule: String
  var augment: String
  var batch: Int
  /// Nil where the batch size is the first.
  var cursor: DataCursor?
  var epochs: Int
  var seed: Int
  var shuffle: Bool
  /// The arguments it was made with, before any change.
  var arguments: String
  /// Whether the starting weights were other than their seed's.
  var hasStudentPast: Bool
  var hasTeacherPast: Bool
  var steps: Int
  var optimizerSteps: Int
  var series: [Figures]
  var events: [RunRecord.Event]
  /// Nil where the way back ends at the saved step.
  var stretches: [SavedStretch]?
  /// Whether the optimizer was set after the last step.
  var isOptimizerNew: Bool?
  var clip: String?
  /// Nil where the weights are not averaged.
  var ema: String?
  /// How the teacher's results are kept; nil where they are not.
  var cache: String?
  /// Steps that are in the averages, `ema.*`.
  var averagedSteps: Int?
}

extension Run {
  static let headerKey = "athanor.run"

  /// The run as a checkpoint.
  public func checkpoint() throws -> Checkpoint {
    noteSettings()
    let header = RunFileHeader(
      student: student.script, teacher: teacher?.script, data: data.script, goal: goal.script,
      optimizer: optimizer.script, schedule: schedule.script,
      augment: augmentation.script, batch: batch, cursor: cursor.saved, epochs: epochs, seed: seed,
      shuffle: shuffle,
      arguments: record.arguments, hasStudentPast: !record.studentPast.isEmpty,
      hasTeacherPast: record.models.entries.first.map { !$0.past.isEmpty } ?? false,
      steps: steps, optimizerSteps: optimizer.stepCount,
      series: log.series.map {
        RunFileHeader.Figures(name: $0.name, steps: $0.steps, values: $0.values)
      }, events: record.events, stretches: timeline.saved,
      isOptimizerNew: timeline.stretches.last.map { $0.settings.optimizer !== optimizer },
      clip: clipping?.script, ema: averaging == .off ? nil : averaging.literal,
      cache: caching?.literal, averagedSteps: averages?.updates)
    var metadata = [Run.headerKey: try Run.encode(header)]
    student.writeFacts(to: &metadata)
    var entries = try student.checkpointEntries(prefix: "student.")
    if let averages {
      entries += try withWeights(averages.parameters, averages.buffers) {
        try student.checkpointEntries(prefix: "ema.")
      }
    }
    let present = student.weights
    let unseen = version &- seenVersion
    student.weights = initialWeights
    defer {
      student.weights = present
      seenVersion = version &- unseen
    }
    entries += try student.checkpointEntries(prefix: "initial.")
    if let teacher {
      entries += try teacher.checkpointEntries(prefix: "teacher.")
      teacher.writeFacts(to: &metadata, role: "teacher")
    }
    for (name, tensor) in optimizer.state.tensors.sorted(by: { $0.key < $1.key }) {
      entries.append(Checkpoint.Entry("optimizer." + name, StoredArray(tensor, name: name)))
    }
    return Checkpoint(entries, metadata: metadata)
  }

  /// Makes a run again from a checkpoint.
  ///
  /// - Parameter resolve: Turns a script like `digits()` into its value.
  public static func restored(
    from file: Checkpoint, named origin: String, caches: TeacherCaches = TeacherCaches(),
    resolve: (String) throws -> Value
  ) throws -> Run {
    let header = try decode(file, origin)
    func part<T: ArgumentType>(_ script: String, _ type: T.Type) throws -> T {
      do {
        return try T.read(try resolve(script))
      } catch is Mismatch {
        throw damaged(origin, "'\(script)' is not \(T.expected)")
      }
    }
    let student = try part(header.student, Model.self)
    try student.load(file, from: origin, prefix: "initial.")
    if header.hasStudentPast {
      student.past = [LoadedPast(path: origin, strict: true, prefix: "initial.")]
    }
    let teacher = try header.teacher.map { try part($0, Model.self) }
    if let teacher {
      try teacher.load(file, from: origin, prefix: "teacher.")
      teacher.normalisation = Normalisation(metadata: file.metadata, role: "teacher")
      if header.hasTeacherPast {
        teacher.past = [LoadedPast(path: origin, strict: true, prefix: "teacher.")]
      }
    }
    let run = try Run(
      RunSetup(
        student: student, teacher: teacher, data: try part(header.data, Dataset.self),
        goal: try part(header.goal, Goal.self),
        optimizer: try part(header.optimizer, Optimizer.self),
        schedule: try part(header.schedule, Schedule.self),
        augmentation: try part(header.augment, Augmentation.self), batch: header.batch,
        epochs: header.epochs, seed: header.seed, shuffle: header.shuffle,
        clipping: try header.clip.map { try part($0, Clipping.self) },
        averaging: try header.ema.map { try part($0, Averaging.self) } ?? .off,
        caching: try header.cache.map { try part($0, Caching.self).ofExistingFile }, caches: caches)
    )
    run.cursor = try run.cursor(header.cursor, batch: header.batch)
    let first = run.moved
    if let updates = header.averagedSteps {
      try student.load(file, from: origin, prefix: "ema.")
      run.averages = Averages(
        parameters: run.parameters.map(\.parameter.value), buffers: run.buffers.map(\.value),
        updates: updates)
    }
    try student.load(file, from: origin, prefix: "student.")
    try run.restoreOptimizer(header, file, origin)
    run.steps = header.steps
    run.log = Log(
      header.series.map { Series(name: $0.name, steps: $0.steps, values: $0.values) })
    run.record.arguments = header.arguments
    run.record.events = header.events
    if run.steps > 0 { student.past.append(run.record) }
    try run.restoreTimeline(
      header.stretches, first: first, isOwn: !(header.isOptimizerNew ?? false),
      goal: { try part($0, Goal.self) }, optimizer: { try part($0, Optimizer.self) },
      schedule: { try part($0, Schedule.self) },
      augmentation: { try part($0, Augmentation.self) },
      clipping: { try part($0, Clipping.self) }, averaging: { try part($0, Averaging.self) })
    return run
  }

  private func restoreOptimizer(
    _ header: RunFileHeader, _ file: Checkpoint, _ origin: String
  ) throws {
    var state = optimizer.state
    state.stepCount = header.optimizerSteps
    for (key, parameter) in header.optimizerSteps > 0 ? parameters : [] {
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

  private static func damaged(_ origin: String, _ reason: String) -> Failure {
    Failure(.file, "'\(origin)' is no complete run: \(reason)")
  }

  private static func encode(_ header: RunFileHeader) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return String(decoding: try encoder.encode(header), as: UTF8.self)
  }

  private static func decode(_ file: Checkpoint, _ origin: String) throws -> RunFileHeader {
    guard let text = file.metadata[headerKey] else {
      throw Failure(
        .file, "'\(origin)' holds weights, not a run",
        advice: "load model, \(origin.literal) reads weights")
    }
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    do {
      let header = try decoder.decode(RunFileHeader.self, from: Data(text.utf8))
      guard header.version == 1 else {
        throw damaged(origin, "it is of version \(header.version), this program reads 1")
      }
      let counts = [header.batch, header.epochs]
      guard counts.allSatisfy({ $0 >= 1 && $0 <= most }),
        [header.steps, header.optimizerSteps, header.averagedSteps ?? 0].allSatisfy({
          $0 >= 0 && $0 <= 1 << 53
        }),
        header.series.allSatisfy({ $0.steps.count == $0.values.count })
      else { throw damaged(origin, "its counts make no sense") }
      return header
    } catch let error as DecodingError {
      throw damaged(origin, "its description cannot be read (\(error.shortReason))")
    }
  }
}

extension DecodingError {
  var shortReason: String {
    switch self {
    case .keyNotFound(let key, _): "'\(key.stringValue)' is missing"
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      "'\(context.codingPath.last?.stringValue ?? "?")' is of another type"
    default: "not JSON"
    }
  }
}
