import Images
import Models
import Tensors

/// What steps depend on that is no member of the run: how the models of its record want pictures, and
/// the arithmetic of convolutions.
struct Circumstances {
  /// By a model's place in the record.
  var wants: [PictureWants] = []
  /// Whether convolutions are computed by their definition.
  var isExact = false

  /// Gives models back what they wanted.
  func apply(to models: RecordedModels) {
    for (entry, wants) in zip(models.entries, wants)
    where !entry.model.pictureWants.isSame(wants) {
      entry.model.pictureWants = wants
    }
  }
}

extension Run {
  /// As they are now, noted or not.
  var presentCircumstances: Circumstances {
    Circumstances(
      wants: record.models.entries.map(\.model.pictureWants), isExact: ConvolutionArithmetic.isExact
    )
  }

  /// Puts into the record what has changed since the last step, as the statements that do it.
  func noteCircumstances() {
    let now = presentCircumstances
    if now.isExact != circumstances.isExact { record.note(statement: "set exact=\(now.isExact)") }
    for (place, (entry, new)) in zip(record.models.entries, now.wants).enumerated() {
      // One that has come to the record since the last step may have been changed since then.
      let known = circumstances.wants
      let old = known.indices.contains(place) ? known[place] : entry.wants
      guard !old.isSame(new) else { continue }
      record.note(
        statement: "\(RecordedModels.mark(place)).preprocessing = \(new.preprocessing.script)")
    }
    circumstances = now
  }

  /// Tells of models that a way back has given another preprocessing than they had.
  func tellOfWants(before: Circumstances) {
    for (entry, old) in zip(record.models.entries, before.wants) {
      let now = entry.model.pictureWants
      guard !now.isSame(old) else { continue }
      tell("\(entry.model.name).preprocessing is \(now.preprocessing.script) again")
    }
  }
}

/// What a model wanted of pictures, in a run's file.
struct SavedWants: Codable {
  var preprocessing: String
  var isKnown: Bool

  init(_ wants: PictureWants) {
    (preprocessing, isKnown) = (wants.preprocessing.script, wants.isKnown)
  }

  func value(_ parts: RunFileParts, of model: Model) throws -> PictureWants {
    PictureWants(
      preprocessing: try parts.value(preprocessing), isKnown: isKnown, pastCount: model.past.count)
  }
}
