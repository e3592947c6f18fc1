public import Tensors

extension Graph {
  /// Runs every operation by its definition, one after the other; nothing is planned.
  ///
  /// - Parameter arguments: One tensor an input, of its shape for some batch.
  /// - Returns: One tensor an output.
  public func callAsFunction(_ arguments: [Tensor]) throws -> [Tensor] {
    let batch = try batch(of: arguments)
    var values: [Value: Tensor] = [:]
    for (port, tensor) in zip(inputs, arguments) { values[port.value] = tensor.detached }
    func value(_ number: Value) throws -> Tensor {
      if let tensor = values[number] ?? tensor(number) { return tensor }
      throw ShapeError("a graph's value \(number) is used before it is made")
    }
    for operation in operations {
      var result = try operation.primitive(
        try operation.inputs.map(value), shape: shapes[operation.output](batch))
      if let residual = operation.residual { result = try result + value(residual) }
      values[operation.output] = try operation.activation(result)
    }
    return try outputs.map { try value($0.value) }
  }

  /// The batch size of arguments whose shapes must be the inputs'.
  func batch(of arguments: [Tensor]) throws -> Int {
    guard arguments.count == inputs.count else {
      throw ShapeError("a graph of \(inputs.count) inputs was given \(arguments.count)")
    }
    var batch: Int?
    for (port, tensor) in zip(inputs, arguments) {
      let shape = shapes[port.value]
      let found = zip(shape, tensor.shape).lazy.compactMap { size, given in
        size.perSample > 0 ? (given - size.fixed) / size.perSample : nil
      }.first
      let count = batch ?? found ?? 1
      guard shape.count == tensor.shape.count, shape(count) == tensor.shape else {
        throw ShapeError(
          "the input '\(port.name)' is \(shape.text), not \(shapeText(tensor.shape))")
      }
      batch = count
    }
    return batch ?? 1
  }
}
