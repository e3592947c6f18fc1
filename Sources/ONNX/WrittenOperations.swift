import Graphs
import Tensors

extension OnnxWriter {
  /// Writes the operation's nodes, with the sum and the activation that are part of it.
  mutating func write(_ operation: Graph.Operation) throws {
    path = operation.path
    var result = try primitive(operation)
    if let residual = operation.residual {
      result.name = node("Add", [result.name, try ordered(residual, result.order)])
    }
    result.name = try activated(result.name, operation.activation)
    set(operation.output, result.name, result.order)
  }

  private mutating func primitive(_ operation: Graph.Operation) throws -> Wire {
    let x = operation.inputs
    switch operation.primitive {
    case .convolution(let window): return try convolution(operation, window)
    case .transposedConvolution(let window): return try transposedConvolution(operation, window)
    case .linear: return try linear(operation)
    case .matmul(let transposeA, let transposeB):
      return Wire(
        name: node(
          "MatMul", [try matrices(x[0], transposeA), try matrices(x[1], transposeB)]),
        order: Array(shape(operation.output).indices))
    case .attention(let packing, let scale, let hasBias):
      return try attention(operation, packing, scale: scale, hasBias: hasBias)
    case .unary(let function, let a, let b):
      let source = try wire(x[0])
      return Wire(name: unary(function, a, b, source.name), order: source.order)
    case .binary(let function): return try binary(function, operation)
    case .select: return try select(operation)
    case .batchNorm(let epsilon, let activation, _):
      return try batchNorm(operation, epsilon, activation)
    case .scaleShift: return try scaleShift(operation)
    case .layerNorm(let epsilon, let hasWeight, let hasBias):
      return try layerNorm(operation, epsilon, hasWeight: hasWeight, hasBias: hasBias)
    case .groupStandardise(let epsilon): return try groupStandardise(operation, epsilon)
    case .softmax, .logSoftmax:
      let source = try wire(x[0])
      let axis = source.order.firstIndex(of: source.order.count - 1) ?? 0
      let kind = operation.primitive == .softmax ? "Softmax" : "LogSoftmax"
      return Wire(
        name: node(kind, [source.name], [.int("axis", axis)]), order: source.order)
    case .reduce(let reduction, let axes, let keepingAxes):
      return try reduce(x[0], reduction, axes: axes, keepingAxes: keepingAxes)
    case .maxPool, .averagePool, .adaptiveAveragePool, .adaptiveMaxPool, .resize:
      return Wire(name: try sampled(operation), order: OnnxTensor.channelsLast)
    default: return try moved(operation)
    }
  }

  /// Stacks of matrices, the last two axes exchanged or not.
  private mutating func matrices(_ value: Graph.Value, _ isTransposed: Bool) throws -> String {
    var order = Array(shape(value).indices)
    if isTransposed, order.count > 1 { order.swapAt(order.count - 1, order.count - 2) }
    return try ordered(value, order)
  }

  mutating func activated(_ x: String, _ activation: Activation) throws -> String {
    switch activation {
    case .none: x
    case .relu: unary(.relu, 0, 0, x)
    case .relu6: unary(.relu6, 0, 0, x)
    case .leakyRelu(let slope): unary(.leakyRelu, slope, 0, x)
    case .gelu: unary(.gelu, 0, 0, x)
    case .silu: unary(.silu, 0, 0, x)
    case .hardSwish: unary(.hardSwish, 0, 0, x)
    case .hardSigmoid: unary(.hardSigmoid, 0, 0, x)
    case .sigmoid: unary(.sigmoid, 0, 0, x)
    case .tanh: unary(.tanh, 0, 0, x)
    case .softplus: unary(.softplus, 0, 0, x)
    case .mish: unary(.mish, 0, 0, x)
    }
  }
}
