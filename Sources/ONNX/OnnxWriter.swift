import Catalog
import Foundation
import Graphs
import Tensors

/// Writes a traced network as the nodes of an ONNX graph.
///
/// Networks here have channels last and ONNX's images have them second. So it is noted for each value
/// in which order ONNX has its axes, and nodes that turn axes are written only where an operator
/// needs another order.
struct OnnxWriter {
  /// A value of the graph as ONNX has it.
  struct Wire {
    var name: String
    /// Axis i of ONNX is this axis of the value.
    var order: [Int]
  }

  let graph: Graph
  let opset: Int
  var nodes: [OnnxNodeProto] = []
  var arrays: [OnnxTensorProto] = []
  private var wires: [Graph.Value: Wire] = [:]
  /// Constants and turned values that were written already, by what they are.
  private var written: [String: String] = [:]
  private var taken: Set<String> = []
  private var batch: String?
  /// The operation at work: where in the network it stands.
  var path = ""

  init(_ graph: Graph, opset: Int) {
    self.graph = graph
    self.opset = opset
  }

  // MARK: Names

  /// A name that nothing has yet: the one wished for, or that with a number.
  mutating func fresh(_ wish: String) -> String {
    var (name, number) = (wish, 1)
    while !taken.insert(name).inserted {
      name = "\(wish)_\(number)"
      number += 1
    }
    return name
  }

  /// Adds a node and gives the name of its result.
  mutating func node(
    _ kind: String, _ inputs: [String], _ attributes: [OnnxAttributeProto] = [],
    output: String? = nil
  ) -> String {
    var node = OnnxNodeProto()
    node.opType = kind
    node.input = inputs
    node.attribute = attributes
    // Some programs want nodes to have names of their own, too.
    node.name = fresh(path.isEmpty ? kind : "\(path)/\(kind)")
    let result = output ?? fresh(node.name + "_output")
    node.output = [result]
    nodes.append(node)
    return result
  }

  // MARK: Values

  func shape(_ value: Graph.Value) -> Shape { graph.shapes[value] }

  mutating func set(_ value: Graph.Value, _ name: String, _ order: [Int]) {
    wires[value] = Wire(name: name, order: order)
  }

  /// A value as it stands, constants as they are in memory.
  mutating func wire(_ value: Graph.Value) throws -> Wire {
    if let known = wires[value] { return known }
    guard graph.constants[value] != nil else { throw problem("takes what nothing makes") }
    let order = Array(0..<shape(value).count)
    return Wire(name: try constant(value, order: order), order: order)
  }

  /// The name of a value with its axes in an order; constants are turned as they are written.
  mutating func ordered(_ value: Graph.Value, _ order: [Int]) throws -> String {
    if graph.constants[value] != nil { return try constant(value, order: order) }
    return turned(try wire(value), order)
  }

  /// A value with its axes in memory's order.
  mutating func plain(_ value: Graph.Value) throws -> String {
    try ordered(value, Array(0..<shape(value).count))
  }

  mutating func turned(_ wire: Wire, _ order: [Int]) -> String {
    if wire.order == order { return wire.name }
    let mark = "\(wire.name) \(order)"
    if let known = written[mark] { return known }
    let axes = order.map { axis in wire.order.firstIndex(of: axis) ?? 0 }
    let name = node("Transpose", [wire.name], [.ints("perm", axes)])
    written[mark] = name
    return name
  }

  /// The operation's operand as ONNX has its images.
  mutating func images(_ value: Graph.Value) throws -> String {
    try ordered(value, OnnxTensor.channelsLast)
  }

  // MARK: Constants

  /// A constant of the graph with its axes in an order.
  mutating func constant(
    _ value: Graph.Value, order: [Int], role: String = "constant"
  ) throws -> String {
    let mark = "\(value) \(order)"
    if let known = written[mark] { return known }
    guard let constant = graph.constants[value] else { throw problem("needs a constant") }
    let tensor = try constant.scaled().transposed(order)
    let name = array(tensor, constant.key.isEmpty ? place(role) : constant.key)
    written[mark] = name
    return name
  }

  private func place(_ role: String) -> String { path.isEmpty ? role : "\(path).\(role)" }

  /// Numbers, under a name that nothing has yet.
  mutating func array(_ tensor: Tensor, _ wish: String) -> String {
    var array = OnnxTensorProto()
    array.name = fresh(wish)
    array.dims = tensor.shape.map { Int64($0) }
    array.dataType = Int32(OnnxTensorProto.DataType.float.rawValue)
    array.rawData = tensor.values.withUnsafeBytes { Data($0) }
    arrays.append(array)
    return array.name
  }

  mutating func number(_ value: Float) -> String {
    let mark = "number \(value.bitPattern)"
    if let known = written[mark] { return known }
    let name = array(Tensor(value), "number")
    written[mark] = name
    return name
  }

  /// A list of whole numbers.
  mutating func integers(_ values: [Int]) -> String {
    let mark = "integers \(values)"
    if let known = written[mark] { return known }
    var array = OnnxTensorProto()
    array.name = fresh("sizes")
    array.dims = [Int64(values.count)]
    array.dataType = Int32(OnnxTensorProto.DataType.int64.rawValue)
    array.rawData = values.map { Int64($0) }.withUnsafeBytes { Data($0) }
    arrays.append(array)
    written[mark] = array.name
    return array.name
  }

  /// The number of samples, as a list of one number that is known when the graph runs.
  mutating func samples() throws -> String {
    if let batch { return batch }
    guard let input = graph.inputs.first else { throw problem("has no input") }
    let sizes = node("Shape", [try wire(input.value).name])
    let result = node("Slice", [sizes, integers([0]), integers([1]), integers([0])])
    batch = result
    return result
  }

  func problem(_ reason: String) -> Failure {
    Failure(
      .value, "\(path.isEmpty ? "an operation" : "'\(path)'") cannot be written as ONNX: \(reason)")
  }
}

extension OnnxAttributeProto {
  static func int(_ name: String, _ value: Int) -> OnnxAttributeProto {
    make(name, .int) { $0.i = Int64(value) }
  }

  static func ints(_ name: String, _ values: [Int]) -> OnnxAttributeProto {
    make(name, .ints) { $0.ints = values.map { Int64($0) } }
  }

  static func float(_ name: String, _ value: Float) -> OnnxAttributeProto {
    make(name, .float) { $0.f = value }
  }

  static func text(_ name: String, _ value: String) -> OnnxAttributeProto {
    make(name, .string) { $0.s = Data(value.utf8) }
  }

  private static func make(
    _ name: String, _ type: OnnxAttributeProto.AttributeType, _ fill: (inout Self) -> Void
  ) -> OnnxAttributeProto {
    var attribute = OnnxAttributeProto()
    attribute.name = name
    attribute.type = type
    fill(&attribute)
    return attribute
  }
}
