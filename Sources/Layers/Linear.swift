public import Tensors

/// A dense layer: y = x·W + b, x [..., in], W [in, out], y [..., out].
///
/// Starts as PyTorch's: weight and bias uniform in ±1/√in.
public final class Linear: Module {
  let weight: Parameter
  let bias: Parameter?
  public let inputs: Int
  public let outputs: Int

  /// - Parameters:
  ///   - start: Of the weight; the bias then starts at 0.
  ///   - biasStart: Of the bias.
  public init(
    _ inputs: Int, _ outputs: Int, bias: Bool = true, start: Start? = nil,
    biasStart: Start? = nil
  ) {
    self.inputs = inputs
    self.outputs = outputs
    weight = Parameter(
      [inputs, outputs], layout: .dense, start: start ?? .fanIn(inputs), decays: true)
    let usual: Start = start == nil ? .fanIn(inputs) : .constant(0)
    self.bias = bias ? Parameter([outputs], start: biasStart ?? usual) : nil
  }

  public override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    guard x.shape.last == inputs else {
      throw ShapeError("needs \(inputs) features a row, got a tensor \(shapeText(x.shape))")
    }
    return try linear(x, weight: context(weight), bias: bias.map { context($0) })
  }

  /// The layer and the activation behind it, in one pass unless its bare output is asked for.
  public func callAsFunction(
    _ x: Tensor, _ context: Context, activation: Activation
  ) throws -> Tensor {
    guard activation != .none, context.tracer == nil, !context.wants(path),
      x.shape.last == inputs
    else { return try activation(try self(x, context)) }
    return try linear(
      x, weight: context(weight), bias: bias.map { context($0) }, activation: activation)
  }

  public override var details: String { "\(inputs) → \(outputs)" }

  public override func multiplications(input: [Int], output: [Int]) -> Int {
    output.elementCount * inputs
  }
}
