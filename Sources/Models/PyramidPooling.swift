import Layers
import Tensors

/// The pyramid of PSPNet (Zhao et al. 2017, https://arxiv.org/abs/1612.01105): means over 1×1, 2×2,
/// 3×3 and 6×6 windows, a 1×1 convolution of each, brought back to the map's size and put in front of
/// the map; a 3×3 convolution of all that, with 2-d dropout behind it.
///
/// Keys `stages.i.1` and `.2`, `bottleneck.0` and `.1`: those of the published code of structured
/// distillation, whose norms have a leaky ReLU (0.01) where this has a ReLU.
final class PyramidPooling: Module {
  let levels: [Sequential]
  let bottleneck: Sequential
  let alignsCorners: Bool

  init(
    _ inputs: Int, _ outputs: Int, alignsCorners: Bool, bins: [Int] = [1, 2, 3, 6],
    dropout: Float
  ) {
    self.alignsCorners = alignsCorners
    levels = bins.map { size in
      Sequential(
        AdaptiveAvgPool2d(size),
        Conv2d(
          inputs, outputs, kernel: 1, bias: false, start: Conv2d.fanOut(outputs, kernel: 1)),
        BatchNorm2d(outputs), Activate(.relu))
    }
    bottleneck = Sequential(
      Conv2d(
        inputs + bins.count * outputs, outputs, kernel: 3, padding: 1, bias: false,
        start: Conv2d.fanOut(outputs, kernel: 3)),
      BatchNorm2d(outputs), Activate(.relu), Dropout2d(dropout))
  }

  override var keys: [String: String] { ["levels": "stages"] }

  override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    let means = try levels.map {
      try $0(x, context).resized(
        height: x.shape[1], width: x.shape[2], alignCorners: alignsCorners)
    }
    return try bottleneck(Tensor.concatenated(means + [x], along: 3), context)
  }
}
