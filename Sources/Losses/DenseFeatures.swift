import Catalog
import Tensors

extension LossInput {
  /// What a loss on maps compares: the features of the places named, or the logits where none is.
  ///
  /// - Throws: `Failure` where there is no teacher; `ShapeError` where they are no maps N H W C.
  func maps(
    _ selection: FeatureSelection, for loss: String
  ) throws -> [(student: Tensor, teacher: Tensor)] {
    let pairs =
      selection == .automatic ? [FeaturePair(student: logits, teacher: teacherLogits)] : features
    guard !pairs.isEmpty, pairs.count >= selection.pairs.count else {
      throw Failure(.state, "'\(loss)' has not been given what \(selection.literal) computes")
    }
    return try pairs.map { pair in
      guard let teacher = pair.teacher else {
        throw Failure(
          .state, "'\(loss)' needs a teacher and this run has none",
          advice: "use distill(student, teacher, data, goal)")
      }
      guard pair.student.rank == 4, teacher.rank == 4 else {
        throw ShapeError(
          "'\(loss)' compares maps [N, H, W, C]: student \(shapeText(pair.student.shape)), "
            + "teacher \(shapeText(teacher.shape))")
      }
      guard pair.student.shape[0] == teacher.shape[0] else {
        throw ShapeError.unlike(loss, pair.student, teacher)
      }
      return (pair.student, teacher)
    }
  }

  /// The same where every number has a counterpart.
  func equalMaps(
    _ selection: FeatureSelection, for loss: String
  ) throws -> [(student: Tensor, teacher: Tensor)] {
    try maps(selection, for: loss).map { pair in
      guard pair.student.shape == pair.teacher.shape else {
        throw ShapeError.unlike(loss, pair.student, pair.teacher)
      }
      return pair
    }
  }
}

extension ShapeError {
  static func unlike(_ loss: String, _ student: Tensor, _ teacher: Tensor) -> ShapeError {
    ShapeError(
      "'\(loss)' needs maps of one shape: student \(shapeText(student.shape)), "
        + "teacher \(shapeText(teacher.shape))")
  }
}

extension FeatureSelection {
  /// One path, the same in both networks.
  init(_ path: String) { self.init([Pair(path, path)]) }

  /// Where a loss looks: the places named, or the logits alone.
  var sites: FeatureSites { self == .automatic ? .none : .selected(self, otherwise: .unknown) }
}
