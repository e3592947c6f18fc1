import Catalog
import Layers
import Tensors

/// VGG with batch norm for 32×32 images (Simonyan and Zisserman 2014,
/// https://arxiv.org/abs/1409.1556) as the distillation literature has it: five blocks of 3×3
/// convolutions, a pooled vector of 512 numbers and one dense layer.
final class CifarVGG: Module {
  let block0: Sequential
  let block1: Sequential
  let block2: Sequential
  let block3: Sequential
  let block4: Sequential
  let relu0 = Activate(.relu)
  let relu1 = Activate(.relu)
  let relu2 = Activate(.relu)
  let relu3 = Activate(.relu)
  let relu4 = Activate(.relu)
  let pool = MaxPool2d(kernel: 2)
  let pool4 = GlobalAvgPool()
  let classifier: Linear

  /// - Parameter depths: Convolutions in each of the five blocks.
  init(depths: [Int], _ shape: NetworkShape) {
    func block(_ index: Int) -> Sequential {
      let outputs = CifarVGG.widths[index]
      let inputs = index == 0 ? shape.channels : CifarVGG.widths[index - 1]
      let parts = (0..<depths[index]).flatMap { layer -> [Module] in
        let conv = Conv2d(
          layer == 0 ? inputs : outputs, outputs, kernel: 3, padding: 1,
          start: Conv2d.fanOut(outputs, kernel: 3))
        return [conv, BatchNorm2d(outputs), Activate(.relu)]
      }
      // The last ReLU stands outside, so that a block's output is the literature's preactivation.
      return Sequential(Array(parts.dropLast()))
    }
    block0 = block(0)
    block1 = block(1)
    block2 = block(2)
    block3 = block(3)
    block4 = block(4)
    classifier = Linear(512, shape.classes, start: .normal(deviation: 0.01))
  }

  private static let widths = [64, 128, 256, 512, 512]

  override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    var y = try pool(try relu0(block0, x, context), context)
    y = try pool(try relu1(block1, y, context), context)
    y = try pool(try relu2(block2, y, context), context)
    y = try relu3(block3, y, context)
    // The last block sees at least 4×4 pixels: images of 64 are pooled once more.
    if x.shape[1] >= 64 { y = try pool(y, context) }
    y = try relu4(block4, y, context)
    return try classifier(try pool4(y, context), context)
  }

  override var stages: [Stage] {
    [Stage("relu0")] + (1...4).map { Stage("relu\($0)", preactivation: "block\($0)") }
      + [Stage("pool4")]
  }

  static let declarations: [Declaration] = [
    (8, [1, 1, 1, 1, 1]), (11, [1, 1, 2, 2, 2]), (13, [2, 2, 2, 2, 2]), (16, [2, 2, 3, 3, 3]),
    (19, [2, 2, 4, 4, 4]),
  ].map { depth, depths in
    family(
      "vgg\(depth)", "VGG of \(depth) layers with batch norm for small images.",
      details: """
        Keys and numbers as in the CIFAR experiments of the distillation literature. \
        Simonyan and Zisserman 2014, https://arxiv.org/abs/1409.1556.
        """,
      size: 32, defaultClasses: 10
    ) { CifarVGG(depths: depths, $0) }
  }
}
