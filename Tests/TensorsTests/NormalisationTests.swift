import Testing

@testable import Tensors

@Suite("Normalisation")
struct NormalisationTests {
  static let shapes = [[2, 3, 3, 5], [7, 16], [2, 4, 4, 33], [130, 3], [1, 5, 1, 18]]

  /// y = (x − μ)/√(σ² + ε) in double precision over index sets that `group` tells apart.
  private func standardised(
    _ x: Tensor, epsilon: Double, _ group: (Int) -> Int
  ) -> (values: [Double], mean: [Int: Double], variance: [Int: Double]) {
    let values = x.values.map(Double.init)
    var (mean, variance, count): ([Int: Double], [Int: Double], [Int: Double]) = ([:], [:], [:])
    for (index, value) in values.enumerated() {
      mean[group(index), default: 0] += value
      count[group(index), default: 0] += 1
    }
    for (key, samples) in count { mean[key, default: 0] /= samples }
    for (index, value) in values.enumerated() {
      let distance = value - (mean[group(index)] ?? 0)
      variance[group(index), default: 0] += distance * distance / (count[group(index)] ?? 1)
    }
    let result = values.enumerated().map { index, value in
      let key = group(index)
      return (value - (mean[key] ?? 0)) / ((variance[key] ?? 0) + epsilon).squareRoot()
    }
    return (result, mean, variance)
  }

  @Test("batch norm: values on every instruction set", arguments: shapes)
  func batchValues(shape: [Int]) throws {
    let channels = shape.last ?? 1
    let x = try noise(shape, seed: 1) * 2 + 1000
    let weight = noise([channels], seed: 2, in: 0.5..<2)
    let bias = noise([channels], seed: 3)
    let residual = noise(shape, seed: 4)
    let expected = standardised(x, epsilon: 1e-5) { $0 % channels }
    let (w, b, r) = (weight.values, bias.values, residual.values)
    let sums = expected.values.enumerated().map { index, value in
      Float(value) * w[index % channels] + b[index % channels] + r[index]
    }
    try forEachInstructionSet {
      let result = try batchNormTrained(
        x, weight: weight, bias: bias, epsilon: 1e-5, residual: residual, activation: .relu)
      let target = try Tensor(sums.map { max($0, 0) }, shape)
      // The mean is 1000 times the deviation: its rounding shows, 2⁻²⁴·1000.
      #expect(isClose(result.output, target, relative: 1e-4, absolute: 3e-4))
      for c in 0..<channels {
        #expect(abs(Double(result.mean.values[c]) - (expected.mean[c] ?? 0)) < 1e-4)
        let variance = expected.variance[c] ?? 0
        #expect(abs(Double(result.variance.values[c]) - variance) < 1e-4 * variance + 1e-9)
      }
      let evaluated = try batchNormEvaluated(
        x, weight: weight, bias: bias, mean: result.mean, variance: result.variance,
        epsilon: 1e-5, residual: residual, activation: .relu)
      #expect(isClose(evaluated, result.output, absolute: 1e-5))
    }
  }

  @Test("batch norm: derivatives", arguments: shapes)
  func batchDerivatives(shape: [Int]) throws {
    let channels = shape.last ?? 1
    let inputs = [
      noise(shape, seed: 1), noise([channels], seed: 2, in: 0.5..<2), noise([channels], seed: 3),
      noise(shape, seed: 4),
    ]
    // A large ε bounds the curvature, so that difference quotients tell the truth.
    try checkGradients(inputs) {
      try batchNormTrained(
        $0[0], weight: $0[1], bias: $0[2], epsilon: 0.5, residual: $0[3]
      ).output
    }
    try checkGradients(Array(inputs.prefix(3))) {
      try batchNormTrained(
        $0[0], weight: $0[1], bias: $0[2], epsilon: 0.5, activation: .silu
      ).output
    }
    let (mean, variance) = (noise([channels], seed: 5), noise([channels], seed: 6, in: 0.5..<2))
    try checkGradients(inputs) {
      try batchNormEvaluated(
        $0[0], weight: $0[1], bias: $0[2], mean: mean, variance: variance, epsilon: 0.1,
        residual: $0[3])
    }
  }

  @Test(
    "batch norm with activation and residual: the gradient is that of the steps taken one by one",
    arguments: [Activation.relu, .relu6, .gelu, .silu, .hardSwish, .tanh], [true, false])
  func batchSteps(activation: Activation, hasResidual: Bool) throws {
    let x = noise([3, 4, 4, 19], seed: 1)
    let (weight, bias) = (noise([19], seed: 2, in: 3..<6), noise([19], seed: 3))
    let inputs = [x, weight, bias] + (hasResidual ? [noise([3, 4, 4, 19], seed: 4)] : [])
    let seed = noise(x.shape, seed: 5)
    let b = inputs.map { $0.variable() }
    let centred = try b[0] - b[0].mean(axes: [0, 1, 2])
    let spread = try centred.square().mean(axes: [0, 1, 2]) + 1e-3
    var steps = try centred * spread.reciprocalSquareRoot() * b[1] + b[2]
    if hasResidual { steps = try steps + b[3] }
    steps = try activation(steps)
    let expected = try gradients(of: steps, withRespectTo: b, seed: seed)
    try forEachInstructionSet {
      for tape in [TapeUse.release, .differentiate] {
        let a = inputs.map { $0.variable() }
        let fused = try batchNormTrained(
          a[0], weight: a[1], bias: a[2], epsilon: 1e-3, residual: hasResidual ? a[3] : nil,
          activation: activation
        ).output
        #expect(isClose(fused, steps, absolute: 1e-5))
        let found = try gradients(of: fused, withRespectTo: a, seed: seed, tape: tape)
        for (one, other) in zip(found, expected) {
          #expect(isClose(one, other, relative: 1e-4, absolute: 1e-4), "\(activation)")
        }
      }
    }
  }

  @Test(
    "layer norm: values and derivatives", arguments: [[3, 5], [2, 4, 16], [3, 2, 37], [2, 1]])
  func layer(shape: [Int]) throws {
    let width = shape.last ?? 1
    let x = noise(shape, seed: 1, in: 2..<5)
    let (weight, bias) = (noise([width], seed: 2, in: 0.5..<2), noise([width], seed: 3))
    let expected = standardised(x, epsilon: 1e-5) { $0 / width }.values
    let (w, b) = (weight.values, bias.values)
    let full = expected.enumerated().map { Float($1) * w[$0 % width] + b[$0 % width] }
    try forEachInstructionSet {
      let plain = try layerNorm(x)
      #expect(
        isClose(plain, try Tensor(expected.map { Float($0) }, shape), absolute: 2e-5))
      let affine = try layerNorm(x, weight: weight, bias: bias)
      #expect(isClose(affine, try Tensor(full, shape), absolute: 2e-5))
    }
    try checkGradients([x]) { try layerNorm($0[0], epsilon: 0.3) }
    try checkGradients([x, weight, bias]) {
      try layerNorm($0[0], weight: $0[1], bias: $0[2], epsilon: 0.3)
    }
    try checkGradients([x, bias]) { try layerNorm($0[0], bias: $0[1], epsilon: 0.3) }
  }

  @Test("group norm: values and derivatives", arguments: [(1, 6), (2, 6), (6, 6), (4, 32)])
  func group(groups: Int, channels: Int) throws {
    let x = noise([2, 3, 3, channels], seed: 1)
    let (weight, bias) = (noise([channels], seed: 2, in: 0.5..<2), noise([channels], seed: 3))
    let width = channels / groups
    let expected = standardised(x, epsilon: 1e-5) { index in
      index / (9 * channels) * groups + index % channels / width
    }.values
    let found = try groupNorm(x, groups: groups)
    #expect(isClose(found, try Tensor(expected.map { Float($0) }, x.shape), absolute: 2e-5))
    try checkGradients([x, weight, bias]) {
      try groupNorm($0[0], groups: groups, weight: $0[1], bias: $0[2], epsilon: 0.3)
    }
  }

  @Test("running statistics move as PyTorch's do")
  func running() throws {
    var running = try Tensor([1, 2, 3], [3])
    let before = running
    running.move(towards: try Tensor([2, 2, 2], [3]), by: 0.1, scale: 2)
    #expect(isClose(running, try Tensor([1.3, 2.2, 3.1], [3])))
    #expect(before.values == [1, 2, 3])
  }

  @Test("the same bits for any number of threads")
  func threads() throws {
    let x = noise([8, 40, 40, 48], seed: 1)
    let (weight, bias) = (noise([48], seed: 2, in: 0.5..<2), noise([48], seed: 3))
    let seed = noise(x.shape, seed: 4)
    try checkThreads("batch") {
      let v = [x.variable(), weight.variable(), bias.variable(), seed.variable()]
      let result = try batchNormTrained(
        v[0], weight: v[1], bias: v[2], epsilon: 1e-5, residual: v[3], activation: .relu)
      return [result.output, result.mean, result.variance]
        + (try gradients(of: result.output, withRespectTo: v, seed: seed))
    }
    try checkThreads("layer") {
      let v = [x.variable(), weight.variable(), bias.variable()]
      let y = try layerNorm(v[0], weight: v[1], bias: v[2])
      return [y] + (try gradients(of: y, withRespectTo: v, seed: seed))
    }
    try checkThreads("group") {
      let v = [x.variable(), weight.variable(), bias.variable()]
      let y = try groupNorm(v[0], groups: 4, weight: v[1], bias: v[2])
      return [y] + (try gradients(of: y, withRespectTo: v, seed: seed))
    }
  }

  @Test("shapes that do not fit")
  func errors() throws {
    let x = Tensor(zeros: [2, 3, 3, 4])
    let (four, three) = (Tensor(zeros: [4]), Tensor(zeros: [3]))
    #expect(throws: ShapeError.self) {
      _ = try batchNormTrained(x, weight: three, bias: four, epsilon: 1e-5)
    }
    #expect(throws: ShapeError.self) {
      _ = try batchNormTrained(x, weight: four, bias: four, epsilon: 1e-5, residual: four)
    }
    #expect(throws: ShapeError.self) {
      _ = try batchNormEvaluated(
        x, weight: four, bias: four, mean: three, variance: four, epsilon: 1e-5)
    }
    #expect(throws: ShapeError.self) { _ = try layerNorm(x, weight: three) }
    #expect(throws: ShapeError.self) { _ = try groupNorm(x, groups: 3) }
  }
}
