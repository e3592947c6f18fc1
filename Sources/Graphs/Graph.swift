public import Tensors

/// A network as a list of operations: values, each made once, and where each is used.
///
/// Operations stand in an order in which everything they take has been made before. Sizes may grow
/// with the batch; everything else is fixed.
public struct Graph {
  /// A value's number.
  public typealias Value = Int

  /// A weight, or another tensor that is the same for every input.
  public struct Constant {
    /// The numbers before they are scaled.
    public var tensor: Tensor
    /// The key in a checkpoint; empty where it is not a weight as it stands there.
    public var key: String
    /// What the numbers are multiplied with along the last axis when they are used; nil for ones.
    /// Folded weights cost no memory of their own this way until they are packed.
    public var scale: Tensor?

    public init(_ tensor: Tensor, key: String = "", scale: Tensor? = nil) {
      self.tensor = tensor
      self.key = key
      self.scale = scale
    }

    /// The numbers: tensor·scale.
    public func scaled() throws -> Tensor { try scale.map { try tensor * $0 } ?? tensor }
  }

  /// One computation.
  public struct Operation {
    public var primitive: Primitive
    /// The primitive's operands in their order.
    public var inputs: [Value]
    public var output: Value
    /// The module it belongs to: `layer1.0.bn1`; the same for several operations.
    public var path: String
    /// Added to the result; of its shape.
    public var residual: Value?
    /// Taken of the result, after the residual.
    public var activation = Activation.none

    public init(
      _ primitive: Primitive, _ inputs: [Value], output: Value, path: String = "",
      residual: Value? = nil, activation: Activation = .none
    ) {
      self.primitive = primitive
      self.inputs = inputs
      self.output = output
      self.path = path
      self.residual = residual
      self.activation = activation
    }

    /// Everything it reads.
    public var operands: [Value] { inputs + (residual.map { [$0] } ?? []) }
  }

  /// A value under a name.
  public struct Port {
    public var name: String
    public var value: Value

    public init(_ name: String, _ value: Value) {
      self.name = name
      self.value = value
    }
  }

  public var inputs: [Port] = []
  public var outputs: [Port] = []
  public var operations: [Operation] = []
  public internal(set) var constants: [Value: Constant] = [:]
  /// By value.
  public internal(set) var shapes: [Shape] = []
  /// What modules give, by path; a module that runs more than once counts with its last run.
  public internal(set) var modules: [String: Value] = [:]
  /// What was computed while it was traced; nil for graphs made otherwise.
  public internal(set) var check: Check?

  public init() {}

  /// A value that nothing makes yet.
  public mutating func newValue(_ shape: Shape) -> Value {
    shapes.append(shape)
    return shapes.count - 1
  }

  public mutating func addInput(_ name: String, _ shape: Shape) -> Value {
    let value = newValue(shape)
    inputs.append(Port(name, value))
    return value
  }

  public mutating func addConstant(
    _ tensor: Tensor, key: String = "", scale: Tensor? = nil
  ) -> Value {
    let value = newValue(Shape(tensor.shape))
    constants[value] = Constant(tensor, key: key, scale: scale)
    return value
  }

  /// Adds an operation at the end; what it takes must have been made.
  public mutating func add(
    _ primitive: Primitive, _ inputs: [Value], _ shape: Shape, path: String = ""
  ) -> Value {
    let output = newValue(shape)
    operations.append(Operation(primitive, inputs, output: output, path: path))
    return output
  }

  /// The value as numbers, where it is a constant.
  public func tensor(_ value: Value) -> Tensor? { try? constants[value]?.scaled() }
}
