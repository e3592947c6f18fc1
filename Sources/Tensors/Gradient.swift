/// What becomes of the tape when a gradient has been taken.
public enum TapeUse: Sendable {
  /// Freed step by step, as early as possible: the normal case.
  case release
  /// Kept, so that another gradient of the same result can be taken.
  case keep
  /// Kept, and the gradients are themselves on the tape: for second derivatives.
  case differentiate
}

/// Gradients of a result with respect to variables: reverse-mode differentiation.
///
/// - Parameters:
///   - output: A tensor on the tape; one number unless `seed` is given.
///   - variables: Tensors made by `variable()` or `Parameter.tracked`, or results on the way.
///   - seed: dL/d(output), of the output's shape; one where the output is one number.
/// - Returns: One tensor a variable, of its shape; zeros where the output does not depend on it.
public func gradients(
  of output: Tensor, withRespectTo variables: [Tensor], seed: Tensor? = nil,
  tape: TapeUse = .release
) throws -> [Tensor] {
  guard let root = output.node else { return variables.map { Tensor(zeros: $0.shape) } }
  if seed == nil, output.count != 1 {
    throw ShapeError("a gradient needs one number, not a tensor of \(shapeText(output.shape))")
  }
  if let seed, seed.shape != output.shape {
    throw ShapeError(
      "the seed \(shapeText(seed.shape)) has not the output's shape \(shapeText(output.shape))")
  }
  let targets = Set(variables.compactMap { $0.node.map(ObjectIdentifier.init) })
  let nodes = reachable(from: root).sorted { $0.order < $1.order }
  let useful = leading(to: targets, nodes)
  var found: [ObjectIdentifier: Tensor] = [
    ObjectIdentifier(root): seed ?? Tensor(repeating: 1, output.shape)
  ]
  for node in nodes.reversed() where useful.contains(ObjectIdentifier(node)) {
    try propagate(node, useful, targets, &found, tape)
  }
  return variables.map { variable in
    variable.node.flatMap { found[ObjectIdentifier($0)] } ?? Tensor(zeros: variable.shape)
  }
}

/// Every node the root depends on. A loop with its own stack: networks are deep, thread stacks not.
private func reachable(from root: Node) -> [Node] {
  var seen: Set<ObjectIdentifier> = [ObjectIdentifier(root)]
  var waiting = [root]
  var result: [Node] = []
  while let node = waiting.popLast() {
    result.append(node)
    for input in node.inputs {
      guard let next = input.node else { continue }
      if seen.insert(ObjectIdentifier(next)).inserted { waiting.append(next) }
    }
  }
  return result
}

/// The nodes through which a gradient reaches a target.
private func leading(
  to targets: Set<ObjectIdentifier>, _ nodes: [Node]
) -> Set<ObjectIdentifier> {
  var useful: Set<ObjectIdentifier> = []
  for node in nodes {
    let id = ObjectIdentifier(node)
    let leads = node.inputs.contains { input in
      input.node.map { useful.contains(ObjectIdentifier($0)) } ?? false
    }
    if leads || targets.contains(id) { useful.insert(id) }
  }
  return useful
}

/// Hands one node's gradient on to its inputs.
private func propagate(
  _ node: Node, _ useful: Set<ObjectIdentifier>, _ targets: Set<ObjectIdentifier>,
  _ found: inout [ObjectIdentifier: Tensor], _ tape: TapeUse
) throws {
  let id = ObjectIdentifier(node)
  guard let gradient = found[id], !node.inputs.isEmpty || node.isReleased else { return }
  guard let pullback = node.pullback else {
    throw ShapeError("the tape of '\(node.operation)' was freed by an earlier gradient")
  }
  if !targets.contains(id) { found[id] = nil }
  let inputs = node.inputs
  let needs = inputs.map { input in
    input.node.map { useful.contains(ObjectIdentifier($0)) } ?? false
  }
  guard needs.contains(true) else { return }
  let given = node.pullback(
    of: gradient, needs: needs, isDifferentiable: tape == .differentiate)
  let results = try pullback(given)
  for (index, input) in inputs.enumerated() where needs[index] {
    guard let part = results[index], let key = input.node.map(ObjectIdentifier.init) else {
      continue
    }
    assert(part.shape == input.shape, "\(node.operation): gradient \(part.shape) of \(input.shape)")
    if var sum = found.removeValue(forKey: key) {
      try sum.accumulate(part, inPlace: tape != .differentiate)
      found[key] = sum
    } else {
      found[key] = part
    }
  }
  if tape == .release { node.release() }
}
