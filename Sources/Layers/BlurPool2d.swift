public import Tensors

/// A binomial 3×3 blur of every channel, taken at every second pixel, with the image reflected at its
/// borders: downsampling without aliasing (Zhang 2019, https://arxiv.org/abs/1904.11486).
public final class BlurPool2d: Module {
  public let channels: Int
  public let stride: Int
  private let filter: Tensor

  public init(_ channels: Int, stride: Int = 2) {
    self.channels = channels
    self.stride = stride
    let line: [Float] = [0.25, 0.5, 0.25]
    var filter = Tensor(uninitialized: [3, 3, 1, channels])
    filter.mutate { target in
      for index in 0..<(9 * channels) {
        target[index] = line[index / channels / 3] * line[index / channels % 3]
      }
    }
    self.filter = filter
  }

  public override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    guard x.rank == 4, x.shape[3] == channels, x.shape[1] > 1, x.shape[2] > 1 else {
      throw ShapeError(
        "needs images [N, H, W, \(channels)] of at least 2×2 pixels, got a tensor "
          + shapeText(x.shape))
    }
    let reflected = try x.reflected(axis: 1).reflected(axis: 2)
    return try convolution(
      reflected, filter, ConvolutionWindow(stride: stride, groups: channels))
  }

  public override var details: String { "\(channels), 3×3, stride \(stride)" }
}

extension Tensor {
  /// One more entry at both ends of an axis: the neighbours of the first and the last.
  fileprivate func reflected(axis: Int) throws -> Tensor {
    let last = shape[axis] - 2
    return try Tensor.concatenated(
      [slice(1..<2, axis: axis), self, slice(last..<(last + 1), axis: axis)], along: axis)
  }
}
