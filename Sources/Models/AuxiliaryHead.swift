import Layers
import Tensors

/// A second classifier on an earlier stage that helps the training and is left out afterwards (deep
/// supervision): 3×3 convolution, norm, ReLU, 2-d dropout, 1×1 convolution. Its result is brought to
/// the image's size.
///
/// Keys `0`, `1`, `4`.
final class AuxiliaryHead: Module {
  let parts: Sequential
  let alignsCorners: Bool

  init(
    _ inputs: Int, _ middle: Int, classes: Int, alignsCorners: Bool, dropout: Float
  ) {
    self.alignsCorners = alignsCorners
    parts = Sequential(
      Conv2d(
        inputs, middle, kernel: 3, padding: 1, bias: false,
        start: Conv2d.fanOut(middle, kernel: 3)),
      BatchNorm2d(middle), Activate(.relu), Dropout2d(dropout),
      Conv2d(middle, classes, kernel: 1))
  }

  override var listedChildren: [(key: String, module: Module)]? { parts.listedChildren }

  /// - Parameter image: Shape N H W C of the image.
  func callAsFunction(_ x: Tensor, _ context: Context, image: [Int]) throws -> Tensor {
    try run([x], context) {
      try parts.forward(x, context).resized(
        height: image[1], width: image[2], alignCorners: alignsCorners)
    }
  }
}
