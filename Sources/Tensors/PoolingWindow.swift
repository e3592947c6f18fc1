/// The windows of a pooling: squares of `kernel` pixels, `stride` apart.
public struct PoolingWindow: Equatable, Sendable {
  public var kernel: Int
  public var stride: Int
  /// Pixels thought around the image.
  public var padding: Int
  /// Adds a last window that starts inside the image and ends beyond it, as in PyTorch.
  public var ceilMode: Bool
  /// Whether padding counts as zeros in a mean (PyTorch's `count_include_pad`).
  public var countsPadding: Bool

  /// - Parameter stride: The kernel's size where none is given.
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
}
