import Tensors

extension Graph {
  /// Sums with another value and activations become part of the convolution, product or scale in
  /// front of them, which applies them while its result is still in the processor.
  mutating func fuseEpilogues() {
    let uses = uses
    var makers = producers
    for index in operations.indices {
      if let (maker, residual) = sum(operations[index], index, uses, makers) {
        move(maker, to: index, &makers) { $0.residual = residual }
      } else if let (maker, activation) = activation(operations[index], uses, makers) {
        move(maker, to: index, &makers) { $0.activation = activation }
      }
    }
    operations.removeAll { $0.output < 0 }
  }

  /// The operation takes the place of a later one that has become part of it.
  private mutating func move(
    _ maker: Int, to index: Int, _ makers: inout [Value: Int], _ change: (inout Operation) -> Void
  ) {
    var fused = operations[maker]
    makers[fused.output] = nil
    fused.output = operations[index].output
    change(&fused)
    operations[index] = fused
    operations[maker].output = -1
    operations[maker].inputs = []
    operations[maker].residual = nil
    makers[fused.output] = index
  }

  /// The product whose result is one of two summands, and the other summand.
  private func sum(
    _ operation: Operation, _ index: Int, _ uses: [Int], _ makers: [Value: Int]
  ) -> (maker: Int, residual: Value)? {
    guard case .binary(.add) = operation.primitive, operation.isBare,
      shapes[operation.inputs[0]] == shapes[operation.output],
      shapes[operation.inputs[1]] == shapes[operation.output]
    else { return nil }
    let (a, b) = (operation.inputs[0], operation.inputs[1])
    let candidates = [(a, b), (b, a)].compactMap { own, other -> (maker: Int, residual: Value)? in
      guard own != other, uses[own] == 1, let maker = makers[own], operations[maker].isBare,
        operations[maker].primitive.takesResidual
      else { return nil }
      return (maker, other)
    }
    // The one made last: then nothing waits in memory for it.
    return candidates.max { $0.maker < $1.maker }
  }

  private func activation(
    _ operation: Operation, _ uses: [Int], _ makers: [Value: Int]
  ) -> (maker: Int, activation: Activation)? {
    guard case .unary(let function, let a, _) = operation.primitive, operation.isBare,
      let activation = Activation(function, a), uses[operation.inputs[0]] == 1,
      let maker = makers[operation.inputs[0]], operations[maker].activation == .none,
      operations[maker].primitive.takes(activation)
    else { return nil }
    return (maker, activation)
  }
}

extension Primitive {
  /// Whether a sum can be made part of it.
  var takesResidual: Bool {
    switch self {
    case .convolution, .linear, .scaleShift: true
    case .matmul(let transposeA, _): !transposeA
    default: false
    }
  }

  /// Whether an activation can be made part of it.
  func takes(_ activation: Activation) -> Bool {
    switch self {
    case .convolution, .linear: activation.inProducts != nil
    case .matmul(let transposeA, _): !transposeA && activation.inProducts != nil
    case .scaleShift: activation.inNorms != nil
    default: false
    }
  }
}

extension Activation {
  /// The activation that is this function; nil for functions that are none.
  init?(_ function: UnaryFunction, _ a: Float) {
    switch function {
    case .relu: self = .relu
    case .relu6: self = .relu6
    case .leakyRelu: self = .leakyRelu(slope: a)
    case .gelu: self = .gelu
    case .silu: self = .silu
    case .hardSwish: self = .hardSwish
    case .hardSigmoid: self = .hardSigmoid
    case .sigmoid: self = .sigmoid
    case .tanh: self = .tanh
    case .softplus: self = .softplus
    case .mish: self = .mish
    default: return nil
    }
  }
}
