import Catalog
import Checkpoints
import Images
import Models

/// A model that a run's record speaks of, in the run's file.
struct SavedModel: Codable {
  var script: String
  /// What the keys of its weights begin with; empty where nothing speaks of it any more and the file
  /// holds none.
  var prefix: String
  /// Whether its weights were other than their seed's.
  var hasPast: Bool
  /// What it wanted of pictures when the run first heard of it, if that has changed since; pictures
  /// as the data had them where nobody had said anything.
  var firstWants: SavedWants?

  /// The teacher of the moment is kept where other programs look for it.
  static let teacherPrefix = "teacher."

  /// Its name in the file's metadata.
  var role: String { String(prefix.dropLast()) }
}

extension RunFileHeader {
  /// The models of the file; older ones know but the teacher.
  var savedModels: [SavedModel] {
    models
      ?? (teacher.map {
        [SavedModel(script: $0, prefix: SavedModel.teacherPrefix, hasPast: hasTeacherPast)]
      } ?? [])
  }
}

extension Run {
  /// How the file keeps the models of the record, in their order.
  var savedModels: [SavedModel] {
    let stretches = timeline.saved(record) ?? []
    let used = RecordedModels.places(
      in: record.texts + [record.text(goal)] + termStates.map(\.script)
        + stretches.flatMap { [$0.goal, $0.teacher ?? ""] })
    return record.models.entries.enumerated().map { place, entry in
      let prefix = used.contains(place) ? "model.\(place)." : ""
      return SavedModel(
        script: entry.model.script,
        prefix: entry.model === teacher ? SavedModel.teacherPrefix : prefix,
        hasPast: !entry.past.isEmpty, firstWants: firstWants(of: entry))
    }
  }

  private func firstWants(of entry: RecordedModels.Entry) -> SavedWants? {
    guard !entry.past.isEmpty, !entry.wants.isSame(entry.model.pictureWants) else { return nil }
    var first = entry.wants.preprocessing
    if !entry.wants.isKnown { first.normalisation = data.normalisation }
    return SavedWants(PictureWants(preprocessing: first, isKnown: true, pastCount: 0))
  }

  /// The models of a file with their weights.
  static func restoredModels(
    _ header: RunFileHeader, _ file: Checkpoint, _ parts: RunFileParts
  ) throws -> RecordedModels {
    var result = RecordedModels()
    for saved in header.savedModels {
      let model = try parts.value(saved.script, Model.self)
      guard !saved.prefix.isEmpty else {
        result.add(RecordedModels.Entry(model: model, past: [], wants: model.pictureWants))
        continue
      }
      try model.load(file, from: parts.origin, prefix: saved.prefix)
      model.normalisation = Normalisation(metadata: file.metadata, role: saved.role)
      if saved.hasPast {
        model.past = [LoadedPast(path: parts.origin, strict: true, prefix: saved.prefix)]
      }
      let first = try saved.firstWants?.value(parts, of: model)
      result.add(
        RecordedModels.Entry(
          model: model, past: model.past + (first.map { [$0.past] } ?? []),
          wants: first ?? model.pictureWants))
    }
    return result
  }
}
