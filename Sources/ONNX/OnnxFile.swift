import Checkpoints
import Foundation
import SwiftProtobuf

/// An ONNX file (https://onnx.ai, opsets 11 to 20) with everything checked that can be checked
/// before it runs: every name is made before it is used, every array is as large as it says.
struct OnnxFile {
  /// A graph's input or output.
  struct Port {
    var name: String
    /// Sizes; nil where the file leaves one open. Nil as a whole where it says nothing.
    var shape: [Int?]?
  }

  let name: String
  let opset: Int
  /// In the order in which they can run.
  let nodes: [OnnxNode]
  /// Initializers: weights and constants.
  let constants: [String: OnnxValue]
  /// Names of the constants in the order of the file.
  let constantNames: [String]
  /// What must be given; initializers that are listed as inputs are not.
  let inputs: [Port]
  let outputs: [Port]
  let metadata: [String: String]

  static let opsets = 11...20

  /// Reads and checks a file; arrays that it keeps in files of their own must lie beside it.
  init(path: String) throws {
    let file = try FileBytes(path: path)
    try self.init(file, folder: (path as NSString).deletingLastPathComponent)
  }

  init(_ file: FileBytes, folder: String) throws {
    try self.init(try OnnxFile.parsed(file), name: file.name, folder: folder)
  }

  init(_ model: OnnxModelProto, name: String, folder: String) throws {
    self.name = name
    guard model.hasGraph else {
      throw CheckpointError(name, "is no ONNX model: it has no graph")
    }
    opset = try OnnxFile.opset(of: model, name)
    let reader = OnnxArrays(file: name, folder: folder)
    var constants: [String: OnnxValue] = [:]
    var names: [String] = []
    for array in model.graph.initializer {
      guard constants[array.name] == nil else {
        throw CheckpointError(name, "two arrays are named \(shown(array.name))")
      }
      constants[array.name] = try reader.value(array)
      names.append(array.name)
    }
    self.constants = constants
    constantNames = names
    inputs = try model.graph.input.filter { constants[$0.name] == nil }.map {
      Port(name: $0.name, shape: try OnnxFile.shape($0, name))
    }
    outputs = try model.graph.output.map {
      Port(name: $0.name, shape: try OnnxFile.shape($0, name))
    }
    guard !inputs.isEmpty, !outputs.isEmpty else {
      throw CheckpointError(name, "the graph has no input or no output")
    }
    metadata = Dictionary(
      model.metadataProps.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
    let nodes = try model.graph.node.map { try OnnxNode($0, reader) }
    self.nodes = try OnnxFile.needed(
      nodes, given: Set(inputs.map(\.name)).union(names), for: outputs.map(\.name), name)
  }

  static func parsed(_ file: FileBytes) throws -> OnnxModelProto {
    var options = BinaryDecodingOptions()
    // Subgraphs are not read, so nothing nests deeper than attribute, tensor and entry.
    options.messageDepthLimit = 32
    do {
      return try file.withBytes { bytes in
        guard let base = bytes.baseAddress else {
          return try OnnxModelProto(serializedBytes: Data())
        }
        // Read in place: the file's bytes outlive the call.
        let data = Data(
          bytesNoCopy: UnsafeMutableRawPointer(mutating: base), count: bytes.count,
          deallocator: .none)
        return try OnnxModelProto(serializedBytes: data, options: options)
      }
    } catch {
      throw CheckpointError(file.name, "is no ONNX model: its messages are damaged")
    }
  }

  private static func opset(of model: OnnxModelProto, _ file: String) throws -> Int {
    let own = model.opsetImport.first { $0.domain.isEmpty || $0.domain == "ai.onnx" }
    guard let own else { throw CheckpointError(file, "says no version of its operators") }
    guard let version = Int(exactly: own.version), opsets.contains(version) else {
      throw CheckpointError(
        file, "has operators of version \(own.version)",
        advice: "versions \(opsets.lowerBound) to \(opsets.upperBound) are read")
    }
    return version
  }

  private static func shape(_ info: OnnxValueInfoProto, _ file: String) throws -> [Int?]? {
    guard info.hasType, info.type.tensorType.hasShape else { return nil }
    return try info.type.tensorType.shape.dim.map { dimension in
      guard case .dimValue(let size) = dimension.value else { return nil }
      guard (0...1 << 32).contains(size) else {
        throw CheckpointError(file, "\(shown(info.name)) has a size of \(size)")
      }
      // Some exporters write 0 for a size that is open.
      return size == 0 ? nil : Int(size)
    }
  }

  /// The nodes that the outputs depend on, after a check that each takes only what is there.
  private static func needed(
    _ nodes: [OnnxNode], given: Set<String>, for outputs: [String], _ file: String
  ) throws -> [OnnxNode] {
    var known = given
    for node in nodes {
      for input in node.inputs where !input.isEmpty && !known.contains(input) {
        throw CheckpointError(
          file, "\(node.title) takes \(shown(input)), which nothing before it makes",
          advice: "nodes must stand in the order in which they can run")
      }
      for output in node.outputs where !output.isEmpty {
        guard known.insert(output).inserted else {
          throw CheckpointError(file, "\(shown(output)) is made twice")
        }
      }
    }
    for output in outputs where !known.contains(output) {
      throw CheckpointError(file, "nothing makes the output \(shown(output))")
    }
    var wanted = Set(outputs)
    var kept: [OnnxNode] = []
    for node in nodes.reversed() where node.outputs.contains(where: wanted.contains) {
      wanted.formUnion(node.inputs)
      kept.append(node)
    }
    return kept.reversed()
  }
}
