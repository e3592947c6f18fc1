import Catalog
import Losses
import Testing

/// A call of the catalogue as it is tested, and what is particular about it.
struct LossCase: Sendable, CustomTestStringConvertible {
  /// Where a loss is smallest.
  enum Minimum: Sendable {
    /// Zero and flat where the student is the teacher.
    case teacher
    /// Flat there, but not zero: the reason.
    case teacherWithRest(String)
    /// Zero and flat where the labels are predicted.
    case labels
    /// Somewhere else: the reason.
    case elsewhere(String)
  }

  /// How the gradient is held against differences of values.
  enum Slope: Sendable {
    /// Differences over a step along a direction of numbers up to 1; `tolerance` is relative.
    case differences(step: Float, tolerance: Double)
    /// Not here: the loss holds something constant that differences would move. The reason, and
    /// where it is tested.
    case elsewhere(String)
  }

  var name: String
  var arguments: @Sendable () throws -> [String: Value] = { [:] }
  /// The arguments in words, where a loss is tested more than once.
  var note = ""
  var kind = SampleKind.pictures
  /// Whether student and teacher must be of one width.
  var isEqual = false
  var minimum = Minimum.teacher
  var slope = Slope.differences(step: 0.05, tolerance: 1e-3)
  /// Why there is no derivative of the gradient worth comparing; nil where there is one.
  var noSecond: String?

  var testDescription: String { note.isEmpty ? name : "\(name) \(note)" }

  func make() throws -> Goal { try LossesTests.make(name, values: try arguments()) }

  /// Every loss of the registry, those that are in the table as it says.
  static var all: [LossCase] {
    lossRegistry.declarations.flatMap { declaration in
      let known = (particular + dense).filter { $0.name == declaration.name }
      return known.isEmpty ? [LossCase(name: declaration.name)] : known
    }
  }
}
