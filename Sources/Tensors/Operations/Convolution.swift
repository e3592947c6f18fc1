/// Two-dimensional convolution (cross-correlation, as everywhere in the field) of images
/// [N, H, W, C] with weights [R, S, C / groups, K].
///
/// y[n, i, j, k] = b[k] + Σ_{r, s, c} x[n, i·stride + r·dilation − top, …, c] · w[r, s, c, k]
///
/// Convolution, its input gradient and its weight gradient are the derivatives of one another, so
/// derivatives of any order exist.
public func convolution(
  _ x: Tensor, _ w: Tensor, bias: Tensor? = nil, _ window: ConvolutionWindow = ConvolutionWindow()
) throws -> Tensor {
  let shape = try window.outputShape(x.shape, w.shape)
  if let bias, bias.shape != [w.shape[3]] {
    throw ShapeError(
      "a bias \(shapeText(bias.shape)) does not fit weights \(shapeText(w.shape))")
  }
  let kernels = ConvolutionKernels(input: x.shape, weight: w.shape, output: shape, window)
  let y = kernels.forward(x, w, bias: bias, shape: shape)
  let (input, weight) = (x.shape, w.shape)
  return record(
    "convolution", [x, w] + (bias.map { [$0] } ?? []), y, as: .convolution(window)
  ) { p in
    var gradients: [Tensor?] = [
      p.needs[0]
        ? try convolutionInputGradient(p.gradient, p.inputs[1], input: input, window) : nil,
      p.needs[1]
        ? try convolutionWeightGradient(p.inputs[0], p.gradient, weight: weight, window) : nil,
    ]
    if p.needs.count > 2 {
      gradients.append(p.needs[2] ? try p.gradient.sum(axes: [0, 1, 2]) : nil)
    }
    return gradients
  }
}

/// dL/dx of a convolution from dL/dy and the weights; also the "transposed" convolution.
///
/// - Parameter input: Shape of x, which dy's shape does not determine when the stride is above 1.
public func convolutionInputGradient(
  _ dy: Tensor, _ w: Tensor, input: [Int], _ window: ConvolutionWindow
) throws -> Tensor {
  let shape = try window.outputShape(input, w.shape)
  guard dy.shape == shape else {
    throw ShapeError(
      "the gradient \(shapeText(dy.shape)) has not the convolution's shape \(shapeText(shape))")
  }
  let kernels = ConvolutionKernels(input: input, weight: w.shape, output: shape, window)
  let dx = kernels.inputGradient(dy, w, shape: input)
  let weight = w.shape
  return record(
    "convolutionInputGradient", [dy, w], dx, as: .transposedConvolution(window)
  ) { p in
    [
      p.needs[0] ? try convolution(p.gradient, p.inputs[1], window) : nil,
      p.needs[1]
        ? try convolutionWeightGradient(p.gradient, p.inputs[0], weight: weight, window) : nil,
    ]
  }
}

/// dL/dw of a convolution from its input and dL/dy.
///
/// - Parameter weight: Shape of w.
public func convolutionWeightGradient(
  _ x: Tensor, _ dy: Tensor, weight: [Int], _ window: ConvolutionWindow
) throws -> Tensor {
  let shape = try window.outputShape(x.shape, weight)
  guard dy.shape == shape else {
    throw ShapeError(
      "the gradient \(shapeText(dy.shape)) has not the convolution's shape \(shapeText(shape))")
  }
  let kernels = ConvolutionKernels(input: x.shape, weight: weight, output: shape, window)
  let dw = kernels.weightGradient(x, dy, shape: weight)
  let input = x.shape
  return record("convolutionWeightGradient", [x, dy], dw) { p in
    [
      p.needs[0]
        ? try convolutionInputGradient(p.inputs[1], p.gradient, input: input, window) : nil,
      p.needs[1] ? try convolution(p.inputs[0], p.gradient, window) : nil,
    ]
  }
}
