import CKernels

/// y = (x − μ)/√(σ² + ε)·γ + β with mean and biased variance over the pixels and the channels of a
/// group, for each image (Wu and He 2018, https://arxiv.org/abs/1803.08494). As many groups as
/// channels make it an instance norm.
///
/// - Parameters:
///   - x: [N, ..., C].
///   - weight: γ [C], ones where there is none.
///   - bias: β [C], zeros where there is none.
public func groupNorm(
  _ x: Tensor, groups: Int, weight: Tensor? = nil, bias: Tensor? = nil, epsilon: Float = 1e-5
) throws -> Tensor {
  guard x.rank >= 2, let channels = x.shape.last, groups > 0, channels % groups == 0,
    channels > 0
  else {
    throw ShapeError(
      "groupNorm: \(groups) groups do not divide the channels of a tensor \(shapeText(x.shape))")
  }
  for other in [weight, bias].compactMap({ $0 }) where other.shape != [channels] {
    throw ShapeError.different("groupNorm", x.shape, other.shape)
  }
  let samples = x.shape[0]
  let pixels = samples == 0 ? 0 : x.count / samples / channels
  let grouped = try x.reshaped([samples, pixels, groups, channels / groups])
  var y = try standardised(grouped, epsilon).reshaped(x.shape)
  if let weight { y = try y * weight }
  if let bias { y = try y + bias }
  return y
}

/// (x − μ)/√(σ² + ε) of [N, P, G, C/G] over axes 1 and 3.
func standardised(_ x: Tensor, _ epsilon: Float) throws -> Tensor {
  let (samples, pixels, groups, width) = (x.shape[0], x.shape[1], x.shape[2], x.shape[3])
  let layout = NormLayout(outer: samples, rows: pixels, columns: groups * width)
  let byChannel = layout.moments(x.detached)
  // A group's variance: the mean of its channels' variances and of their means' squared distances
  // from the group's mean.
  let middles = byChannel.mean.viewed(as: [samples * groups, width])
  let spreads = byChannel.variance.viewed(as: [samples * groups, width])
  let mean = try middles.mean(axes: [1], keepingAxes: true)
  let distance = try (middles - mean).square()
  let variance = try (spreads + distance).mean(axes: [1], keepingAxes: true)
  let inverse = try (variance + epsilon).reciprocalSquareRoot()
  let full = [samples * groups, width]
  let centres = try mean.expanded(to: full)
  let factors = try inverse.expanded(to: full)
  let output = layout.apply(
    x, mean: centres, scale: factors, shift: nil, residual: nil, activation: AK_NORM_NONE)
  return record(
    "groupNorm", [x], output, savesOutput: true, as: .groupStandardise(epsilon: epsilon)
  ) { p in
    if p.isDifferentiable { return [try standardisedGradient(p, epsilon)] }
    let norm = NormGradient(x: p.inputs[0], dy: p.gradient, mean: centres)
    let (b, d) = try groupCoefficients(
      layout.gradientSums(norm), layout, groups: groups, factors)
    return [layout.gradient(norm, a: factors, b: b, d: d, wantsResidual: false).dx]
  }
}

/// b = mean(g)/σ and d = mean(g·x̂)/σ² of each group, for every channel.
private func groupCoefficients(
  _ sums: [Double], _ layout: NormLayout, groups: Int, _ factors: Tensor
) throws -> (b: Tensor, d: Tensor) {
  let columns = layout.columns
  let width = columns / groups
  let count = Double(layout.rows * width)
  let inverses = factors.values
  var b = [Float](repeating: 0, count: layout.vectors)
  var d = b
  for sample in 0..<layout.outer {
    for group in 0..<groups {
      let channels = (group * width)..<((group + 1) * width)
      let base = sample * 2 * columns
      let total = channels.reduce(0.0) { $0 + sums[base + $1] }
      let product = channels.reduce(0.0) { $0 + sums[base + columns + $1] }
      for c in channels.map({ sample * columns + $0 }) {
        let inverse = Double(inverses[c])
        b[c] = Float(inverse * total / count)
        d[c] = Float(inverse * inverse * inverse * product / count)
      }
    }
  }
  return (try Tensor(b, [layout.vectors]), try Tensor(d, [layout.vectors]))
}

/// dx = (g − mean(g) − x̂·mean(g·x̂))/σ in differentiable operations.
private func standardisedGradient(_ p: Pullback, _ epsilon: Float) throws -> Tensor {
  let x = p.inputs[0]
  let axes = [1, 3]
  let centred = try x - x.mean(axes: axes, keepingAxes: true)
  let spread = try centred.square().mean(axes: axes, keepingAxes: true)
  let inverse = try (spread + epsilon).reciprocalSquareRoot()
  let hat = try centred * inverse
  let middle = try p.gradient.mean(axes: axes, keepingAxes: true)
  let product = try (p.gradient * hat).mean(axes: axes, keepingAxes: true)
  return try (p.gradient - middle - hat * product) * inverse
}
