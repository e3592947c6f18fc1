import Catalog
import Images
import Layers
import Tensors

/// MobileNetV3 (Howard et al. 2019, https://arxiv.org/abs/1905.02244): the mean over all pixels is
/// taken before the last 1×1 convolution, which has a bias and no norm. timm's keys and starting
/// weights.
final class MobileNetV3: Module {
  let convStem: Conv2d
  let bn1: BatchNorm2d
  let blocks: [Sequential]
  let globalPool = GlobalAvgPool()
  let convHead: Conv2d
  let drop: Dropout?
  let classifier: Linear
  private let activation: Activation

  init(_ plan: MobilePlan, _ shape: NetworkShape) {
    let style = plan.style
    activation = style.activation
    convStem = style.convolution(shape.channels, plan.stem, kernel: 3, stride: 2)
    bn1 = style.norm(plan.stem)
    let trunk = plan.build(dropPath: shape.dropPath)
    blocks = trunk.stages
    convHead = style.convolution(trunk.outputs, plan.features, kernel: 1, bias: true)
    drop = Dropout(rate: shape.drop)
    classifier = mobileClassifier(plan.features, shape.classes)
  }

  override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    var y = try bn1(try convStem(x, context), context, activation: activation)
    for stage in blocks { y = try stage(y, context) }
    y = try globalPool(y, context)
    let pixel = try y.reshaped([y.shape[0], 1, 1, y.shape[1]])
    y = try activation(try convHead(pixel, context))
    y = try y.reshaped([y.shape[0], y.shape[3]])
    if let drop { y = try drop(y, context) }
    return try classifier(y, context)
  }

  override var stages: [Stage] {
    blocks.indices.map { Stage("blocks.\($0)") } + [Stage("global_pool")]
  }

  static let large: [[MobileBlock]] = [
    [.separable(3, outputs: 16, .relu)],
    [
      .inverted(3, stride: 2, expansion: 4, outputs: 24, .relu),
      .inverted(3, expansion: 3, outputs: 24, .relu),
    ],
    [.inverted(5, stride: 2, expansion: 3, outputs: 40, squeezed: true, .relu, repeats: 3)],
    [
      .inverted(3, stride: 2, expansion: 6, outputs: 80),
      .inverted(3, expansion: 2.5, outputs: 80),
      .inverted(3, expansion: 2.3, outputs: 80, repeats: 2),
    ],
    [.inverted(3, expansion: 6, outputs: 112, squeezed: true, repeats: 2)],
    [.inverted(5, stride: 2, expansion: 6, outputs: 160, squeezed: true, repeats: 3)],
    [MobileBlock(kind: .plain, kernel: 1, outputs: 960)],
  ]

  static let small: [[MobileBlock]] = [
    [.separable(3, stride: 2, outputs: 16, squeezed: true, .relu)],
    [
      .inverted(3, stride: 2, expansion: 4.5, outputs: 24, .relu),
      .inverted(3, expansion: 3.67, outputs: 24, .relu),
    ],
    [
      .inverted(5, stride: 2, expansion: 4, outputs: 40, squeezed: true),
      .inverted(5, expansion: 6, outputs: 40, squeezed: true, repeats: 2),
    ],
    [.inverted(5, expansion: 3, outputs: 48, squeezed: true, repeats: 2)],
    [.inverted(5, stride: 2, expansion: 6, outputs: 96, squeezed: true, repeats: 3)],
    [MobileBlock(kind: .plain, kernel: 1, outputs: 576)],
  ]

  static let declarations: [Declaration] = [
    declaration("small_050", small, features: 1024, width: 0.5),
    declaration("small_075", small, features: 1024, width: 0.75),
    declaration("small_100", small, features: 1024, width: 1),
    declaration("large_075", large, features: 1280, width: 0.75, .bilinear),
    declaration("large_100", large, features: 1280, width: 1),
  ]

  private static func declaration(
    _ variant: String, _ stages: [[MobileBlock]], features: Int, width: Double,
    _ interpolation: Interpolation = .bicubic
  ) -> Declaration {
    var plan = MobilePlan(
      stages: stages, style: MobileStyle(activation: .hardSwish, squeeze: .ofExpansion),
      stem: 16, features: features, width: width)
    if width >= 0.75 { plan.stem = plan.scaled(16) }
    let size = variant.prefix { $0 != "_" }
    return family(
      "mobilenetv3_\(variant)",
      "MobileNetV3 \(size): hard swish, squeeze-and-excitation, width times \(width).",
      details: """
        timm's `mobilenetv3_\(variant)`. Howard et al. 2019, https://arxiv.org/abs/1905.02244.
        """,
      size: 224, defaultClasses: 1000,
      preprocessing: Preprocessing(size: 224, interpolation: interpolation),
      options: dropRate, dropPathRate
    ) { [plan] in MobileNetV3(plan, $0) }
  }
}
