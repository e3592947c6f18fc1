extension Primitive {
  /// Computes the operation again, off the tape.
  ///
  /// - Parameter shape: The result's shape, which reshapes, slices and the like are told by.
  public func callAsFunction(_ operands: [Tensor], shape: [Int]) throws -> Tensor {
    guard operandCounts.contains(operands.count) else {
      throw ShapeError("\(name): \(operands.count) operands are not what it takes")
    }
    let plain = operands.map(\.detached)
    return try products(plain, shape) ?? norms(plain) ?? movement(plain, shape)
  }

  /// How many operands there may be.
  public var operandCounts: ClosedRange<Int> {
    switch self {
    case .convolution, .linear: 2...3
    case .transposedConvolution, .matmul, .binary: 2...2
    case .attention(_, _, let hasBias): hasBias ? 2...4 : 1...3
    case .select, .scaleShift: 3...3
    case .batchNorm(_, _, let hasResidual): hasResidual ? 6...6 : 5...5
    case .layerNorm(_, let hasWeight, let hasBias):
      (1 + (hasWeight ? 1 : 0) + (hasBias ? 1 : 0))...(1 + (hasWeight ? 1 : 0) + (hasBias ? 1 : 0))
    case .concatenate: 1...Int.max
    default: 1...1
    }
  }

  private func products(_ x: [Tensor], _ shape: [Int]) throws -> Tensor? {
    switch self {
    case .convolution(let window):
      return try Tensors.convolution(x[0], x[1], bias: x.count > 2 ? x[2] : nil, window)
    case .transposedConvolution(let window):
      return try convolutionInputGradient(x[0], x[1], input: shape, window)
    case .linear:
      return try Tensors.linear(x[0], weight: x[1], bias: x.count > 2 ? x[2] : nil)
    case .matmul(let transposeA, let transposeB):
      return try Tensors.matmul(x[0], x[1], transposeA: transposeA, transposeB: transposeB)
    case .attention(let packing, let scale, let hasBias):
      return try Tensors.attention(
        hasBias ? Array(x.dropLast()) : x, packing, scale: scale, bias: hasBias ? x.last : nil)
    case .unary(let function, let a, let b): return x[0].mapped(function.code, a, b)
    case .binary(let function): return try combined(function.code, x[0], x[1], name)
    case .select: return try Tensor.select(x[0], x[1], x[2])
    default: return nil
    }
  }

  private func norms(_ x: [Tensor]) throws -> Tensor? {
    switch self {
    case .batchNorm(let epsilon, let activation, let hasResidual):
      return try batchNormEvaluated(
        x[0], weight: x[1], bias: x[2], mean: x[3], variance: x[4], epsilon: epsilon,
        residual: hasResidual ? x[5] : nil, activation: activation)
    case .scaleShift:
      return try x[0] * x[1] + x[2]
    case .layerNorm(let epsilon, let hasWeight, let hasBias):
      return try Tensors.layerNorm(
        x[0], weight: hasWeight ? x[1] : nil, bias: hasBias ? x[x.count - 1] : nil,
        epsilon: epsilon)
    case .groupStandardise(let epsilon): return try standardised(x[0], epsilon)
    case .softmax: return try x[0].softmax()
    case .logSoftmax: return try x[0].logSoftmax()
    case .reduce(.sum, let axes, let keepingAxes):
      return try x[0].sum(axes: axes, keepingAxes: keepingAxes)
    case .reduce(.mean, let axes, let keepingAxes):
      return try x[0].mean(axes: axes, keepingAxes: keepingAxes)
    case .reduce(.maximum, let axes, let keepingAxes):
      return try x[0].max(axes: axes, keepingAxes: keepingAxes)
    case .reduce(.minimum, let axes, let keepingAxes):
      return try x[0].min(axes: axes, keepingAxes: keepingAxes)
    default: return nil
    }
  }

  private func movement(_ x: [Tensor], _ shape: [Int]) throws -> Tensor {
    switch self {
    case .maxPool(let w):
      return try Tensors.maxPool(
        x[0], kernel: w.kernel, stride: w.stride, padding: w.padding, ceilMode: w.ceilMode)
    case .averagePool(let w):
      return try Tensors.averagePool(
        x[0], kernel: w.kernel, stride: w.stride, padding: w.padding, ceilMode: w.ceilMode,
        countsPadding: w.countsPadding)
    case .adaptiveAveragePool where shape.count == 4:
      return try Tensors.adaptiveAveragePool(x[0], height: shape[1], width: shape[2])
    case .adaptiveMaxPool where shape.count == 4:
      return try Tensors.adaptiveMaxPool(x[0], height: shape[1], width: shape[2])
    case .resize(let mode, let alignCorners, let antialias) where shape.count == 4:
      return try x[0].resized(
        height: shape[1], width: shape[2], mode: mode, alignCorners: alignCorners,
        antialias: antialias)
    case .reshape: return try x[0].reshaped(shape)
    case .expand: return try x[0].expanded(to: shape)
    case .transpose(let axes): return try x[0].transposed(axes)
    case .slice(let axis, let start) where shape.indices.contains(axis):
      return try x[0].slice(start..<(start + shape[axis]), axis: axis)
    case .pad(let axis, let before, let after, let value):
      return try x[0].padded(axis: axis, before: before, after: after, with: value)
    case .concatenate(let axis): return try Tensor.concatenated(x, along: axis)
    case .flip(let axis): return try x[0].flipped(axis: axis)
    case .gather(let index): return try x[0].gathered(index)
    default: throw ShapeError("\(name): a result \(shapeText(shape)) cannot be made")
    }
  }
}
