/// How a convolution's kernel moves over an image.
///
/// Output size along an axis: ⌊(in + before + after − dilation·(kernel − 1) − 1) / stride⌋ + 1.
public struct ConvolutionWindow: Sendable, Equatable {
  /// Zeros thought around an image, by side.
  public struct Padding: Sendable, Equatable {
    public var top: Int
    public var left: Int
    public var bottom: Int
    public var right: Int

    public init(top: Int, left: Int, bottom: Int, right: Int) {
      self.top = top
      self.left = left
      self.bottom = bottom
      self.right = right
    }

    public init(_ all: Int) { self.init(top: all, left: all, bottom: all, right: all) }
  }

  public var strideHeight: Int
  public var strideWidth: Int
  public var padding: Padding
  public var dilationHeight: Int
  public var dilationWidth: Int
  /// Input and output channels are cut into so many parts that do not see each other.
  public var groups: Int

  /// The same along both axes.
  public init(stride: Int = 1, padding: Int = 0, dilation: Int = 1, groups: Int = 1) {
    self.init(
      strides: (stride, stride), padding: Padding(padding), dilations: (dilation, dilation),
      groups: groups)
  }

  /// Each axis, height first, and each side for itself.
  public init(
    strides: (Int, Int), padding: Padding, dilations: (Int, Int) = (1, 1), groups: Int = 1
  ) {
    (strideHeight, strideWidth) = strides
    self.padding = padding
    (dilationHeight, dilationWidth) = dilations
    self.groups = groups
  }

  /// The vertical stride; the only one unless the axes were given apart.
  public var stride: Int { strideHeight }
  /// The vertical dilation; the only one unless the axes were given apart.
  public var dilation: Int { dilationHeight }

  /// Largest stride, padding and dilation accepted, so that sizes cannot overflow.
  static let limit = 1 << 20

  private func check() throws {
    let steps = [strideHeight, strideWidth, dilationHeight, dilationWidth, groups]
    let sides = [padding.top, padding.left, padding.bottom, padding.right]
    guard steps.allSatisfy({ (1...Self.limit).contains($0) }) else {
      throw ShapeError("a convolution's stride, dilation and groups must be 1 or more")
    }
    guard sides.allSatisfy({ (0...Self.limit).contains($0) }) else {
      throw ShapeError("a convolution's padding must be between 0 and \(Self.limit)")
    }
  }

  /// The output's height and width of an image under a kernel.
  public func outputSize(
    height: Int, width: Int, kernelHeight: Int, kernelWidth: Int
  ) throws -> (height: Int, width: Int) {
    try check()
    let down = height + padding.top + padding.bottom - dilationHeight * (kernelHeight - 1) - 1
    let across = width + padding.left + padding.right - dilationWidth * (kernelWidth - 1) - 1
    guard kernelHeight > 0, kernelWidth > 0, down >= 0, across >= 0 else {
      throw ShapeError(
        "a kernel of \(kernelHeight)×\(kernelWidth) does not fit an image of \(height)×\(width)"
          + " with its padding")
    }
    return (down / strideHeight + 1, across / strideWidth + 1)
  }

  /// This window with TensorFlow's SAME padding for an image: the output has ⌈size/stride⌉ pixels.
  ///
  /// Of (⌈size/stride⌉ − 1)·stride + dilation·(kernel − 1) + 1 − size zeros, none where that is
  /// negative, half are before, and the odd one is after the image.
  public func same(
    height: Int, width: Int, kernelHeight: Int, kernelWidth: Int
  ) -> ConvolutionWindow {
    func sides(_ size: Int, _ kernel: Int, _ stride: Int, _ dilation: Int) -> (Int, Int) {
      let steps = (size + stride - 1) / stride - 1
      let zeros = max(0, steps * stride + dilation * (kernel - 1) + 1 - size)
      return (zeros / 2, zeros - zeros / 2)
    }
    let (top, bottom) = sides(height, kernelHeight, strideHeight, dilationHeight)
    let (left, right) = sides(width, kernelWidth, strideWidth, dilationWidth)
    var result = self
    result.padding = Padding(top: top, left: left, bottom: bottom, right: right)
    return result
  }

  /// The output shape for images `x` and weights `w`, or an error naming both.
  public func outputShape(_ x: [Int], _ w: [Int]) throws -> [Int] {
    guard x.count == 4, w.count == 4 else {
      throw ShapeError(
        "a convolution needs images [N, H, W, C] and weights [H, W, C, K],"
          + " not \(shapeText(x)) and \(shapeText(w))")
    }
    let size = try outputSize(
      height: x[1], width: x[2], kernelHeight: w[0], kernelWidth: w[1])
    guard x[3] == w[2] * groups, w[3] % groups == 0 else {
      throw ShapeError(
        "images \(shapeText(x)) do not fit weights \(shapeText(w))"
          + (groups == 1 ? "" : " in \(groups) groups"))
    }
    return [x[0], size.height, size.width, w[3]]
  }
}
