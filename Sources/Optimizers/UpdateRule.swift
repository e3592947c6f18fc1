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
  /// The call that makes it again, with the arguments that all optimizers have.
  func script(_ common: [String]) -> String
  /// Names of the tensors it keeps for each parameter: "momentum_buffer", "exp_avg". Two rules that
  /// keep the same thing give it one name, and what is of another scale another name, because a run
  /// that changes its optimizer hands on what both keep.
  var slots: [String] { get }
  /// Those of `slots` that can start at any step.
  var lateSlots: [String] { get }
  /// What a parameter's slots are before its first step.
  ///
  /// - Parameter steps: Steps that were taken before.
  func initialSlots(for parameter: Tensor, after steps: Int) -> [Tensor]
  /// Whose gradients are centralized unless said otherwise.
  var usualCentralization: Centralization { get }
  /// Largest norm of all gradients together; longer ones are scaled down. Nil: any.
  var gradientNormLimit: Float? { get }
  /// Moves a parameter.
  ///
  /// - Parameters:
  ///   - slots: This parameter's tensors.
  ///   - step: Number of this step, from 1.
  ///   - decays: Whether weight decay applies to this parameter.
  func update(
    _ parameter: inout Tensor, _ gradient: Tensor, _ slots: inout [Tensor], step: Int,
    decays: Bool)
  /// Where the rule stands at a step, from 1: bias corrections, rectification, effective rate.
  func figures(step: Int) -> [(name: String, value: Double)]
}

extension UpdateRule {
  public func script(_ common: [String]) -> String {
    let own = settings.map { "\($0.name)=\($0.value.line(quoted: true))" }
    return "\(name)(\((own + common).joined(separator: ", ")))"
  }

  public var lateSlots: [String] { [] }

  public func initialSlots(for parameter: Tensor, after steps: Int) -> [Tensor] {
    slots.map { _ in Tensor(zeros: parameter.shape) }
  }

  public var usualCentralization: Centralization { .none }

  public var gradientNormLimit: Float? { nil }

  public func figures(step: Int) -> [(name: String, value: Double)] {
    [("rate", exact(lr))]
  }
}

/// Which parameters weight decay applies to.
public enum DecayScope: String, Choice {
  /// Every parameter, as PyTorch does with a plain list of them.
  case all
  /// Weights of dense and convolution layers only; not biases and norms, as timm does.
  case weights
}

/// A setting as a number of the language: the decimal number that was typed.
func decimal(_ number: Float) -> Value { .number(exact(number)) }

/// The decimal number that was typed, in double precision: 0.999, not the nearest Float.
func exact(_ number: Float) -> Double { Double("\(number)") ?? Double(number) }
