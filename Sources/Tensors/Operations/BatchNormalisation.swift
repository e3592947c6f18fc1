import CKernels

/// A batch norm's result in training, and the batch's statistics for the running ones.
public struct BatchNormResult {
  public var output: Tensor
  /// μ by channel, a constant.
  public var mean: Tensor
  /// The biased variance σ² by channel, a constant.
  public var variance: Tensor
}

/// y = act((x − μ)/√(σ² + ε)·γ + β + residual) with the batch's mean and biased variance over all
/// axes but the last (Ioffe and Szegedy 2015, https://arxiv.org/abs/1502.03167).
///
/// - Parameters:
///   - x: [..., C].
///   - weight: γ [C].
///   - bias: β [C].
///   - residual: Of x's shape, added before the activation.
public func batchNormTrained(
  _ x: Tensor, weight: Tensor, bias: Tensor, epsilon: Float, residual: Tensor? = nil,
  activation: Activation = .none
) throws -> BatchNormResult {
  let layout = try batchLayout(x, weight, bias, residual)
  let (mean, variance) = layout.moments(x)
  let inverse = variance.mapped(AK_UNARY_AFFINE, 1, epsilon).mapped(AK_UNARY_RECIPROCAL_ROOT)
  let scale = try combined(AK_MULTIPLY, inverse, weight, "batchNorm")
  // With a residual, the result must tell what an activation let through.
  let isFused = activation.inNorm != nil && (residual == nil || activation.isCut)
  let fused = isFused ? activation : .none
  let plain = layout.apply(
    x, mean: mean, scale: scale, shift: bias, residual: residual,
    activation: fused.inNorm ?? AK_NORM_NONE)
  let inputs = [x, weight, bias] + (residual.map { [$0] } ?? [])
  let savesOutput = residual != nil && fused != .none
  let output = record("batchNorm", inputs, plain, savesOutput: savesOutput) { p in
    if p.isDifferentiable { return try batchNormGradients(p, epsilon, fused) }
    let norm = NormGradient(
      x: p.inputs[0], dy: p.gradient, mean: mean, activation: fused.inNorm ?? AK_NORM_NONE,
      y: savesOutput ? p.output : nil, scale: scale, shift: p.inputs[2])
    return try batchNormGradients(p, layout, norm, inverse)
  }
  let final = isFused ? output : try activation(output)
  return BatchNormResult(output: final, mean: mean, variance: variance)
}

private func batchLayout(
  _ x: Tensor, _ weight: Tensor, _ bias: Tensor, _ residual: Tensor?
) throws -> NormLayout {
  guard let channels = x.shape.last, x.rank >= 2, weight.shape == [channels],
    bias.shape == [channels]
  else {
    throw ShapeError(
      "batchNorm: weight \(shapeText(weight.shape)) and bias \(shapeText(bias.shape)) do not fit "
        + "a tensor \(shapeText(x.shape))")
  }
  if let residual, residual.shape != x.shape {
    throw ShapeError.different("batchNorm with residual", x.shape, residual.shape)
  }
  return NormLayout(outer: 1, rows: x.count / Swift.max(1, channels), columns: channels)
}

/// The gradient in differentiable operations.
///
/// g = dy·act′; dβ = Σ g; dγ = Σ g·x̂; dx = γ/σ·(g − mean(g) − x̂·mean(g·x̂)).
private func batchNormGradients(
  _ p: Pullback, _ epsilon: Float, _ activation: Activation
) throws -> [Tensor?] {
  let (x, weight, bias) = (p.inputs[0], p.inputs[1], p.inputs[2])
  let axes = Array(0..<(x.rank - 1))
  let centred = try x - x.mean(axes: axes)
  let inverse = try (centred.square().mean(axes: axes) + epsilon).reciprocalSquareRoot()
  let hat = try centred * inverse
  var g = p.gradient
  if activation != .none {
    var v = try hat * weight + bias
    if p.inputs.count > 3 { v = try v + p.inputs[3] }
    g = try gradients(
      of: try activation(v), withRespectTo: [v], seed: p.gradient, tape: .differentiate)[0]
  }
  let product = try g * hat
  let dx =
    p.needs[0]
    ? try (g - g.mean(axes: axes) - hat * product.mean(axes: axes)) * (weight * inverse) : nil
  let result = [
    dx, p.needs[1] ? try product.sum(axes: axes) : nil, p.needs[2] ? try g.sum(axes: axes) : nil,
  ]
  return p.inputs.count > 3 ? result + [p.needs[3] ? g : nil] : result
}

/// The gradient in two passes over memory, off the tape.
private func batchNormGradients(
  _ p: Pullback, _ layout: NormLayout, _ norm: NormGradient, _ inverse: Tensor
) throws -> [Tensor?] {
  let weight = p.inputs[1]
  let sums = layout.gradientSums(norm)
  let channels = layout.columns
  let samples = Double(layout.rows)
  let (inverses, weights) = (inverse.values, weight.values)
  var (a, b, d): ([Float], [Float], [Float]) = ([], [], [])
  var (toWeight, toBias): ([Float], [Float]) = ([], [])
  for c in 0..<channels {
    let (scale, total) = (Double(inverses[c]) * Double(weights[c]), sums[c])
    // Σ g·x̂
    let product = sums[channels + c] * Double(inverses[c])
    a.append(Float(scale))
    b.append(Float(scale * total / samples))
    d.append(Float(scale * product / samples * Double(inverses[c])))
    toWeight.append(Float(product))
    toBias.append(Float(total))
  }
  var result: [Tensor?] = [
    nil, p.needs[1] ? try Tensor(toWeight, [channels]) : nil,
    p.needs[2] ? try Tensor(toBias, [channels]) : nil,
  ]
  let wantsResidual = p.inputs.count > 3 && p.needs[3]
  if p.needs[0] || wantsResidual {
    let (dx, dresidual) = layout.gradient(
      norm, a: try Tensor(a, [channels]), b: try Tensor(b, [channels]),
      d: try Tensor(d, [channels]), wantsResidual: wantsResidual)
    result[0] = p.needs[0] ? dx : nil
    if p.inputs.count > 3 { result.append(dresidual) }
  } else if p.inputs.count > 3 {
    result.append(nil)
  }
  return result
}

/// y = act((x − μ)/√(σ² + ε)·γ + β + residual) with given statistics: batch norm in evaluation.
public func batchNormEvaluated(
  _ x: Tensor, weight: Tensor, bias: Tensor, mean: Tensor, variance: Tensor, epsilon: Float,
  residual: Tensor? = nil, activation: Activation = .none
) throws -> Tensor {
  let layout = try batchLayout(x, weight, bias, residual)
  guard mean.shape == weight.shape, variance.shape == weight.shape else {
    throw ShapeError(
      "batchNorm: statistics \(shapeText(mean.shape)) and \(shapeText(variance.shape)) do not fit "
        + "a weight \(shapeText(weight.shape))")
  }
  let inverse = variance.mapped(AK_UNARY_AFFINE, 1, epsilon).mapped(AK_UNARY_RECIPROCAL_ROOT)
  let scale = try combined(AK_MULTIPLY, inverse, weight, "batchNorm")
  let fused = activation.isCut ? activation.inNorm ?? AK_NORM_NONE : AK_NORM_NONE
  let plain = layout.apply(
    x, mean: mean, scale: scale, shift: bias, residual: residual, activation: fused)
  let inputs = [x, weight, bias] + (residual.map { [$0] } ?? [])
  let centre = mean.detached
  let output = record(
    "batchNorm", inputs, plain, savesOutput: true,
    as: .batchNorm(
      epsilon: epsilon, activation.isCut ? activation : .none,
      hasResidual: residual != nil),
    operands: [x, weight, bias, mean, variance] + (residual.map { [$0] } ?? [])
  ) { p in
    let axes = Array(0..<(p.inputs[0].rank - 1))
    let g = try throughActivation(p.gradient, p.output.detached, fused)
    let result = [
      p.needs[0] ? try g * (p.inputs[1] * inverse) : nil,
      p.needs[1] ? try (g * ((p.inputs[0] - centre) * inverse)).sum(axes: axes) : nil,
      p.needs[2] ? try g.sum(axes: axes) : nil,
    ]
    return p.inputs.count > 3 ? result + [p.needs[3] ? g : nil] : result
  }
  return activation.isCut ? output : try activation(output)
}

extension Tensor {
  /// Moves every number by a share of its distance to a target: x += share·(scale·target − x).
  /// Both must be of one shape.
  public mutating func move(towards target: Tensor, by share: Float, scale: Float = 1) {
    precondition(shape == target.shape, "\(shape) cannot move towards \(target.shape)")
    let goal = scale == 1 ? target : target.mapped(AK_UNARY_AFFINE, scale, 0)
    let count = self.count
    goal.read { x in
      mutate { y in
        parallelFor(count, chunk: elementChunk) { ak_lerp(share, x, y, $0, $1) }
      }
    }
  }
}
