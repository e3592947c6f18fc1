import CKernels

/// A dense layer and the activation behind it, act(x·w + b), in one pass: the activation is taken
/// while the product is still in the cache, and what it was given is kept for the gradient.
///
/// - Parameters:
///   - x: [..., in].
///   - w: [in, out].
///   - bias: [out].
public func linear(
  _ x: Tensor, weight w: Tensor, bias: Tensor? = nil, activation: Activation
) throws -> Tensor {
  let inputs = [x, w] + (bias.map { [$0] } ?? [])
  guard let (code, slope) = activation.inEpilogue, inputs.tracer == nil, x.rank > 1 else {
    return try activation(linear(x, weight: w, bias: bias))
  }
  let rows = try x.reshaped([x.shape.dropLast().reduce(1, *), x.shape[x.rank - 1]])
  let shape = try outputShape(rows, w, bias)
  let isTracked = inputs.contains { $0.isTracked }
  // ReLU and ReLU6 are known by their results.
  let before = isTracked && !activation.isCut ? Tensor(uninitialized: shape) : nil
  let y = multiply(
    MatrixOperand(rows, isTransposed: false), MatrixOperand(w, isTransposed: false), bias: bias,
    activation: code, before: before)
  let operands = [rows] + inputs.dropFirst()
  let result = record("linear", operands, y, savesOutput: before == nil) { p in
    let bias = p.inputs.count > 2 ? p.inputs[2] : nil
    var g: Tensor
    if p.isDifferentiable {
      let v = try linear(p.inputs[0], weight: p.inputs[1], bias: bias)
      g = try gradients(
        of: try activation(v), withRespectTo: [v], seed: p.gradient, tape: .differentiate)[0]
    } else {
      g = (before ?? p.output).slope(of: slope, times: p.gradient)
    }
    return try linearGradients(p, g)
  }
  return try result.reshaped(Array(x.shape.dropLast()) + [w.shape[1]])
}

private func outputShape(_ rows: Tensor, _ w: Tensor, _ bias: Tensor?) throws -> [Int] {
  try checkLinear(rows, w, bias)
  return [rows.shape[0], w.shape[1]]
}

extension Activation {
  /// The activation as a part of a product's epilogue, and the function whose derivative it has;
  /// nil where it is a step of its own.
  fileprivate var inEpilogue: (ak_activation, ak_unary_op)? {
    switch self {
    case .relu: (AK_RELU, AK_UNARY_RELU)
    case .relu6: (AK_RELU6, AK_UNARY_RELU6)
    case .gelu: (AK_GELU, AK_UNARY_GELU)
    case .silu: (AK_SILU, AK_UNARY_SILU)
    case .hardSwish: (AK_HARD_SWISH, AK_UNARY_HARD_SWISH)
    default: nil
    }
  }
}
