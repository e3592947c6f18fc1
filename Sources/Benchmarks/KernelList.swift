import Tensors

/// Kernels by what networks spend their time on. Each is made just before it runs, so only its own
/// operands are in memory.
var kernelList: [() throws -> KernelBenchmark] {
  [
    ("3×3, 64 channels, 56², batch 16", 16, 56, 64, 64, 3, 1, 1),
    ("3×3, 128 channels, 28², batch 16", 16, 28, 128, 128, 3, 1, 1),
    ("3×3, 512 channels, 7², batch 16", 16, 7, 512, 512, 3, 1, 1),
    ("3×3, 64 channels, 32², batch 64", 64, 32, 64, 64, 3, 1, 1),
    ("3×3, stride 2, 64 to 128, 56², batch 16", 16, 56, 64, 128, 3, 2, 1),
    ("7×7 stem, stride 2, 3 to 64, 224², batch 16", 16, 224, 3, 64, 7, 2, 1),
    ("1×1, 240 to 80, 14², batch 16", 16, 14, 240, 80, 1, 1, 1),
    ("1×1, 64 to 24, 56², batch 16", 16, 56, 64, 24, 1, 1, 1),
    ("depthwise 3×3, 64 channels, 112², batch 16", 16, 112, 64, 64, 3, 1, 64),
    ("depthwise 5×5, 120 channels, 28², batch 16", 16, 28, 120, 120, 5, 1, 120),
    ("3×3 in 8 groups, 192 channels, 14², batch 16", 16, 14, 192, 192, 3, 1, 8),
  ].flatMap(convolutions)
    + [(3152, 192, 768), (3152, 768, 192), (3152, 384, 1152), (1568, 512, 2048)].flatMap(products)
    + [
      { try attentions(batch: 16, tokens: 197, heads: 3, width: 64) },
      { try attentions(batch: 16, tokens: 197, heads: 6, width: 64) },
      { try batchNorm([16, 112, 112, 64]) },
      { try batchNorm([64, 32, 32, 64]) },
      { try layerNorms([16 * 197, 384]) },
      { try gelu([16 * 197, 1536]) },
      { try crossEntropies([128, 1000]) },
      { try divergences([128, 1000]) },
    ]
}

private func numbers(_ shape: [Int], _ name: String) -> Tensor {
  Random.normal(shape, deviation: 1, seed: 0, stream: Random.stream("bench", name))
}

private func bytes(_ shapes: [Int]...) -> Double {
  Double(shapes.reduce(0) { $0 + $1.elementCount } * 4)
}

/// Forward, input gradient and weight gradient of one convolution.
private func convolutions(
  _ text: String, _ n: Int, _ size: Int, _ inputs: Int, _ outputs: Int, _ kernel: Int,
  _ stride: Int, _ groups: Int
) -> [() throws -> KernelBenchmark] {
  let window = ConvolutionWindow(stride: stride, padding: kernel / 2, groups: groups)
  let (input, weight) = ([n, size, size, inputs], [kernel, kernel, inputs / groups, outputs])
  func benchmark(
    _ pass: String, _ make: @escaping (Tensor, Tensor, Tensor) throws -> Tensor
  ) -> () throws -> KernelBenchmark {
    {
      let shape = try window.outputShape(input, weight)
      let (x, w, dy) = (numbers(input, "x"), numbers(weight, "w"), numbers(shape, "dy"))
      return KernelBenchmark(
        name: "\(text), \(pass)",
        operations: 2 * Double(shape.elementCount * kernel * kernel * inputs / groups),
        bytes: bytes(input, weight, shape)
      ) { _ = try make(x, w, dy) }
    }
  }
  let passes = [
    benchmark("forward") { x, w, _ in try convolution(x, w, window) },
    benchmark("weight gradient") { x, _, dy in
      try convolutionWeightGradient(x, dy, weight: weight, window)
    },
  ]
  // Nobody asks for the gradient of photographs.
  guard inputs > 3 else { return passes }
  return passes + [
    benchmark("input gradient") { _, w, dy in
      try convolutionInputGradient(dy, w, input: input, window)
    }
  ]
}

/// A dense layer with its bias, and its two gradients.
private func products(_ m: Int, _ k: Int, _ n: Int) -> [() throws -> KernelBenchmark] {
  func benchmark(
    _ pass: String, _ make: @escaping (Tensor, Tensor, Tensor) throws -> Tensor
  ) -> () throws -> KernelBenchmark {
    {
      let (x, w, dy) = (numbers([m, k], "x"), numbers([k, n], "w"), numbers([m, n], "dy"))
      return KernelBenchmark(
        name: "linear \(k) to \(n), \(m) rows, \(pass)", operations: 2 * Double(m * k * n),
        bytes: bytes([m, k], [k, n], [m, n])
      ) { _ = try make(x, w, dy) }
    }
  }
  let bias = Tensor(zeros: [n])
  return [
    benchmark("forward") { x, w, _ in try linear(x, weight: w, bias: bias) },
    benchmark("input gradient") { _, w, dy in try matmul(dy, w, transposeB: true) },
    benchmark("weight gradient") { x, _, dy in try matmul(x, dy, transposeA: true) },
  ]
}

private func attentions(
  batch: Int, tokens: Int, heads: Int, width: Int
) throws -> KernelBenchmark {
  let shape = [batch, tokens, 3 * heads * width]
  let x = numbers(shape, "qkv")
  let scale = 1 / Float(width).squareRoot()
  return KernelBenchmark(
    name: "attention, \(tokens) tokens, \(heads) heads of \(width), batch \(batch), "
      + "forward and backward",
    // Two products forward; five backward, one of them the scores again.
    operations: 14 * Double(batch * heads * tokens * tokens * width),
    bytes: 2 * bytes(shape) + 2 * bytes([batch, tokens, heads * width])
  ) {
    let qkv = x.variable()
    let y = try attention(qkv: qkv, heads: heads, scale: scale)
    _ = try gradients(of: y, withRespectTo: [qkv], seed: y.detached)
  }
}

/// A layer that memory bounds: forward and backward together.
private func passes(
  _ name: String, _ shape: [Int], operations: Double, arrays: Double,
  _ layer: @escaping (Tensor) throws -> Tensor
) -> KernelBenchmark {
  let x = numbers(shape, "x")
  return KernelBenchmark(
    name: "\(name) \(shapeText(shape)), forward and backward",
    operations: operations * Double(shape.elementCount), bytes: arrays * bytes(shape)
  ) {
    let variable = x.variable()
    let y = try layer(variable)
    let seed = y.count == 1 ? nil : y.detached
    _ = try gradients(of: y, withRespectTo: [variable], seed: seed)
  }
}

private func batchNorm(_ shape: [Int]) throws -> KernelBenchmark {
  let (gamma, beta) = (Tensor(repeating: 1, [shape[3]]), Tensor(zeros: [shape[3]]))
  // Read for the moments, read and written; then y and dy read twice, dx written.
  return passes("batch norm with ReLU", shape, operations: 14, arrays: 8) {
    try batchNormTrained($0, weight: gamma, bias: beta, epsilon: 1e-5, activation: .relu).output
  }
}

private func layerNorms(_ shape: [Int]) throws -> KernelBenchmark {
  let (gamma, beta) = (Tensor(repeating: 1, [shape[1]]), Tensor(zeros: [shape[1]]))
  return passes("layer norm", shape, operations: 16, arrays: 5) {
    try layerNorm($0, weight: gamma, bias: beta)
  }
}

private func gelu(_ shape: [Int]) throws -> KernelBenchmark {
  passes("GELU", shape, operations: 40, arrays: 5) { $0.gelu() }
}

private func crossEntropies(_ shape: [Int]) throws -> KernelBenchmark {
  let labels = try Labels((0..<shape[0]).map { Int32($0 % shape[1]) }, [shape[0]])
  return passes("cross entropy", shape, operations: 12, arrays: 3) {
    try crossEntropy($0, labels)
  }
}

private func divergences(_ shape: [Int]) throws -> KernelBenchmark {
  let teacher = numbers(shape, "teacher")
  return passes("soft targets", shape, operations: 24, arrays: 5) {
    try softenedDivergence(student: $0, teacher: teacher).sum()
  }
}
