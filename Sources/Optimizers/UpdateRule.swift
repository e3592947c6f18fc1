public import Catalog
public import Tensors

/// How one parameter moves: a small value with its settings, and a function of the gradient.
public protocol UpdateRule {
  /// "adamw".
  var name: String { get }
  /// Learning rate; a schedule moves it for a step.
  var lr: Float { get set }
  /// Momentum, or β₁: what a one-cycle schedule moves against the learning rate. Nil without one.
  var momentum: Float? { get set }
  /// Settings by name in the order of the declaration.
  var settings: [(name: String, value: Value)] { get }
  /// Changes a setting. Returns false if there is none of that name.
  mutating func set(_ name: String, to value: Value) throws -> Bool
  /// Names of the tensors it keeps for each parameter: "momentum_buffer", "exp_avg".
  var slots: [String] { get }
  /// Moves a parameter.
  ///
  /// - Parameters:
  ///   - slots: This parameter's tensors, zeros before the first step.
  ///   - step: Number of this step, from 1.
  ///   - decays: Whether weight decay applies to this parameter.
  func update(
    _ parameter: inout Tensor, _ gradient: Tensor, _ slots: inout [Tensor], step: Int,
    decays: Bool)
}

/// Which parameters weight decay applies to.
public enum DecayScope: String, Choice {
  /// Every parameter, as PyTorch does with a plain list of them.
  case all
  /// Weights of dense and convolution layers only; not biases and norms, as timm does.
  case weights
}
