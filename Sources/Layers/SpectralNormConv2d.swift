public import Tensors

/// A convolution whose weights are divided by their largest singular value (Miyato et al. 2018,
/// https://arxiv.org/abs/1802.05957): W/σ, σ = vᵀ·M·u with M the weights as a matrix of one column an
/// output channel.
///
/// u and v are found by power iteration, are part of the state and constants of the gradient. One
/// iteration is made where running statistics move; before the first, and until then at every call,
/// they come from a fixed start by 15 iterations.
public final class SpectralNormConv2d: Module {
  let weight: Parameter
  let bias: Parameter
  let weightU: Buffer
  let weightV: Buffer
  public let inputs: Int
  public let outputs: Int
  public let kernel: Int
  public let window: ConvolutionWindow

  public init(_ inputs: Int, _ outputs: Int, kernel: Int, stride: Int = 1, padding: Int = 0) {
    self.inputs = inputs
    self.outputs = outputs
    self.kernel = kernel
    window = ConvolutionWindow(stride: stride, padding: padding)
    let fanIn = kernel * kernel * inputs
    weight = Parameter(
      [kernel, kernel, inputs, outputs], layout: .convolution, start: .fanIn(fanIn))
    bias = Parameter([outputs], start: .fanIn(fanIn))
    weightU = Buffer(Tensor(zeros: [outputs]))
    weightV = Buffer(Tensor(zeros: [fanIn]))
  }

  public override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    guard x.rank == 4, x.shape[3] == inputs else {
      throw ShapeError(
        "needs images [N, H, W, \(inputs)], got a tensor \(shapeText(x.shape))")
    }
    return try convolution(x, normalised(context), bias: context(bias), window)
  }

  /// The weights over their largest singular value.
  func normalised(_ context: Context) throws -> Tensor {
    let weights = context(weight)
    let rows = kernel * kernel * inputs
    let matrix = try weights.reshaped([rows, outputs])
    let (u, v) = try vectors(matrix.detached, moving: context.updatesState)
    let image = try matmul(v.reshaped([1, rows]), matrix)
    return try weights / (image * u.reshaped([1, outputs])).sum()
  }

  private func vectors(_ matrix: Tensor, moving: Bool) throws -> (u: Tensor, v: Tensor) {
    var (u, v) = (weightU.value, weightV.value)
    let isNew = u.read { pointer in (0..<outputs).allSatisfy { pointer[$0] == 0 } }
    if isNew {
      u = Random.normal([outputs], seed: 0, stream: Random.stream("spectral norm", outputs))
    }
    for _ in 0..<(isNew ? 15 : moving ? 1 : 0) {
      v = try matmul(matrix, u.reshaped([outputs, 1])).reshaped([matrix.shape[0]]).unit()
      u = try matmul(v.reshaped([1, matrix.shape[0]]), matrix).reshaped([outputs]).unit()
    }
    if moving { (weightU.value, weightV.value) = (u, v) }
    return (u, v)
  }

  public override var details: String {
    "\(inputs) → \(outputs), \(kernel)×\(kernel)"
      + (window.stride == 1 ? "" : ", stride \(window.stride)")
  }

  public override func multiplications(input: [Int], output: [Int]) -> Int {
    output.elementCount * kernel * kernel * inputs
  }
}

extension Tensor {
  /// The vector at length 1.
  fileprivate func unit() throws -> Tensor {
    try self * Float(1 / Swift.max(1e-12, dot(self).squareRoot()))
  }
}
