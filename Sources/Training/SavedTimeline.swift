import Catalog
import Datasets
import Models
import Optimizers
import Tensors

/// The way back through a run as its file keeps it: the settings of every stretch as scripts. The
/// weights on the way are made again from the first ones, so no snapshot is stored.
struct SavedStretch: Codable {
  var start: Int
  /// The mark of the teacher, empty without one; nil in files that know but one teacher.
  var teacher: String?
  var goal: String
  /// As it was set when the stretch began.
  var optimizer: String
  /// Whether it came with the stretch, without memory of the steps before.
  var isNewOptimizer: Bool
  var schedule: String
  var augment: String
  var batch: Int
  /// Nil where the batch size is the first.
  var cursor: DataCursor?
  var epochs: Int
  var clip: String?
  var ema: String
  /// Nil in files that know but one way of keeping what the teacher said.
  var cache: String?
  /// By the models' places; nil in files that know of no changes beside a run.
  var wants: [SavedWants]?
  var exact: Bool?
}

extension Timeline {
  /// Nil where the steps so far do not follow from the first weights alone.
  ///
  /// - Parameter record: Says how models are marked.
  func saved(_ record: RunRecord) -> [SavedStretch]? {
    guard snapshots.first?.steps == 0, !snapshots.dropFirst().contains(where: \.isForeign),
      !record.knowsOfOthers
    else { return nil }
    return stretches.enumerated().map { index, stretch in
      let settings = stretch.settings
      let isNew = index == 0 || stretches[index - 1].settings.optimizer !== settings.optimizer
      return SavedStretch(
        start: stretch.start,
        teacher: settings.teacher.map { record.models.known($0) ?? "" } ?? "",
        goal: record.text(settings.goal),
        optimizer: Optimizer(
          stretch.rule, scope: stretch.scope, centralization: settings.optimizer.centralization
        ).script, isNewOptimizer: isNew,
        schedule: settings.schedule.script, augment: settings.augmentation.script,
        batch: settings.cursor.batch, cursor: settings.cursor.saved,
        epochs: settings.epochs, clip: settings.clipping?.script,
        ema: settings.averaging.literal, cache: settings.caching?.literal ?? "none",
        wants: settings.circumstances.wants.map(SavedWants.init),
        exact: settings.circumstances.isExact)
    }
  }
}

extension DataCursor {
  /// Nil where it tells no more than the batch size.
  var saved: DataCursor? { self == DataCursor(samples: samples, batch: batch) ? nil : self }
}

extension Run {
  /// The cursor of a file, which must be one of this run's data.
  func cursor(_ saved: DataCursor?, batch: Int) throws -> DataCursor {
    guard let saved else { return DataCursor(samples: data.train.count, batch: batch) }
    guard saved.isSound, saved.samples == data.train.count, saved.batch == batch else {
      throw Failure(.file, "the file's place in the data is not one of \(data.name)")
    }
    return saved
  }

  /// Gives a run from a file its way back: to the first step where the file says how, else to the
  /// step it was saved at.
  ///
  /// - Parameters:
  ///   - first: What steps move, as it was before the first one.
  ///   - isOwn: Whether the run's optimizer is that of the last stretch, not one set after it.
  ///   - parts: The values of scripts from the file.
  func restoreTimeline(
    _ saved: [SavedStretch]?, first: Moved, isOwn: Bool, _ parts: RunFileParts
  ) throws {
    timeline = Timeline()
    defer { seenVersion = version }
    guard steps > 0 else { return }
    var snapshot = Timeline.Snapshot(steps: steps, moved: moved, isForeign: true)
    if let saved, saved.first?.start == 0, saved.allSatisfy({ $0.start < steps }) {
      var own = optimizer.fresh()
      for (index, stretch) in saved.enumerated() {
        let set: Optimizer = try parts.value(stretch.optimizer)
        if index == 0 || stretch.isNewOptimizer { own = set.fresh() }
        if isOwn, !saved[(index + 1)...].contains(where: \.isNewOptimizer) { own = optimizer }
        let settings = RunSettings(
          teacher: try teacher(of: stretch, parts), goal: try parts.value(stretch.goal),
          optimizer: own, schedule: try parts.value(stretch.schedule),
          augmentation: try parts.value(stretch.augment),
          cursor: try cursor(stretch.cursor, batch: stretch.batch), epochs: stretch.epochs,
          clipping: try stretch.clip.map { try parts.value($0) },
          averaging: try parts.value(stretch.ema),
          caching: try stretch.cache.map { try parts.value($0, Caching?.self)?.ofExistingFile }
            ?? caching,
          circumstances: try circumstances(of: stretch, parts))
        timeline.begin(
          Timeline.Stretch(
            start: stretch.start, settings: settings, rule: set.rule, scope: set.scope,
            noted: set.settingTexts))
        if index == 0 {
          let start = Moved(
            parameters: first.parameters, buffers: first.buffers, optimizer: set.state,
            averages: nil, terms: [])
          timeline.add(Timeline.Snapshot(steps: 0, moved: start, isForeign: true))
        }
      }
      snapshot.isForeign = false
    } else {
      timeline.begin(
        Timeline.Stretch(
          start: steps - 1, settings: settings, rule: optimizer.rule, scope: optimizer.scope,
          noted: notedSettings))
    }
    timeline.add(snapshot)
  }

  private func circumstances(
    of stretch: SavedStretch, _ parts: RunFileParts
  ) throws -> Circumstances {
    guard let wants = stretch.wants else { return circumstances }
    return Circumstances(
      wants: try zip(wants, record.models.entries).map { try $0.value(parts, of: $1.model) },
      isExact: stretch.exact ?? false)
  }

  private func teacher(of stretch: SavedStretch, _ parts: RunFileParts) throws -> Model? {
    guard let mark = stretch.teacher else { return teacher }
    return mark.isEmpty ? nil : try parts.value(mark, Model.self)
  }
}
