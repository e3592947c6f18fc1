import Graphs
import Tensors

/// Functions of numbers as ONNX's nodes.
extension OnnxWriter {
  mutating func unary(_ function: UnaryFunction, _ a: Float, _ b: Float, _ x: String) -> String {
    if let kind = OnnxWriter.sameFunctions[function] { return node(kind, [x]) }
    switch function {
    case .square: return node("Mul", [x, x])
    case .reciprocalSquareRoot: return node("Reciprocal", [node("Sqrt", [x])])
    case .relu6: return node("Clip", [x, number(0), number(6)])
    case .leakyRelu: return node("LeakyRelu", [x], [.float("alpha", a)])
    case .elu: return node("Elu", [x], [.float("alpha", a)])
    case .gelu:
      let share = node("Erf", [node("Mul", [x, number(Float(0.5).squareRoot())])])
      let twice = node("Mul", [x, node("Add", [share, number(1)])])
      return node("Mul", [twice, number(0.5)])
    case .silu: return node("Mul", [x, node("Sigmoid", [x])])
    case .hardSigmoid:
      return node("HardSigmoid", [x], [.float("alpha", 1 / 6), .float("beta", 0.5)])
    case .mish: return node("Mul", [x, node("Tanh", [node("Softplus", [x])])])
    case .power: return node("Pow", [x, number(a)])
    case .affine:
      let scaled = a == 1 ? x : node("Mul", [x, number(a)])
      return b == 0 && a != 1 ? scaled : node("Add", [scaled, number(b)])
    case .clamp:
      let low = a == -.infinity ? "" : number(a)
      return node("Clip", [x, low] + (b == .infinity ? [] : [number(b)]))
    default: return truth(node("Greater", [x, number(a)]))
    }
  }

  /// Functions that ONNX has under a name.
  private static let sameFunctions: [UnaryFunction: String] = [
    .negate: "Neg", .absolute: "Abs", .sign: "Sign", .reciprocal: "Reciprocal",
    .squareRoot: "Sqrt", .exp: "Exp", .log: "Log", .tanh: "Tanh", .sigmoid: "Sigmoid",
    .erf: "Erf", .softplus: "Softplus", .relu: "Relu", .hardSwish: "HardSwish", .sine: "Sin",
    .cosine: "Cos",
  ]

  /// A truth value as 0 or 1.
  private mutating func truth(_ x: String) -> String {
    node("Cast", [x], [.int("to", OnnxTensorProto.DataType.float.rawValue)])
  }

  mutating func binary(_ function: BinaryFunction, _ operation: Graph.Operation) throws -> Wire {
    let (a, b) = (operation.inputs[0], operation.inputs[1])
    let rank = shape(operation.output).count
    // The operand that has all axes says how they lie; a constant lies as is wanted.
    let leader = [a, b].first { graph.constants[$0] == nil && shape($0).count == rank } ?? a
    var order = try wire(leader).order
    if order.count != rank { order = Array(0..<rank) }
    let inputs = [try fitted(a, order), try fitted(b, order)]
    let name =
      switch function {
      case .add: node("Add", inputs)
      case .subtract: node("Sub", inputs)
      case .multiply: node("Mul", inputs)
      case .divide: node("Div", inputs)
      case .maximum: node("Max", inputs)
      case .minimum: node("Min", inputs)
      case .greater: truth(node("Greater", inputs))
      case .greaterEqual: truth(node("GreaterOrEqual", inputs))
      case .equal: truth(node("Equal", inputs))
      }
    return Wire(name: name, order: order)
  }

  /// An operand with axes of size 1 in front, up to the order's rank, and turned to it.
  mutating func fitted(_ value: Graph.Value, _ order: [Int]) throws -> String {
    let missing = order.count - shape(value).count
    guard missing > 0 else { return try ordered(value, order) }
    guard !shape(value).isEmpty else { return try plain(value) }
    if let tensor = graph.tensor(value) {
      let full = try tensor.reshaped(Array(repeating: 1, count: missing) + tensor.shape)
      let key = graph.constants[value]?.key ?? ""
      return array(try full.transposed(order), key.isEmpty ? "\(path).constant" : key)
    }
    let full = node("Unsqueeze", [try plain(value), integers(Array(0..<missing))])
    return turned(Wire(name: full, order: Array(order.indices)), order)
  }

  mutating func select(_ operation: Graph.Operation) throws -> Wire {
    let order = try wire(operation.inputs[1]).order
    let mask = node(
      "Cast", [try ordered(operation.inputs[0], order)],
      [.int("to", OnnxTensorProto.DataType.bool.rawValue)])
    let (a, b) = (
      try ordered(operation.inputs[1], order), try ordered(operation.inputs[2], order)
    )
    return Wire(name: node("Where", [mask, a, b]), order: order)
  }

  mutating func reduce(
    _ value: Graph.Value, _ reduction: Reduction, axes: [Int], keepingAxes: Bool
  ) throws -> Wire {
    let source = try wire(value)
    let name = reduced(
      source.name, reduction, source.order.indices.filter { axes.contains(source.order[$0]) },
      keepingAxes: keepingAxes)
    if keepingAxes { return Wire(name: name, order: source.order) }
    let left = source.order.filter { !axes.contains($0) }
    return Wire(
      name: name, order: left.map { axis in axis - axes.count { $0 < axis } })
  }

  /// Axes counted as ONNX has them. They are an input since opset 13 for sums, 18 for the others.
  mutating func reduced(
    _ x: String, _ reduction: Reduction, _ axes: [Int], keepingAxes: Bool
  ) -> String {
    let kind =
      switch reduction {
      case .sum: "ReduceSum"
      case .mean: "ReduceMean"
      case .maximum: "ReduceMax"
      case .minimum: "ReduceMin"
      }
    let keeps = OnnxAttributeProto.int("keepdims", keepingAxes ? 1 : 0)
    if reduction == .sum || opset >= 18 { return node(kind, [x, integers(axes)], [keeps]) }
    return node(kind, [x], [.ints("axes", axes), keeps])
  }
}
