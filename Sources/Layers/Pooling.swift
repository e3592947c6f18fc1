public import Tensors

/// The largest value of each window of images N H W C; padding counts as −∞.
public final class MaxPool2d: Module {
  public let kernel: Int
  public let stride: Int
  public let padding: Int
  public let ceilMode: Bool

  public init(kernel: Int, stride: Int? = nil, padding: Int = 0, ceilMode: Bool = false) {
    self.kernel = kernel
    self.stride = stride ?? kernel
    self.padding = padding
    self.ceilMode = ceilMode
  }

  public override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    try maxPool(x, kernel: kernel, stride: stride, padding: padding, ceilMode: ceilMode)
  }

  public override var details: String { "\(kernel)×\(kernel), stride \(stride)" }
}

/// The mean of each window of images N H W C.
public final class AvgPool2d: Module {
  public let kernel: Int
  public let stride: Int
  public let padding: Int
  public let ceilMode: Bool
  /// Whether padding counts as zeros in the mean.
  public let countsPadding: Bool

  public init(
    kernel: Int, stride: Int? = nil, padding: Int = 0, ceilMode: Bool = false,
    countsPadding: Bool = true
  ) {
    self.kernel = kernel
    self.stride = stride ?? kernel
    self.padding = padding
    self.ceilMode = ceilMode
    self.countsPadding = countsPadding
  }

  public override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    try averagePool(
      x, kernel: kernel, stride: stride, padding: padding, ceilMode: ceilMode,
      countsPadding: countsPadding)
  }

  public override var details: String { "\(kernel)×\(kernel), stride \(stride)" }
}

/// The mean of `size`×`size` windows that share images N H W C evenly.
public final class AdaptiveAvgPool2d: Module {
  public let size: Int

  public init(_ size: Int) { self.size = size }

  public override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    try adaptiveAveragePool(x, height: size, width: size)
  }

  public override var details: String { "to \(size)×\(size)" }
}

/// The mean over all pixels: N H W C → N C.
public final class GlobalAvgPool: Module {
  public override init() {}

  public override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    try globalAveragePool(x)
  }
}
