public import Layers
public import Models
public import Tensors

/// One loss of the literature: a pure function of a batch and of the parts it was given.
///
/// A loss that needs only logits and labels is a name, a script and `value`. One that looks into the
/// networks says where by `sites`; one that brings trainable parts of its own (adapters, projections,
/// memory banks as buffers) makes them in `parts`. The run keeps those parts, trains them with the
/// student by the student's optimizer and saves, rewinds and forks them with it.
public protocol Loss {
  /// The name it is logged under: "kd".
  var name: String { get }
  /// The call that makes it again: `kd(T=2)`. Models of its own are named by `models`.
  func script(_ models: ModelNames) -> String
  var needsTeacher: Bool { get }
  /// Whether its size says how much it has to teach; a critic's score has no zero, its slope alone
  /// counts.
  var isMeasured: Bool { get }
  /// Models it brings itself beside the run's teacher, frozen unless a companion.
  var models: [Model] { get }
  /// Where it looks in the student and in the teacher.
  var sites: FeatureSites { get }
  /// Its trainable parts and memory for features of these shapes; nil where it has none.
  func parts(for shapes: LossShapes) throws -> Module?
  /// The loss as one number on the tape.
  ///
  /// Buffers among the parts change only where `input.context.updatesState` says so, and what they
  /// change to counts from the next step on: a probe looks without touching and sees the step's value.
  func value(_ input: LossInput) throws -> Tensor
}

extension Loss {
  public var isMeasured: Bool { true }
  public var models: [Model] { [] }
  public var sites: FeatureSites { .none }
  public func parts(for shapes: LossShapes) throws -> Module? { nil }
  public var script: String { script(.own) }
}

/// How a script calls the models that a loss brings itself.
public struct ModelNames {
  public let name: (Model) -> String

  public init(_ name: @escaping (Model) -> String) { self.name = name }

  /// Each by its own name: for people, not for replay.
  public static var own: ModelNames { ModelNames { $0.name } }

  /// Each by what it is, so that two models of one name are told apart.
  static var identities: ModelNames { ModelNames { "\(ObjectIdentifier($0))" } }
}

/// What a loss may know of the run before its first value: enough to make its parts.
public struct LossShapes: Sendable, Equatable {
  /// Shapes of the student's and the teacher's features, pair by pair, with the batch first.
  public var features: [FeatureShapes]
  /// Of the student's images, N H W C; empty where nobody says.
  public var images: [Int] = []
  /// Of the student's logits: N K, or N H W K of a segmentation.
  public var logits: [Int]
  /// Samples of the training data: a memory bank has a row for each.
  public var samples: Int
  /// What buffers that start at random are drawn from; parameters are drawn by the run.
  public var seed: UInt64

  public init(features: [FeatureShapes], logits: [Int], samples: Int, seed: UInt64 = 0) {
    self.features = features
    self.logits = logits
    self.samples = samples
    self.seed = seed
  }
}

/// The shapes of one pair of features.
public struct FeatureShapes: Sendable, Equatable {
  public var student: [Int]
  /// Empty where the loss looks at the student alone.
  public var teacher: [Int]

  public init(student: [Int], teacher: [Int]) {
    self.student = student
    self.teacher = teacher
  }
}
