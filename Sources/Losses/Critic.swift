import Catalog
import Layers
import Tensors

/// The critic of holistic distillation (Liu et al. 2019): it tells the teacher's logits from the
/// student's, given the image.
///
/// A batch norm of the logits; up to four 4×4 convolutions of stride 2 with spectral norm and leaky
/// ReLU (0.1), of 1, 2, 4 and 8 times the width; self-attention behind the last two; a 4×4
/// convolution to one number. Maps too small for four halvings get fewer, and the last convolution is
/// no larger than the map that is left.
final class Critic: Module {
  let norm: BatchNorm2d
  let layers: [SpectralNormConv2d]
  let attentions: [SelfAttention2d]
  let last: Conv2d
  /// Of the image beside the logits; 0 where the critic does not see it.
  let imageChannels: Int

  /// - Parameters:
  ///   - channels: Of the image; 0 hides it.
  ///   - map: Height and width of the logits.
  init(classes: Int, channels: Int, map: (height: Int, width: Int), width: Int) throws {
    let side = min(map.height, map.width)
    guard side >= 2 else {
      throw ShapeError("a critic needs maps of 2×2 at least, not \(map.height)×\(map.width)")
    }
    let halvings = min(4, side.bitWidth - 1 - side.leadingZeroBitCount)
    imageChannels = channels
    norm = BatchNorm2d(classes)
    layers = (0..<halvings).map { index in
      SpectralNormConv2d(
        index == 0 ? classes + channels : width << (index - 1), width << index, kernel: 4,
        stride: 2, padding: 1)
    }
    attentions = layers.suffix(2).map { SelfAttention2d($0.outputs) }
    last = Conv2d(width << (halvings - 1), 1, kernel: min(4, side >> halvings))
  }

  /// One number an image: the mean over what is left of the map.
  func callAsFunction(_ logits: Tensor, image: Tensor?, _ context: Context) throws -> Tensor {
    var y = try norm(logits, context)
    if let image { y = try Tensor.concatenated([y, image], along: 3) }
    let plain = layers.count - attentions.count
    for (index, layer) in layers.enumerated() {
      y = try layer(y, context).leakyRelu(slope: 0.1)
      if index >= plain { y = try attentions[index - plain](y, context) }
    }
    return try last(y, context).mean(axes: [1, 2, 3])
  }
}
