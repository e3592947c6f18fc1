import Catalog
public import Layers
public import Tensors

/// What must be done to a student's feature so that it has the shape of the teacher's.
///
/// Both are seen as maps (`mapShape`). A larger map is averaged down, a smaller one is enlarged
/// bilinearly, channels are brought together by a 1×1 convolution.
public struct FeatureFit: Equatable, Sendable {
  /// The shapes as maps N H W C.
  public let student: [Int]
  public let teacher: [Int]
  /// Tokens left out of each: class and distillation tokens.
  public let droppedTokens: (student: Int, teacher: Int)

  public init(_ shapes: FeatureShapes) throws {
    student = try mapShape(shapes.student)
    teacher = try mapShape(shapes.teacher)
    droppedTokens = (
      FeatureFit.extra(shapes.student, student), FeatureFit.extra(shapes.teacher, teacher)
    )
  }

  public var changesChannels: Bool { student[3] != teacher[3] }
  public var changesSize: Bool { student[1] != teacher[1] || student[2] != teacher[2] }

  /// "64 → 256" of a 1×1 convolution, or "–" where the channels agree.
  public var channelText: String {
    changesChannels ? "\(student[3]) → \(teacher[3])" : "–"
  }

  /// "mean 8×8 → 4×4", "bilinear 4×4 → 8×8", "teacher −1 token" where class tokens are left out; "–" where nothing is to be done.
  public var spaceText: String {
    var parts: [String] = []
    for (role, count) in [("student", droppedTokens.student), ("teacher", droppedTokens.teacher)]
    where count > 0 {
      parts.append("\(role) −\(count) token\(count > 1 ? "s" : "")")
    }
    if changesSize {
      let way = student[1] >= teacher[1] && student[2] >= teacher[2] ? "mean" : "bilinear"
      parts.append("\(way) \(student[1])×\(student[2]) → \(teacher[1])×\(teacher[2])")
    }
    return parts.isEmpty ? "–" : parts.joined(separator: ", ")
  }

  private static func extra(_ shape: [Int], _ map: [Int]) -> Int {
    shape.count == 3 ? shape[1] - map[1] * map[2] : 0
  }

  public static func == (a: FeatureFit, b: FeatureFit) -> Bool {
    a.student == b.student && a.teacher == b.teacher && a.droppedTokens == b.droppedTokens
  }
}

/// Brings a student's feature to the shape of the teacher's as a map N H W C: averages it down where
/// it is larger, convolves 1×1 where channels differ (or always), normalises and activates where the
/// paper does, enlarges it bilinearly where it is smaller.
public final class FeatureAdapter: Module {
  let conv: Conv2d?
  let bn: BatchNorm2d?
  let activation: Activation
  /// Height and width of the teacher's map; nil leaves the student's.
  let size: (height: Int, width: Int)?

  /// - Parameters:
  ///   - isAlways: Convolves though the channels agree.
  ///   - bias: Of the convolution where no norm follows it.
  ///   - norm: Whether a batch norm follows the convolution.
  ///   - activation: Behind the norm; only where there is a convolution.
  ///   - resizes: Whether the student's map is brought to the teacher's size.
  public init(
    _ fit: FeatureFit, isAlways: Bool = false, bias: Bool = true, norm: Bool = false,
    activation: Activation = .none, resizes: Bool = true
  ) {
    let convolves = isAlways || fit.changesChannels
    conv =
      convolves
      ? Conv2d(fit.student[3], fit.teacher[3], kernel: 1, bias: bias && !norm) : nil
    bn = convolves && norm ? BatchNorm2d(fit.teacher[3]) : nil
    self.activation = convolves ? activation : .none
    size = resizes ? (fit.teacher[1], fit.teacher[2]) : nil
  }

  public override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    var y = try featureMap(x)
    if let size { y = try shrunk(y, height: size.height, width: size.width) }
    if let conv { y = try conv(y, context) }
    y = try bn.map { try $0(y, context, activation: activation) } ?? activation(y)
    if let size { y = try y.resized(height: size.height, width: size.width) }
    return y
  }

  public override var details: String { conv?.details ?? "" }
}

/// One adapter for each pair of features: what most feature losses bring.
final class FeatureAdapters: Module {
  let adapters: [FeatureAdapter]

  init(_ shapes: LossShapes, _ make: (FeatureFit) -> FeatureAdapter) throws {
    adapters = try shapes.features.map { make(try FeatureFit($0)) }
  }

  /// Student's features as the adapters make them, teacher's as maps.
  func pairs(
    of input: LossInput, for loss: String
  ) throws -> [(student: Tensor, teacher: Tensor)] {
    let features = try input.features(for: loss)
    guard features.count == adapters.count else {
      throw Failure(
        .state, "'\(loss)' has \(adapters.count) adapters for \(features.count) pairs of features")
    }
    return try zip(adapters, features).map { adapter, pair in
      let teacher = try featureMap(pair.teacher)
      let student = try adapter(pair.student, input.context)
      let isFitting =
        adapter.size == nil
        ? student.shape[0] == teacher.shape[0] && student.shape[3] == teacher.shape[3]
        : student.shape == teacher.shape
      guard isFitting else { throw featuresDisagree(loss, student, teacher) }
      return (student, teacher)
    }
  }
}

extension LossInput {
  /// The loss's own parts, as the class that it made.
  func parts<Parts: Module>(_ type: Parts.Type, for loss: String) throws -> Parts {
    guard let parts = parts as? Parts else {
      throw Failure(.state, "'\(loss)' has not been given its parts")
    }
    return parts
  }
}

extension FeatureSelection {
  /// The argument `on=` of a loss with places of its own choice.
  static func argument(_ choice: String) -> Argument<FeatureSelection> {
    Argument(
      "on", "Module paths that are compared; none: \(choice).", default: FeatureSelection.automatic)
  }
}
