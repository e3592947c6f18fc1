import Catalog
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
/// `student.*`, `initial.*`, `teacher.*` and `model.<i>.*` (those that losses bring, and teachers it
/// had before) are weights in PyTorch's layout, so other programs can read them, and so are the parts
/// of losses, `goal.<term>.*`, and their companions, `companion.<term>.*`; `optimizer.*` is the
/// optimizer's state in ours. Restored, the run goes on to the bit as if it had not been away.
///
/// Where texts speak of models, marks stand for the entries of `models`.
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
  /// The models that the record speaks of; nil where the teacher is the only one.
  var models: [SavedModel]?
  /// Whether convolutions were computed by their definition; nil in older files.
  var exact: Bool?
  /// The mark of the teacher it was made with, where `models` is there.
  var firstTeacher: String?
  /// What terms of the goal own.
  var terms: [SavedTerm]?
  /// Steps after which parameters came to the optimizer.
  var births: [String: Int]?
}

extension Run {
  static let headerKey = "athanor.run"

  /// The run as a checkpoint.
  public func checkpoint() throws -> Checkpoint {
    noteSettings()
    let header = RunFileHeader(
      student: student.script, teacher: teacher?.script, data: data.script,
      goal: record.text(goal),
      optimizer: optimizer.script, schedule: schedule.script,
      augment: augmentation.script, batch: batch, cursor: cursor.saved, epochs: epochs, seed: seed,
      shuffle: shuffle,
      arguments: record.arguments, hasStudentPast: !record.studentPast.isEmpty,
      hasTeacherPast: teacher.flatMap { record.models[$0] }.map { !$0.past.isEmpty } ?? false,
      steps: steps, optimizerSteps: optimizer.stepCount,
      series: log.series.map {
        RunFileHeader.Figures(name: $0.name, steps: $0.steps, values: $0.values)
      }, events: record.events, stretches: timeline.saved(record),
      isOptimizerNew: timeline.stretches.last.map { $0.settings.optimizer !== optimizer },
      clip: clipping?.script, ema: averaging == .off ? nil : averaging.literal,
      cache: caching?.literal, averagedSteps: averages?.updates, models: savedModels,
      exact: circumstances.isExact,
      firstTeacher: record.teacher, terms: termStates.map(\.saved),
      births: optimizer.state.births)
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
    for (saved, entry) in zip(header.models ?? [], record.models.entries)
    where !saved.prefix.isEmpty {
      entries += try entry.model.checkpointEntries(prefix: saved.prefix)
      entry.model.writeFacts(to: &metadata, role: saved.role)
    }
    entries += termStates.flatMap(\.entries)
    entries += optimizer.state.entries(prefix: "optimizer.")
    return Checkpoint(entries, metadata: metadata)
  }

  static func damaged(_ origin: String, _ reason: String) -> Failure {
    Failure(.file, "'\(origin)' is no complete run: \(reason)")
  }

  private static func encode(_ header: RunFileHeader) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return String(decoding: try encoder.encode(header), as: UTF8.self)
  }

  static func decode(_ file: Checkpoint, _ origin: String) throws -> RunFileHeader {
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
        header.births?.values.allSatisfy({ $0 >= 0 && $0 <= header.optimizerSteps }) ?? true,
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
