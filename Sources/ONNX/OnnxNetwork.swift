import Checkpoints
import Layers
import Tensors

/// The graph of an ONNX file as a network: its nodes run in order on our tensors, so it is traced,
/// planned and looked into as any other.
///
/// Arrays of the file that hold numbers are its parameters, under their names in the file.
final class OnnxNetwork: Module {
  private let file: OnnxFile
  private let weights: [(name: String, parameter: Parameter)]
  /// Everything that no parameter holds.
  private let fixed: [String: OnnxValue]
  private let prepared = OnnxPreparedWeights()

  init(_ file: OnnxFile) {
    self.file = file
    var fixed = file.constants
    weights = file.constantNames.compactMap { name in
      // Scales and limits of nodes are no weights.
      guard case .numbers(let value)? = file.constants[name], value.rank > 0 else { return nil }
      fixed[name] = nil
      let parameter = Parameter(value.shape, start: .kept)
      parameter.value = value.tensor
      parameter.isTrainable = false
      return (name, parameter)
    }
    self.fixed = fixed
  }

  override var listedState: [(key: String, entry: StateEntry)]? {
    weights.map { ($0.name, .parameter($0.parameter)) }
  }

  override var listedChildren: [(key: String, module: Module)]? { [] }

  override var details: String { "opset \(file.opset), \(file.nodes.count) nodes" }

  /// Images N H W C to the graph's first output; one of four axes is taken for N K H W and given as
  /// N H W K.
  override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    var values = fixed
    for (name, parameter) in weights {
      values[name] = .numbers(OnnxTensor(context(parameter)))
    }
    guard x.rank == 4 else {
      throw ShapeError("needs images [N, H, W, C], got \(shapeText(x.shape))")
    }
    values[file.inputs[0].name] = .numbers(OnnxTensor(images: x))
    var uses = useCounts
    for node in file.nodes {
      try run(node, &values, limit: OnnxCall.limit(images: x.count))
      for input in node.inputs {
        uses[input, default: 0] -= 1
        // What nobody takes any more gives its memory back.
        if uses[input] == 0, fixed[input] == nil { values[input] = nil }
      }
    }
    guard case .numbers(let output)? = values[file.outputs[0].name] else {
      throw CheckpointError(file.name, "its output holds no numbers")
    }
    return try output.rank == 4 ? output.images() : output.plain()
  }

  private lazy var useCounts: [String: Int] = {
    var counts: [String: Int] = [file.outputs[0].name: 1]
    for node in file.nodes {
      for input in node.inputs { counts[input, default: 0] += 1 }
    }
    return counts
  }()

  private func run(
    _ node: OnnxNode, _ values: inout [String: OnnxValue], limit: Int
  ) throws {
    guard let body = onnxOperators[node.kind] else {
      throw CheckpointError(file.name, "\(node.title): the operator is not supported")
    }
    let call = OnnxCall(
      node: node, inputs: node.inputs.map { $0.isEmpty ? nil : values[$0] }, opset: file.opset,
      file: file.name, prepared: prepared, limit: limit)
    let results: [OnnxValue]
    do {
      results = try body(call)
    } catch let error as ShapeError {
      throw call.problem(error.message)
    }
    for (name, value) in zip(node.outputs, results) where !name.isEmpty { values[name] = value }
  }
}
