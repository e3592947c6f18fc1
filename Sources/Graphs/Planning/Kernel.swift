import Tensors

/// One step's computation for one batch size, with everything decided beforehand.
protocol Kernel {
  /// Whether the result may take the place of the first operand.
  var worksInPlace: Bool { get }
  /// Numbers of scratch memory, shared by all threads.
  var scratchCount: Int { get }
  /// Writes every number of the output.
  ///
  /// - Parameter operands: The operation's that are no weights, in its order; the residual last.
  func run(_ operands: [Tensor], into output: inout Tensor, scratch: Tensor)
}

extension Kernel {
  var worksInPlace: Bool { false }
  var scratchCount: Int { 0 }
}

/// A kernel, and which of the graph's values it reads.
struct BoundKernel {
  let kernel: any Kernel
  let operands: [Graph.Value]
}

/// Makes the kernels of a graph for one batch size.
struct KernelMaker {
  let graph: Graph
  let batch: Int
  let weights: PackedWeights

  func shape(_ value: Graph.Value) -> [Int] { graph.shapes[value](batch) }

  /// The kernel of an operation; nil where the plain operation has to do.
  func kernel(_ operation: Graph.Operation) -> BoundKernel? {
    switch operation.primitive {
    case .convolution(let window): convolution(operation, window)
    case .linear: linear(operation)
    case .matmul(let transposeA, let transposeB):
      matmul(operation, transposeA: transposeA, transposeB: transposeB)
    case .scaleShift: scaleShift(operation)
    default: operation.isBare ? bareKernel(operation) : nil
    }
  }

  private func bareKernel(_ operation: Graph.Operation) -> BoundKernel? {
    let x = operation.inputs[0]
    switch operation.primitive {
    case .unary(let function, let a, let b):
      return BoundKernel(kernel: UnaryKernel(function: function, a: a, b: b), operands: [x])
    case .binary(let function):
      let shapes = operation.inputs.map(shape)
      guard let kernel = BinaryKernel(function, shapes[0], shapes[1]) else { return nil }
      return BoundKernel(kernel: kernel, operands: operation.inputs)
    case .softmax:
      return BoundKernel(kernel: SoftmaxKernel(shape: shape(x)), operands: [x])
    case .layerNorm(let epsilon, let hasWeight, let hasBias):
      let vectors = operation.inputs.dropFirst().compactMap(graph.tensor)
      guard vectors.count == operation.inputs.count - 1 else { return nil }
      return BoundKernel(
        kernel: LayerNormKernel(
          shape: shape(x), weight: hasWeight ? vectors.first : nil,
          bias: hasBias ? vectors.last : nil, epsilon: epsilon),
        operands: [x])
    default: return nil
    }
  }

  private func convolution(
    _ operation: Graph.Operation, _ window: ConvolutionWindow
  ) -> BoundKernel? {
    guard graph.constants[operation.inputs[1]] != nil, let finish = finish(operation) else {
      return nil
    }
    let kernel = ConvolutionKernel(
      input: shape(operation.inputs[0]), output: shape(operation.output), window,
      operation.inputs[1], shape: shape(operation.inputs[1]), finish, weights)
    return BoundKernel(kernel: kernel, operands: streams(operation))
  }

  private func linear(_ operation: Graph.Operation) -> BoundKernel? {
    guard graph.constants[operation.inputs[1]]?.tensor.rank == 2, let finish = finish(operation)
    else { return nil }
    let kernel = MatrixKernel(
      rows: shape(operation.inputs[0]).dropLast().reduce(1, *), operation.inputs[1],
      shape: shape(operation.inputs[1]), finish, weights)
    return BoundKernel(kernel: kernel, operands: streams(operation))
  }

  private func matmul(
    _ operation: Graph.Operation, transposeA: Bool, transposeB: Bool
  ) -> BoundKernel? {
    if !transposeA, !transposeB, graph.constants[operation.inputs[1]]?.tensor.rank == 2 {
      return linear(operation)
    }
    guard let activation = operation.activation.inProducts,
      !transposeA || operation.isBare,
      let kernel = MatrixKernel(
        a: shape(operation.inputs[0]), transposeA: transposeA, b: shape(operation.inputs[1]),
        transposeB: transposeB,
        Finish(bias: nil, hasResidual: operation.residual != nil, activation: activation))
    else { return nil }
    return BoundKernel(kernel: kernel, operands: operation.operands)
  }

  private func scaleShift(_ operation: Graph.Operation) -> BoundKernel? {
    guard let scale = graph.tensor(operation.inputs[1]),
      let shift = graph.tensor(operation.inputs[2]),
      let activation = operation.activation.inNorms
    else { return nil }
    return BoundKernel(
      kernel: ScaleShiftKernel(
        scale: scale, shift: shift, hasResidual: operation.residual != nil,
        activation: activation),
      operands: streams(operation))
  }

  /// The first input and the residual: what is not fixed beforehand.
  private func streams(_ operation: Graph.Operation) -> [Graph.Value] {
    [operation.inputs[0]] + (operation.residual.map { [$0] } ?? [])
  }

  /// Bias, sum and activation as the kernels take them; nil where they do not.
  private func finish(_ operation: Graph.Operation) -> Finish? {
    guard let activation = operation.activation.inProducts else { return nil }
    var bias: Tensor?
    if operation.inputs.count > 2 {
      guard let tensor = graph.tensor(operation.inputs[2]) else { return nil }
      bias = tensor
    }
    return Finish(
      bias: bias, hasResidual: operation.residual != nil, activation: activation)
  }
}
