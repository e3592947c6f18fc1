import Tensors

extension Graph {
  /// A dense layer works on rows whatever axes they are counted by: reshapes in front of it and
  /// behind it that keep the last axis are left out, so that what follows can be made part of it.
  mutating func joinRows() {
    let makers = producers
    let uses = uses
    var replacements: [Value: Value] = [:]
    for index in operations.indices {
      operations[index].inputs = operations[index].inputs.map { replacements[$0] ?? $0 }
      guard case .linear = operations[index].primitive else { continue }
      let x = operations[index].inputs[0]
      if let maker = makers[x], case .reshape = operations[maker].primitive,
        let inner = operations[maker].inputs.first, shapes[inner].last == shapes[x].last
      {
        operations[index].inputs[0] = inner
      }
      let output = operations[index].output
      if uses[output] == 1,
        let next = operations[(index + 1)...].firstIndex(where: { $0.inputs.contains(output) }),
        case .reshape = operations[next].primitive,
        shapes[operations[next].output].last == shapes[output].last
      {
        // The reshape's shape is taken over; the reshape itself becomes an identity.
        shapes[output] = shapes[operations[next].output]
        replacements[operations[next].output] = output
      }
    }
    replace(replacements)
    operations.removeAll { replacements[$0.output] != nil }
    removeUnused()
  }
}
