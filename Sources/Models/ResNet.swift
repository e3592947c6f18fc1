import Catalog
import Layers
import Tensors

/// Residual networks for ImageNet (He et al. 2015, https://arxiv.org/abs/1512.03385; bottlenecks
/// stride on the 3×3 convolution), with timm's keys and starting weights: convolutions normal by
/// fan-out, the last norm of every block zero.
final class ResNet: Module {
  let conv1: Conv2d
  let bn1: BatchNorm2d
  let maxpool = MaxPool2d(kernel: 3, stride: 2, padding: 1)
  let layer1: [Module]
  let layer2: [Module]
  let layer3: [Module]
  let layer4: [Module]
  let globalPool = GlobalAvgPool()
  let fc: Linear

  /// - Parameters:
  ///   - depths: Blocks in each of the four stages.
  ///   - isBottleneck: Blocks of 1×1, 3×3, 1×1 with four times the width at their end.
  ///   - width: Factor on the 3×3 convolutions of bottlenecks (2 for the wide networks).
  init(depths: [Int], isBottleneck: Bool, width: Int = 1, _ shape: NetworkShape) {
    conv1 = Conv2d(
      shape.channels, 64, kernel: 7, stride: 2, padding: 3, bias: false,
      start: Conv2d.fanOut(64, kernel: 7))
    bn1 = BatchNorm2d(64)
    let expansion = isBottleneck ? 4 : 1
    func stage(_ index: Int) -> [Module] {
      let outputs = 64 << index
      let inputs = index == 0 ? 64 : (outputs / 2) * expansion
      return (0..<depths[index]).map { block in
        let first = block == 0 ? inputs : outputs * expansion
        let stride = block == 0 && index > 0 ? 2 : 1
        return isBottleneck
          ? Bottleneck(first, outputs * width, outputs * expansion, stride: stride)
          : ResidualBlock(first, outputs, stride: stride, lastScale: 0)
      }
    }
    layer1 = stage(0)
    layer2 = stage(1)
    layer3 = stage(2)
    layer4 = stage(3)
    fc = Linear(512 * expansion, shape.classes)
  }

  override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    var y = try bn1(try conv1(x, context), context, activation: .relu)
    y = try maxpool(y, context)
    for block in layer1 + layer2 + layer3 + layer4 { y = try block(y, context) }
    return try fc(try globalPool(y, context), context)
  }

  static let declarations: [Declaration] = [
    declaration("resnet18", [2, 2, 2, 2], isBottleneck: false),
    declaration("resnet34", [3, 4, 6, 3], isBottleneck: false),
    declaration("resnet50", [3, 4, 6, 3], isBottleneck: true),
    declaration("resnet101", [3, 4, 23, 3], isBottleneck: true),
    declaration("resnet152", [3, 8, 36, 3], isBottleneck: true),
    declaration("wide_resnet50_2", [3, 4, 6, 3], isBottleneck: true, width: 2),
  ]

  private static func declaration(
    _ name: String, _ depths: [Int], isBottleneck: Bool, width: Int = 1
  ) -> Declaration {
    family(
      name, "Residual network for images of about 224 pixels, stages of \(depths) blocks.",
      details: "timm's `\(name)`. He et al. 2015, https://arxiv.org/abs/1512.03385.",
      size: 224, defaultClasses: 1000
    ) { ResNet(depths: depths, isBottleneck: isBottleneck, width: width, $0) }
  }
}

/// 1×1, 3×3, 1×1 convolutions with a shortcut; the last ReLU after the sum.
final class Bottleneck: Module {
  let conv1: Conv2d
  let bn1: BatchNorm2d
  let conv2: Conv2d
  let bn2: BatchNorm2d
  let conv3: Conv2d
  let bn3: BatchNorm2d
  let downsample: Sequential?

  init(_ inputs: Int, _ middle: Int, _ outputs: Int, stride: Int) {
    conv1 = Conv2d(
      inputs, middle, kernel: 1, bias: false, start: Conv2d.fanOut(middle, kernel: 1))
    bn1 = BatchNorm2d(middle)
    conv2 = Conv2d(
      middle, middle, kernel: 3, stride: stride, padding: 1, bias: false,
      start: Conv2d.fanOut(middle, kernel: 3))
    bn2 = BatchNorm2d(middle)
    conv3 = Conv2d(
      middle, outputs, kernel: 1, bias: false, start: Conv2d.fanOut(outputs, kernel: 1))
    bn3 = BatchNorm2d(outputs, start: 0)
    downsample = shortcut(inputs, outputs, stride: stride)
  }

  override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    var y = try bn1(try conv1(x, context), context, activation: .relu)
    y = try bn2(try conv2(y, context), context, activation: .relu)
    let identity = try downsample.map { try $0(x, context) } ?? x
    return try bn3(try conv3(y, context), context, residual: identity, activation: .relu)
  }
}
