import Synchronization

/// One step of the tape: which tensors an operation took and how its gradient goes back to them.
public final class Node {
  /// Grows with creation, so sorting by it is a topological order.
  let order: UInt64
  let shape: [Int]
  /// The operation's name, for errors and traces.
  let operation: String
  private(set) var inputs: [Tensor]
  /// Set where the tensor belongs to a trace instead of a tape.
  let mark: TraceMark?
  private var savedOutput: Storage?
  private(set) var pullback: ((Pullback) throws -> [Tensor?])?

  private static let counter = Atomic<UInt64>(0)

  private static func nextOrder() -> UInt64 {
    counter.wrappingAdd(1, ordering: .relaxed).newValue
  }

  /// A variable: a place where gradients end.
  public init(leaf shape: [Int]) {
    order = Node.nextOrder()
    self.shape = shape
    operation = "variable"
    inputs = []
    mark = nil
  }

  /// A value of a trace: it keeps no operands and has no gradient.
  init(traced mark: TraceMark, _ shape: [Int]) {
    order = Node.nextOrder()
    self.shape = shape
    operation = "variable"
    inputs = []
    self.mark = mark
  }

  init(
    _ operation: String, inputs: [Tensor], output: Tensor, savesOutput: Bool,
    pullback: @escaping (Pullback) throws -> [Tensor?]
  ) {
    order = Node.nextOrder()
    shape = output.shape
    self.operation = operation
    self.inputs = inputs
    mark = nil
    savedOutput = savesOutput ? output.storage : nil
    self.pullback = pullback
  }

  /// Forgets what was kept for the gradient, so that activations are freed as soon as they can be.
  func release() {
    inputs = []
    pullback = nil
    savedOutput = nil
  }

  var isReleased: Bool { pullback == nil && operation != "variable" }

  /// What the operation's gradient function sees.
  func pullback(of gradient: Tensor, needs: [Bool], isDifferentiable: Bool) -> Pullback {
    Pullback(
      inputs: isDifferentiable ? inputs : inputs.map(\.detached),
      savedOutput: savedOutput.map {
        Tensor(shape: shape, storage: $0, node: isDifferentiable ? self : nil)
      },
      gradient: gradient, needs: needs, isDifferentiable: isDifferentiable)
  }
}

/// What an operation's gradient function sees: it returns one gradient an input (nil where
/// `needs` is false, or the gradient is zero).
public struct Pullback {
  /// The operation's inputs; they carry their tape only if the gradient is itself to be
  /// differentiated, so plain operations on them record nothing otherwise.
  public let inputs: [Tensor]
  let savedOutput: Tensor?
  /// dL/d(output), of the output's shape.
  public let gradient: Tensor
  /// Which inputs want a gradient.
  public let needs: [Bool]
  /// Whether a derivative of this gradient may be asked for. Where it is false, a fused backward
  /// without a tape may be used.
  public let isDifferentiable: Bool

  /// The operation's result; only where it was recorded with `savesOutput`.
  public var output: Tensor {
    guard let savedOutput else {
      preconditionFailure("the operation was recorded without savesOutput")
    }
    return savedOutput
  }
}

/// Puts an operation on the tape if any of its inputs is on it.
///
/// An operation computes its result plainly, then returns `record(...)`. The gradient is written
/// with tensor operations, which makes second derivatives come by themselves:
///
///     func * (a: Tensor, b: Tensor) throws -> Tensor {
///       let product = …                        // plain numbers
///       return record("mul", [a, b], product) { p in
///         [p.needs[0] ? try p.gradient * p.inputs[1] : nil,
///          p.needs[1] ? try p.gradient * p.inputs[0] : nil]
///       }
///     }
///
/// Anything else that the gradient needs (indices, statistics) is captured as detached tensors.
///
/// Under a `Tracer` the operation is noted there instead.
///
/// - Parameters:
///   - primitive: What the operation is, so that a trace can compute it again; nil where it never
///     is a part of a network's forward computation.
///   - operands: The primitive's operands where they are not the inputs.
func record(
  _ operation: String, _ inputs: [Tensor], _ output: Tensor, savesOutput: Bool = false,
  as primitive: @autoclosure () -> Primitive? = nil,
  operands: @autoclosure () -> [Tensor]? = nil,
  _ pullback: @escaping (Pullback) throws -> [Tensor?]
) -> Tensor {
  guard inputs.contains(where: \.isTracked) else { return output }
  if let tracer = inputs.tracer {
    return tracer.note(operation, primitive(), operands() ?? inputs, output)
  }
  let node = Node(
    operation, inputs: inputs, output: output, savesOutput: savesOutput, pullback: pullback)
  return output.attached(to: node)
}
