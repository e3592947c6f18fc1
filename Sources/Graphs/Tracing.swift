import Catalog
public import Layers
public import Tensors

extension Graph {
  /// The network as it computes with images of one size, in evaluation mode.
  ///
  /// The network is run twice, with two batch sizes, and both traces are laid over one another; a
  /// size that differs grows with the batch.
  ///
  /// - Parameters:
  ///   - image: Height, width and channels.
  /// - Throws: `Failure` naming an operation that cannot be traced; `ShapeError` of the network.
  public init(tracing network: Module, image: [Int]) throws {
    let keys = network.state.map { key, entry in
      switch entry {
      case .parameter(let parameter): (key, parameter.value)
      case .buffer(let buffer): (key, buffer.value)
      }
    }
    try self.init(inputs: [("input", image)], constants: keys) { inputs, tracer in
      [("output", try network(inputs[0], Context(tracer: tracer)))]
    }
  }

  /// What a computation does with batches of any size, found by running it with two of them.
  ///
  /// - Parameters:
  ///   - inputs: Names and shapes without the batch axis, which comes first.
  ///   - constants: Weights by their keys, found again by their memory.
  ///   - compute: Named results from the inputs, by recorded operations.
  public init(
    inputs: [(name: String, shape: [Int])], constants: [(key: String, tensor: Tensor)],
    _ compute: ([Tensor], Tracer) throws -> [(name: String, tensor: Tensor)]
  ) throws {
    let batches = (2, 3)
    func trace(_ batch: Int) throws -> Trace {
      let tracer = Tracer()
      let tensors = inputs.enumerated().map { index, input in
        tracer.input(
          Random.normal(
            [batch] + input.shape, seed: 0, stream: Random.stream("trace", index)))
      }
      return Trace(
        tracer: tracer, inputs: tensors.map(\.detached), outputs: try compute(tensors, tracer))
    }
    var merge = TraceMerge(
      first: try trace(batches.0), second: try trace(batches.1), batches: batches,
      constants: constants)
    self = try merge.graph(names: inputs.map(\.name))
    check = Check(
      inputs: merge.second.inputs, outputs: merge.second.outputs.map(\.tensor.detached))
  }

  /// What the computation gave for some batch, to hold other ways to compute it against.
  public struct Check {
    public let inputs: [Tensor]
    public let outputs: [Tensor]
  }
}

/// One run under a tracer.
struct Trace {
  let tracer: Tracer
  let inputs: [Tensor]
  let outputs: [(name: String, tensor: Tensor)]
}

/// Lays two traces with different batch sizes over one another.
struct TraceMerge {
  let first: Trace
  let second: Trace
  let batches: (Int, Int)
  let constants: [(key: String, tensor: Tensor)]
  var graph = Graph()
  /// The graph's values of the traces' values.
  var values: [Int: Graph.Value] = [:]

  mutating func graph(names: [String]) throws -> Graph {
    for (name, (a, b)) in zip(names, zip(first.tracer.inputs, second.tracer.inputs)) {
      values[a.value] = graph.addInput(name, try shape(a.shape, b.shape, name))
    }
    guard first.tracer.steps.count == second.tracer.steps.count else {
      throw failure("the network computes different things for different batch sizes")
    }
    for (a, b) in zip(first.tracer.steps, second.tracer.steps) { try add(a, b) }
    for (a, b) in zip(first.outputs, second.outputs) {
      let value = try value(
        first.tracer.operand(a.tensor), second.tracer.operand(b.tensor), a.name)
      graph.outputs.append(Graph.Port(a.name, value))
    }
    for module in first.tracer.modules {
      if case .value(let value) = module.output { graph.modules[module.path] = values[value] }
    }
    return graph
  }

  private mutating func add(_ a: Tracer.Step, _ b: Tracer.Step) throws {
    guard let primitive = a.primitive else {
      throw failure("the operation '\(a.operation)'\(place(a.path)) cannot be part of a graph")
    }
    guard primitive == b.primitive, a.operands.count == b.operands.count else {
      throw failure(
        "the operation '\(primitive.name)'\(place(a.path)) depends on the batch size")
    }
    let inputs = try zip(a.operands, b.operands).map { try value($0, $1, a.path) }
    let shape = try shape(a.shape, b.shape, a.path)
    if case .batchNorm(let epsilon, let activation, let hasResidual) = primitive {
      // What the operation does in one pass is told apart, so that passes find it.
      let output = graph.add(
        .batchNorm(epsilon: epsilon, .none, hasResidual: false), Array(inputs.prefix(5)), shape,
        path: a.path)
      graph.operations[graph.operations.count - 1].residual = hasResidual ? inputs.last : nil
      graph.operations[graph.operations.count - 1].activation = activation
      values[a.result] = output
    } else {
      values[a.result] = graph.add(primitive, inputs, shape, path: a.path)
    }
  }

  private mutating func value(
    _ a: Tracer.Operand, _ b: Tracer.Operand, _ path: String
  ) throws -> Graph.Value {
    switch (a, b) {
    case (.value(let a), .value(let b)) where a == b:
      if let value = values[a] { return value }
    case (.constant(let a), .constant(let b)): return try constant(a, b, path)
    default: break
    }
    throw failure("the operations\(place(path)) are connected by the batch size")
  }

  /// A constant that both traces have; one that has a row a sample, all alike, is a single row that
  /// is repeated.
  private mutating func constant(
    _ a: Tensor, _ b: Tensor, _ path: String
  ) throws -> Graph.Value {
    if a.shape == b.shape { return stored(a) }
    let shape = try shape(a.shape, b.shape, path)
    guard let first = a.shape.first, first > 0, shape.dropFirst().allSatisfy({ $0.perSample == 0 })
    else { throw failure("a constant\(place(path)) depends on the batch size") }
    let row = try a.slice(0..<1)
    guard try row.expanded(to: a.shape).values == a.values,
      try row.expanded(to: b.shape).values == b.values
    else { throw failure("a constant\(place(path)) depends on the batch size") }
    let single = stored(row)
    return graph.add(.expand, [single], shape, path: path)
  }

  private mutating func stored(_ tensor: Tensor) -> Graph.Value {
    for (value, known) in graph.constants
    where known.tensor.shape == tensor.shape && known.tensor.sharesStorage(with: tensor) {
      return value
    }
    let key = constants.first {
      $0.tensor.shape == tensor.shape && $0.tensor.sharesStorage(with: tensor)
    }?.key
    return graph.addConstant(tensor, key: key ?? "")
  }

  private func shape(_ a: [Int], _ b: [Int], _ path: String) throws -> Shape {
    guard a.count == b.count else {
      throw failure("the shapes\(place(path)) depend on the batch size")
    }
    return try zip(a, b).map { first, second in
      guard let size = Size(first, second, batches: batches) else {
        throw failure(
          "a size\(place(path)) is \(first) for \(batches.0) samples and \(second) for "
            + "\(batches.1): no straight line")
      }
      return size
    }
  }

  private func place(_ path: String) -> String { path.isEmpty ? "" : " of \(path)" }

  private func failure(_ message: String) -> Failure { Failure(.value, message) }
}
