public import Tensors

/// A place of a network that the literature takes features from.
public struct Stage: Sendable, Equatable {
  /// The module whose output is the feature: `layer2`.
  public var path: String
  /// The module whose output is the feature in front of its last activation, where the literature
  /// has one: `layer2.1.preact`.
  public var preactivation: String?

  public init(_ path: String, preactivation: String? = nil) {
    self.path = path
    self.preactivation = preactivation
  }
}

/// A place of a network that features are taken from and that is the output of no layer.
///
/// It computes nothing, and summaries and traces do not see it.
public class Place: Module {
  public override init() {}

  public override final func forward(_ x: Tensor, _ context: Context) throws -> Tensor { x }
}

/// What goes into a block's last activation.
public final class Preactivation: Place {}
