import Checkpoints

/// What an operator does: results in the order of the node's outputs.
typealias OnnxOperator = @Sendable (OnnxCall) throws -> [OnnxValue]

/// Every operator that is supported, by its name. A new one is a line in its family's table.
let onnxOperators: [String: OnnxOperator] = {
  let families = [
    convolutionOperators, pointwiseOperators, arithmeticOperators, comparisonOperators,
    poolOperators, normOperators, productOperators, reductionOperators, shapeOperators,
    partOperators, constantOperators, imageOperators,
  ]
  var all: [String: OnnxOperator] = [:]
  for family in families { all.merge(family) { first, _ in first } }
  return all
}()

extension OnnxFile {
  /// Throws where the graph needs an operator that is not there, naming all of them.
  func checkOperators() throws {
    let missing = nodes.filter { !$0.domain.isEmpty || onnxOperators[$0.kind] == nil }
    guard let first = missing.first else { return }
    var kinds: [String] = []
    for node in missing {
      let kind = node.domain.isEmpty ? node.kind : node.domain + "." + node.kind
      if !kinds.contains(kind) { kinds.append(kind) }
    }
    let list = kinds.prefix(8).map(shown).joined(separator: ", ")
    let word = kinds.count == 1 ? "operator" : "operators"
    throw CheckpointError(
      name,
      "needs the \(word) \(list) of opset \(opset), which \(kinds.count == 1 ? "is" : "are") "
        + "not supported (first at \(first.title))")
  }
}
