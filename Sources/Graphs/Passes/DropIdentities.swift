import Tensors

extension Graph {
  /// Leaves out operations that change nothing, and joins reshapes of reshapes and transposes of
  /// transposes.
  mutating func dropIdentities() {
    var makers = producers
    var replacements: [Value: Value] = [:]
    func source(_ value: Value) -> Value { replacements[value] ?? value }
    for index in operations.indices {
      operations[index].inputs = operations[index].inputs.map(source)
      operations[index].residual = operations[index].residual.map(source)
      joinWithProducer(index, makers)
      let operation = operations[index]
      if isIdentity(operation) {
        replacements[operation.output] = operation.inputs[0]
        makers[operation.output] = nil
      }
    }
    replace(replacements)
    removeUnused()
  }

  /// reshape(reshape(x)) = reshape(x); transpose(transpose(x)) = transpose(x).
  private mutating func joinWithProducer(_ index: Int, _ makers: [Value: Int]) {
    guard let first = operations[index].inputs.first, let maker = makers[first],
      operations[maker].isBare
    else { return }
    switch (operations[maker].primitive, operations[index].primitive) {
    case (.reshape, .reshape):
      operations[index].inputs = operations[maker].inputs
    case (.transpose(let inner), .transpose(let outer)):
      operations[index].primitive = .transpose(outer.map { inner[$0] })
      operations[index].inputs = operations[maker].inputs
    default: break
    }
  }

  private func isIdentity(_ operation: Operation) -> Bool {
    guard operation.isBare, let x = operation.inputs.first,
      shapes[x] == shapes[operation.output]
    else { return false }
    switch operation.primitive {
    case .reshape, .expand, .slice: return true
    case .transpose(let axes): return axes == Array(axes.indices)
    case .pad(_, let before, let after, _): return before == 0 && after == 0
    case .unary(.affine, let scale, let offset): return scale == 1 && offset == 0
    case .concatenate: return operation.inputs.count == 1
    default: return false
    }
  }
}

extension Graph.Operation {
  /// Whether nothing has been made part of it.
  var isBare: Bool { residual == nil && activation == .none }
}
