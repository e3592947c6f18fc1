public import Tensors

/// A graph made ready for batches of one size: kernels chosen, weights packed, every value's place in
/// memory decided. Running it takes no memory but one block, the results and what the operations
/// without a kernel of their own give.
public final class Plan {
  enum Work {
    /// Into a place of the arena, or a tensor of its own for an output.
    case kernel(any Kernel, place: Int?, scratch: Int)
    case plain(Graph.Operation)
    /// The operand's numbers under another shape.
    case view
  }

  struct Step {
    let work: Work
    let operands: [Graph.Value]
    let output: Graph.Value
    let shape: [Int]
    /// Values that nothing reads after this step.
    var released: [Graph.Value] = []
  }

  public let batch: Int
  private let graph: Graph
  private let steps: [Step]
  private let arenaCount: Int
  private let constants: [Tensor?]
  /// Bytes that one run takes at the same time: the block, values beside it and the results.
  public let workingBytes: Int

  /// - Parameters:
  ///   - graph: Best an `optimised()` one.
  init(_ graph: Graph, batch: Int, weights: PackedWeights) {
    self.graph = graph
    self.batch = batch
    var layout = PlanLayout(graph, batch: batch, weights: weights)
    steps = layout.place()
    arenaCount = layout.arenaCount
    workingBytes = layout.workingBytes
    var constants = [Tensor?](repeating: nil, count: graph.shapes.count)
    for value in layout.constantsRead { constants[value] = graph.tensor(value) }
    self.constants = constants
  }

  /// Plans a graph on its own; several batch sizes of one network better share a `PlannedGraph`.
  public convenience init(_ graph: Graph, batch: Int) {
    self.init(graph, batch: batch, weights: PackedWeights(graph))
  }

  /// Names of the operations that run without a kernel of the plan, and so take memory of their own.
  public var plainOperations: [String] {
    steps.compactMap { step in
      guard case .plain(let operation) = step.work else { return nil }
      return operation.primitive.name
    }
  }

  /// One tensor an output, for one tensor an input.
  public func callAsFunction(_ arguments: [Tensor]) throws -> [Tensor] {
    guard try graph.batch(of: arguments) == batch else {
      throw ShapeError("a plan for \(batch) samples was given other batches")
    }
    let arena = Arena(count: arenaCount)
    var values = constants
    for (port, tensor) in zip(graph.inputs, arguments) { values[port.value] = tensor.detached }
    for step in steps {
      let operands = step.operands.compactMap { values[$0] }
      precondition(operands.count == step.operands.count, "a value was released too early")
      values[step.output] = try result(of: step, operands, arena)
      for value in step.released { values[value] = nil }
    }
    return graph.outputs.compactMap { values[$0.value] }
  }

  private func result(of step: Step, _ operands: [Tensor], _ arena: Arena) throws -> Tensor {
    switch step.work {
    case .kernel(let kernel, let place, let scratch):
      var output =
        place.map { arena.tensor(at: $0, step.shape) } ?? Tensor(uninitialized: step.shape)
      kernel.run(
        operands, into: &output, scratch: arena.tensor(at: scratch, [kernel.scratchCount]))
      return output
    case .view:
      return try operands[0].reshaped(step.shape)
    case .plain(let operation):
      let inputs = Array(operands.prefix(operation.inputs.count))
      var output = try operation.primitive(inputs, shape: step.shape)
      if operation.residual != nil, let residual = operands.last { output = try output + residual }
      output = try operation.activation(output)
      // An operation that had nothing to do gave its operand, whose place may be taken soon.
      if operands.contains(where: { $0.sharesStorage(with: output) }) { output.mutate { _ in } }
      return output
    }
  }
}
