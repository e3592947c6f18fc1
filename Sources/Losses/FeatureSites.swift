public import Catalog

/// Where a loss takes features from when nobody says: places every network of the catalogue knows
/// by its `stages` (stem, every stage, pooled vector).
public enum FeatureSites: Equatable, Sendable {
  /// It looks at logits only.
  case none
  /// The places somebody named; else the loss's own choice.
  case selected(FeatureSelection, otherwise: FeatureChoice)
}

/// A loss's own choice of places.
public enum FeatureChoice: Equatable, Sendable {
  /// The map of every stage after the stem: `layer1`, `layer2`, `layer3`.
  case stages
  /// Those maps in front of their last activation.
  case preactivations
  /// Stem and the map of every stage.
  case stemAndStages
  /// The map of one stage, from 0 for the stem; the last where there are fewer.
  case stage(Int)
  /// The map of the last stage.
  case lastMap
  /// The pooled vector N D in front of the classifier.
  case pooled
  /// The maps of every stage after the stem, then the pooled vector.
  case stagesAndPooled
  /// The student's map of every stage with the teacher's in front of its last activation, then the
  /// pooled vectors.
  case reviewed
  /// There is none: the argument `on=` must say.
  case unknown
}

/// Places named by a person, the language's argument `on=`: a module path, the same in both
/// networks; a list of them; or a list of pairs [student, teacher].
public struct FeatureSelection: ArgumentType, Equatable, Sendable {
  /// Student's and teacher's path; empty means: the loss's own choice.
  public var pairs: [Pair]

  public struct Pair: Equatable, Sendable {
    public var student: String
    public var teacher: String

    public init(_ student: String, _ teacher: String) {
      self.student = student
      self.teacher = teacher
    }
  }

  public init(_ pairs: [Pair] = []) { self.pairs = pairs }

  public static let automatic = FeatureSelection()

  public static let expected = "a module path, a list of paths or of pairs [student, teacher]"

  public static func read(_ value: Value) throws -> FeatureSelection {
    switch value {
    case .none: return .automatic
    case .string(let path): return FeatureSelection([Pair(path, path)])
    case .list(let items):
      return FeatureSelection(
        try items.map { item in
          switch item {
          case .string(let path): return Pair(path, path)
          case .list(let both):
            guard both.count == 2, case .string(let student) = both[0],
              case .string(let teacher) = both[1]
            else { throw Mismatch("a pair is [student's path, teacher's path]") }
            return Pair(student, teacher)
          default: throw Mismatch()
          }
        })
    default: throw Mismatch()
    }
  }

  public var literal: String {
    guard !pairs.isEmpty else { return "none" }
    let texts = pairs.map { pair in
      pair.student == pair.teacher
        ? quoted(pair.student) : "[\(quoted(pair.student)), \(quoted(pair.teacher))]"
    }
    let isOnePath = pairs.count == 1 && pairs[0].student == pairs[0].teacher
    return isOnePath ? texts[0] : "[" + texts.joined(separator: ", ") + "]"
  }

  private func quoted(_ path: String) -> String { Value.string(path).line(quoted: true) }
}
