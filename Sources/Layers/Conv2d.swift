public import Tensors

/// A two-dimensional convolution of images N H W C (cross-correlation, as everywhere in the field).
///
/// y[n, i, j, k] = b[k] + Σ_{r, s, c} x[n, i·stride + r·dilation − padding, …, c] · W[r, s, c, k]
///
/// Starts as PyTorch's (weight and bias uniform in ±1/√fan-in) unless `start` says otherwise.
public final class Conv2d: Module {
  let weight: Parameter
  let bias: Parameter?
  public let inputs: Int
  public let outputs: Int
  public let kernel: Int
  /// How the kernel moves; its padding counts only where `isSame` is false.
  public let window: ConvolutionWindow
  /// Whether the padding follows the input's size as TensorFlow's SAME does.
  public let isSame: Bool

  /// - Parameters:
  ///   - padding: Zeros on every side.
  ///   - isSame: Pads so that the output has ⌈size/stride⌉ pixels instead, an odd pixel at the
  ///     bottom and at the right: TensorFlow's SAME.
  public init(
    _ inputs: Int, _ outputs: Int, kernel: Int, stride: Int = 1, padding: Int = 0,
    isSame: Bool = false, dilation: Int = 1, groups: Int = 1, bias: Bool = true,
    start: Start? = nil
  ) {
    self.isSame = isSame
    self.inputs = inputs
    self.outputs = outputs
    self.kernel = kernel
    window = ConvolutionWindow(
      stride: stride, padding: padding, dilation: dilation, groups: groups)
    let fanIn = kernel * kernel * inputs / groups
    weight = Parameter(
      [kernel, kernel, inputs / groups, outputs], layout: .convolution,
      start: start ?? .fanIn(fanIn))
    self.bias =
      bias
      ? Parameter([outputs], start: start == nil ? .fanIn(fanIn) : .constant(0)) : nil
  }

  /// He's start by fan-out, as residual networks use it.
  public static func fanOut(_ outputs: Int, kernel: Int, groups: Int = 1) -> Start {
    .kaiming(fan: outputs * kernel * kernel / groups)
  }

  public override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    guard x.rank == 4, x.shape[3] == inputs else {
      throw ShapeError(
        "needs images [N, H, W, \(inputs)], got a tensor \(shapeText(x.shape))")
    }
    return try convolution(
      x, context(weight), bias: bias.map { context($0) }, window(for: x.shape))
  }

  /// How the kernel moves over images [N, H, W, C].
  public func window(for shape: [Int]) -> ConvolutionWindow {
    isSame
      ? window.same(height: shape[1], width: shape[2], kernelHeight: kernel, kernelWidth: kernel)
      : window
  }

  public override var details: String {
    var text = "\(inputs) → \(outputs), \(kernel)×\(kernel)"
    if window.stride != 1 { text += ", stride \(window.stride)" }
    if window.dilation != 1 { text += ", dilation \(window.dilation)" }
    if window.groups != 1 { text += ", groups \(window.groups)" }
    return text
  }

  public override func multiplications(input: [Int], output: [Int]) -> Int {
    output.elementCount * kernel * kernel * inputs / window.groups
  }
}
