import Catalog
import Layers
import Losses
import Models
import Tensors

/// Where the terms of a goal look in one student and one teacher.
struct FeaturePlan {
  /// The places of each term, in the goal's order.
  let pairs: [[FeatureSelection.Pair]]
  /// Paths of the student that are wanted.
  let student: Set<String>
  /// Paths of the teacher, in an order that depends on them alone.
  let teacher: [String]
  /// Whether every term is a function of logits and labels.
  var isEmpty: Bool { student.isEmpty && teacher.isEmpty }

  init(_ goal: Goal, student: Model, teacher: Model?) throws {
    // A loss that needs no teacher looks at the student alone.
    pairs = try goal.terms.map {
      try $0.loss.sites.pairs(student: student, teacher: $0.loss.needsTeacher ? teacher : nil)
    }
    self.student = Set(pairs.joined().map(\.student))
    self.teacher = Set(pairs.joined().map(\.teacher)).filter { !$0.isEmpty }.sorted()
  }

  /// The features of one term's places.
  ///
  /// - Parameters:
  ///   - own: What the student's modules gave, by path, on the tape.
  ///   - others: What the teacher's gave.
  func features(
    _ term: Int, own: [String: Tensor], others: [String: Tensor]
  ) throws -> [FeaturePair] {
    try pairs[term].map { pair in
      guard let student = own[pair.student] else { throw FeaturePlan.silent(pair.student) }
      if pair.teacher.isEmpty { return FeaturePair(student: student) }
      guard let teacher = others[pair.teacher] else { throw FeaturePlan.silent(pair.teacher) }
      return FeaturePair(student: student, teacher: teacher)
    }
  }

  /// A module that only holds others is never run itself.
  private static func silent(_ path: String) -> Failure {
    Failure(
      .name, "the module '\(path)' gives no result of its own",
      advice: "name a module inside it or the one around it")
  }
}
