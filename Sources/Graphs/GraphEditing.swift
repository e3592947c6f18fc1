import Tensors

extension Graph {
  /// How often each value is read; outputs count as reading.
  var uses: [Int] {
    var result = [Int](repeating: 0, count: shapes.count)
    for operation in operations {
      for value in operation.operands { result[value] += 1 }
    }
    for output in outputs { result[output.value] += 1 }
    return result
  }

  /// The operation that makes each value, by its place.
  var producers: [Value: Int] {
    var result: [Value: Int] = [:]
    for (index, operation) in operations.enumerated() { result[operation.output] = index }
    return result
  }

  /// Reads other values in place of some, everywhere; chains of replacements are followed.
  mutating func replace(_ replacements: [Value: Value]) {
    guard !replacements.isEmpty else { return }
    func final(_ value: Value) -> Value {
      var value = value
      while let next = replacements[value] { value = next }
      return value
    }
    for index in operations.indices {
      operations[index].inputs = operations[index].inputs.map(final)
      operations[index].residual = operations[index].residual.map(final)
    }
    for index in outputs.indices { outputs[index].value = final(outputs[index].value) }
    modules = modules.mapValues(final)
  }

  /// Leaves out what no output depends on.
  mutating func removeUnused() {
    var needed = Set(outputs.map(\.value))
    var kept: [Operation] = []
    for operation in operations.reversed() where needed.contains(operation.output) {
      needed.formUnion(operation.operands)
      kept.append(operation)
    }
    operations = kept.reversed()
    constants = constants.filter { needed.contains($0.key) }
    modules = modules.filter { needed.contains($0.value) }
  }

  /// The same computation for less work: constants computed, norms folded into what is in front of
  /// them, sums and activations made part of what they follow.
  ///
  /// Outputs stay what they are; to keep an inner value, make it an output first.
  public func optimised() throws -> Graph {
    var graph = self
    graph.removeUnused()
    try graph.foldConstants()
    graph.dropIdentities()
    graph.joinRows()
    try graph.foldNorms()
    graph.fuseEpilogues()
    graph.removeUnused()
    return graph
  }

  /// The same computation without what only training needs: constants computed, and batch norms
  /// folded into the layers around them. Every operation is still one of the network's own.
  public func normsFolded() throws -> Graph {
    var graph = self
    graph.removeUnused()
    try graph.foldConstants()
    graph.dropIdentities()
    try graph.foldNorms()
    return graph
  }

  private mutating func foldNorms() throws {
    try normsToScales()
    try foldScales()
    try foldScalesForward()
  }
}
