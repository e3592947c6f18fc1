/// Notes every operation on the way from its inputs: what it is, from what, to what shape.
///
/// An input is a tensor made by `input`; whatever is computed from it with recorded operations
/// becomes a step, the rest are constants. Nothing is kept of the numbers.
public final class Tracer {
  /// What a step takes.
  public enum Operand {
    /// An input or the result of an earlier step, by number.
    case value(Int)
    case constant(Tensor)
  }

  /// One operation.
  public struct Step {
    /// The operation's name on the tape.
    public let operation: String
    /// Nil for operations that cannot be described.
    public let primitive: Primitive?
    public let operands: [Operand]
    /// The number of the result.
    public let result: Int
    public let shape: [Int]
    /// The module that was running: `layer1.0.bn1`.
    public let path: String
  }

  /// The shapes of the inputs; input i is value i as long as all inputs are made first.
  public private(set) var inputs: [(value: Int, shape: [Int])] = []
  public private(set) var steps: [Step] = []
  /// What modules gave, by path, in the order they finished.
  public private(set) var modules: [(path: String, output: Operand, shape: [Int])] = []
  private var values = 0
  private var paths: [String] = []

  public init() {}

  /// The tensor as an input of what is traced.
  public func input(_ tensor: Tensor) -> Tensor {
    inputs.append((values, tensor.shape))
    return attached(tensor)
  }

  /// What the tensor is in the trace.
  public func operand(_ tensor: Tensor) -> Operand {
    if let mark = tensor.node?.mark, mark.tracer === self { return .value(mark.value) }
    return .constant(tensor.detached)
  }

  /// A module begins; what follows is its own until it ends.
  public func enter(_ path: String) { paths.append(path) }

  /// The module that began last ends.
  public func leave() { _ = paths.popLast() }

  /// A module's result is known.
  public func note(module path: String, output: Tensor) {
    modules.append((path, operand(output), output.shape))
  }

  func note(
    _ operation: String, _ primitive: Primitive?, _ operands: [Tensor], _ output: Tensor
  ) -> Tensor {
    let inputs = operands.map(operand)
    steps.append(
      Step(
        operation: operation, primitive: primitive, operands: inputs, result: values,
        shape: output.shape, path: paths.last ?? ""))
    return attached(output)
  }

  private func attached(_ tensor: Tensor) -> Tensor {
    defer { values += 1 }
    return tensor.attached(to: Node(traced: TraceMark(tracer: self, value: values), tensor.shape))
  }
}

/// Which value of which trace a tensor is.
struct TraceMark {
  let tracer: Tracer
  let value: Int
}

extension [Tensor] {
  /// The trace that any of them belongs to.
  var tracer: Tracer? {
    for tensor in self {
      if let mark = tensor.node?.mark { return mark.tracer }
    }
    return nil
  }
}

/// Notes an operation whose result is a constant of the tape, where its operands are traced.
func note(
  _ operation: String, _ inputs: [Tensor], _ output: Tensor, as primitive: Primitive?
) -> Tensor {
  guard let tracer = inputs.tracer else { return output }
  return tracer.note(operation, primitive, inputs, output)
}
