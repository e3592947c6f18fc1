import Tensors

extension Graph {
  /// Computes what depends on constants alone, where the result is the same for every batch.
  mutating func foldConstants() throws {
    var kept: [Operation] = []
    for operation in operations {
      let operands = operation.operands.compactMap(tensor)
      guard operands.count == operation.operands.count, shapes[operation.output].isFixed else {
        kept.append(operation)
        continue
      }
      var result = try operation.primitive(
        Array(operands.prefix(operation.inputs.count)), shape: shapes[operation.output](0))
      if operation.residual != nil, let residual = operands.last {
        result = try result + residual
      }
      constants[operation.output] = Constant(try operation.activation(result))
    }
    operations = kept
  }
}
