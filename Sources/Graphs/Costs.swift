import Tensors

extension Graph {
  /// Multiply–accumulates of one operation for a batch: those of convolutions, dense layers, matrix
  /// products and attention; 0 for all others, which do about one a number.
  public func multiplications(_ operation: Operation, batch: Int) -> Int {
    let output = shapes[operation.output](batch).elementCount
    let inputs = operation.inputs.map { shapes[$0](batch) }
    switch operation.primitive {
    case .convolution:
      return output * inputs[1].dropLast().reduce(1, *)
    case .transposedConvolution:
      return inputs[0].elementCount * inputs[1].dropLast().reduce(1, *)
    case .linear:
      return output * inputs[1][0]
    case .matmul(let transposeA, _):
      return output * inputs[0][inputs[0].count - (transposeA ? 2 : 1)]
    case .attention(let packing, _, _):
      let queries = inputs[packing.query.source]
      let scores = queries[0] * packing.heads * queries[1] * inputs[packing.key.source][1]
      return scores * (packing.key.width + packing.value.width)
    default: return 0
    }
  }

  /// Multiply–accumulates of the whole graph for a batch.
  public func multiplications(batch: Int) -> Int {
    operations.reduce(0) { $0 + multiplications($1, batch: batch) }
  }

  /// Numbers that the operations of a batch give, those that only look at others' aside: about what
  /// training keeps for the gradient.
  public func activationCount(batch: Int) -> Int {
    operations.reduce(0) { sum, operation in
      if case .reshape = operation.primitive, operation.isBare { return sum }
      return sum + shapes[operation.output](batch).elementCount
    }
  }
}
