public import Catalog
public import Tensors

/// One way to bound gradients. To add one: one file, one line in the registry.
public protocol GradientBound: Sendable {
  /// The call that makes it again: `clip_norm(1)`.
  var script: String { get }
  /// The gradients that the optimizer sees.
  func bounded(
    _ gradients: [Tensor], of parameters: [(key: String, parameter: Parameter)]
  ) -> [Tensor]
}

/// What a run does to gradients that are too long: the language's value of kind "clipping".
///
/// A bare number is the largest norm of all gradients together.
public struct Clipping: Object, ArgumentType, Answer, Sendable {
  public static let kind = "clipping"
  public static let expected = "a clipping, or a number: the largest norm of the gradients"
  public let bound: any GradientBound

  public init(_ bound: any GradientBound) { self.bound = bound }

  public var script: String { bound.script }
  public var line: String { bound.script }
  public var literal: String { bound.script }

  public static func read(_ value: Value) throws -> Clipping {
    switch value {
    case .number(let number):
      if let problem = positive(Float(number)) { throw Mismatch("the largest norm \(problem)") }
      return Clipping(ClipNorm(limit: Float(number)))
    case .object(let object as Clipping): return object
    default: throw Mismatch()
    }
  }

  public func isEqual(to other: any Object) -> Bool { (other as? Clipping)?.script == script }
}

@Sendable func positive(_ number: Float) -> String? {
  number > 0 && number.isFinite ? nil : "must be positive"
}
