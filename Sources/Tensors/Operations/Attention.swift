/// Scaled dot-product attention of many heads (Vaswani et al. 2017,
/// https://arxiv.org/abs/1706.03762): softmax(scale·Q·Kᵀ + bias)·V for each image and head.
///
/// Queries, keys and values are read where they lie in the projections they come from.
///
/// - Parameters:
///   - sources: One to three tensors [N, T, width].
///   - packing: Where each head's numbers lie in them.
///   - scale: Of the scores; 1/√d in most networks.
///   - bias: Added to the scaled scores: [heads, Tq, Tk] for all images, or [W, heads, Tq, Tk] with
///     N a multiple of W, image n taking entry n mod W (Swin's windows).
/// - Returns: [N, Tq, heads·dv], heads side by side.
public func attention(
  _ sources: [Tensor], _ packing: AttentionPacking, scale: Float, bias: Tensor? = nil
) throws -> Tensor {
  let sizes = try AttentionSizes(sources, packing, bias: bias)
  let kernels = AttentionKernels(sources, packing, sizes, scale: scale, bias: bias)
  guard sizes.keys > 0, kernels.isDisjoint(sources: sources.count) else {
    return try attentionBySteps(sources, packing, sizes, scale: scale, bias: bias)
  }
  let (output, logSums) = kernels.forward(sources, bias: bias)
  let (count, hasBias) = (sources.count, bias != nil)
  let inputs = sources + (bias.map { [$0] } ?? [])
  return record(
    "attention", inputs, output, savesOutput: true,
    as: .attention(packing, scale: scale, hasBias: hasBias)
  ) { p in
    if p.isDifferentiable {
      return try attentionGradient(p) { inputs in
        try attentionBySteps(
          Array(inputs.prefix(count)), packing, sizes, scale: scale,
          bias: hasBias ? inputs.last : nil)
      }
    }
    return kernels.backward(
      Array(p.inputs.prefix(count)), bias: hasBias ? p.inputs.last : nil, output: p.output,
      logSums: logSums, gradient: p.gradient, needs: p.needs)
  }
}

/// The gradient by plain operations, itself on the tape.
private func attentionGradient(
  _ p: Pullback, _ steps: ([Tensor]) throws -> Tensor
) throws -> [Tensor?] {
  // Each input under a name of its own: the same tensor may be given twice.
  let inputs = p.inputs.map { input in
    record("alias", [input], input.detached) { [$0.gradient] }
  }
  let wanted = inputs.indices.filter { p.needs[$0] }
  let found = try gradients(
    of: try steps(inputs), withRespectTo: wanted.map { inputs[$0] }, seed: p.gradient,
    tape: .differentiate)
  var results: [Tensor?] = inputs.map { _ in nil }
  for (place, gradient) in zip(wanted, found) { results[place] = gradient }
  return results
}

/// Attention of one projection [N, T, 3·heads·d] that holds q, k and v in this order, as in ViT.
///
/// - Returns: [N, T, heads·d].
public func attention(
  qkv: Tensor, heads: Int, scale: Float, bias: Tensor? = nil
) throws -> Tensor {
  guard let all = qkv.shape.last, heads > 0, all % (3 * heads) == 0 else {
    throw ShapeError(
      "attention: a projection \(shapeText(qkv.shape)) does not hold q, k and v of \(heads) heads")
  }
  return try attention(
    [qkv], .joint(heads: heads, width: all / (3 * heads)), scale: scale, bias: bias)
}

/// Attention of queries [N, Tq, heads·d] over keys [N, Tk, heads·d] and values [N, Tk, heads·dv].
///
/// - Returns: [N, Tq, heads·dv].
public func attention(
  query: Tensor, key: Tensor, value: Tensor, heads: Int, scale: Float, bias: Tensor? = nil
) throws -> Tensor {
  guard let keyWidth = key.shape.last, let valueWidth = value.shape.last, heads > 0,
    keyWidth % heads == 0, valueWidth % heads == 0
  else {
    throw ShapeError(
      "attention: keys \(shapeText(key.shape)) and values \(shapeText(value.shape)) cannot be cut "
        + "into \(heads) heads")
  }
  return try attention(
    [query, key, value],
    .separate(heads: heads, keyWidth: keyWidth / heads, valueWidth: valueWidth / heads),
    scale: scale, bias: bias)
}

/// The same by plain operations, which have derivatives of any order.
func attentionBySteps(
  _ sources: [Tensor], _ packing: AttentionPacking, _ sizes: AttentionSizes, scale: Float,
  bias: Tensor?
) throws -> Tensor {
  let (batch, heads) = (sizes.images * sizes.heads, sizes.heads)
  func rows(_ part: AttentionHeads) throws -> Tensor {
    let source = sources[part.source]
    return try source.taken(part, heads: heads)
      .reshaped([batch, source.shape[1], part.width])
  }
  var scores = try matmul(rows(packing.query), rows(packing.key), transposeB: true) * scale
  if let bias {
    let shape = bias.rank == 4 ? [sizes.images / bias.shape[0]] + bias.shape : sizes.scoreShape
    scores = try (scores.reshaped(shape) + bias).reshaped(scores.shape)
  }
  let mixed = try matmul(scores.softmax(), rows(packing.value))
  return try mixed.reshaped([sizes.images, heads, sizes.queries, sizes.valueWidth])
    .transposed([0, 2, 1, 3]).reshaped(sizes.outputShape)
}

extension Tensor {
  /// All heads of a packed projection: [N, T, width] → [N, heads, T, d].
  fileprivate func taken(_ part: AttentionHeads, heads: Int) -> Tensor {
    let full = shape
    let result = copied(
      sizes: [full[0], heads, full[1], part.width],
      strides: [full[1] * full[2], part.stride, full[2], 1], from: part.offset)
    return record("takeHeads", [self], result) { [$0.gradient.placed(part, into: full)] }
  }

  /// The adjoint of `taken`: heads put where they lie, zeros elsewhere.
  fileprivate func placed(_ part: AttentionHeads, into full: [Int]) -> Tensor {
    let walk = StridedWalk(
      sizes: shape, from: rowStrides(shape),
      to: [full[1] * full[2], part.stride, full[2], 1])
    var result = Tensor(zeros: full)
    read { source in result.mutate { walk.copy(source, $0 + part.offset) } }
    let heads = shape[1]
    return record("placeHeads", [self], result) { [$0.gradient.taken(part, heads: heads)] }
  }
}
