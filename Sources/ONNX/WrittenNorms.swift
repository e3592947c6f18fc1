import Graphs
import Tensors

/// Norms as ONNX's nodes.
extension OnnxWriter {
  mutating func batchNorm(
    _ operation: Graph.Operation, _ epsilon: Float, _ activation: Activation
  ) throws -> Wire {
    let x = operation.inputs
    let rank = shape(x[0]).count
    // ONNX has the channels second.
    let order = rank > 2 ? [0, rank - 1] + Array(1..<rank - 1) : Array(0..<rank)
    var inputs = [try ordered(x[0], order)]
    for value in x[1..<5] { inputs.append(try plain(value)) }
    var name = node("BatchNormalization", inputs, [.float("epsilon", epsilon)])
    if x.count > 5 { name = node("Add", [name, try ordered(x[5], order)]) }
    return Wire(name: try activated(name, activation), order: order)
  }

  /// x·scale + shift along the last axis, however it lies.
  mutating func scaleShift(_ operation: Graph.Operation) throws -> Wire {
    let source = try wire(operation.inputs[0])
    let scaled = node("Mul", [source.name, try fitted(operation.inputs[1], source.order)])
    return Wire(
      name: node("Add", [scaled, try fitted(operation.inputs[2], source.order)]),
      order: source.order)
  }

  mutating func layerNorm(
    _ operation: Graph.Operation, _ epsilon: Float, hasWeight: Bool, hasBias: Bool
  ) throws -> Wire {
    let x = operation.inputs
    let sizes = shape(x[0])
    var inputs = [try plain(x[0])]
    inputs.append(
      hasWeight
        ? try plain(x[1])
        : array(Tensor(repeating: 1, [sizes.last?.fixed ?? 1]), "\(path).weight"))
    if hasBias { inputs.append(try plain(x[x.count - 1])) }
    let name = node(
      "LayerNormalization", inputs, [.int("axis", -1), .float("epsilon", epsilon)])
    return Wire(name: name, order: Array(sizes.indices))
  }

  /// [N, P, G, C/G] less its mean, by its deviation, over axes 1 and 3.
  mutating func groupStandardise(
    _ operation: Graph.Operation, _ epsilon: Float
  ) throws -> Wire {
    let source = try wire(operation.inputs[0])
    let axes = source.order.indices.filter { [1, 3].contains(source.order[$0]) }
    let mean = reduced(source.name, .mean, axes, keepingAxes: true)
    let centred = node("Sub", [source.name, mean])
    let variance = reduced(node("Mul", [centred, centred]), .mean, axes, keepingAxes: true)
    let deviation = node("Sqrt", [node("Add", [variance, number(epsilon)])])
    return Wire(name: node("Div", [centred, deviation]), order: source.order)
  }
}
