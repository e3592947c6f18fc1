import Checkpoints
import Tensors

/// One node of the graph: which operator, from what, to what, and with which attributes.
struct OnnxNode {
  enum Attribute {
    case integer(Int)
    case number(Float)
    case text(String)
    case integers([Int])
    case numbers([Float])
    case texts([String])
    case array(OnnxValue)
    /// Of a kind that no operator here uses.
    case other
  }

  let kind: String
  let domain: String
  let name: String
  let inputs: [String]
  let outputs: [String]
  let attributes: [String: Attribute]

  /// Reads a node and its attributes.
  init(_ node: OnnxNodeProto, _ arrays: OnnxArrays) throws {
    kind = node.opType
    domain = node.domain == "ai.onnx" ? "" : node.domain
    name = node.name
    inputs = node.input
    outputs = node.output
    var attributes: [String: Attribute] = [:]
    for attribute in node.attribute {
      attributes[attribute.name] = try OnnxNode.attribute(attribute, arrays)
    }
    self.attributes = attributes
  }

  private static func attribute(
    _ attribute: OnnxAttributeProto, _ arrays: OnnxArrays
  ) throws -> Attribute {
    switch attribute.type {
    case .int: .integer(Int(attribute.i))
    case .float: .number(attribute.f)
    case .string: .text(String(decoding: attribute.s, as: UTF8.self))
    case .ints: .integers(attribute.ints.map { Int($0) })
    case .floats: .numbers(attribute.floats)
    case .strings: .texts(attribute.strings.map { String(decoding: $0, as: UTF8.self) })
    case .tensor: .array(try arrays.value(attribute.t))
    default: .other
    }
  }

  /// "Conv '/layer1/conv1/Conv'", for messages.
  var title: String { name.isEmpty ? kind : "\(kind) \(shown(name))" }
}
