import Catalog
import Images
import Layers
import Tensors

/// Stages of mobile blocks, a 1×1 convolution, the mean over all pixels, a classifier: the frame of
/// EfficientNet, its lite form and MobileNetV2, with timm's keys and starting weights (convolutions
/// normal by fan-out within a group).
final class EfficientNet: Module {
  let convStem: Conv2d
  let bn1: BatchNorm2d
  let blocks: [Sequential]
  let convHead: Conv2d
  let bn2: BatchNorm2d
  let globalPool = GlobalAvgPool()
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
    convHead = style.convolution(trunk.outputs, plan.features, kernel: 1)
    bn2 = style.norm(plan.features)
    drop = Dropout(rate: shape.drop)
    classifier = mobileClassifier(plan.features, shape.classes)
  }

  override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    var y = try bn1(try convStem(x, context), context, activation: activation)
    for stage in blocks { y = try stage(y, context) }
    y = try bn2(try convHead(y, context), context, activation: activation)
    y = try globalPool(y, context)
    if let drop { y = try drop(y, context) }
    return try classifier(y, context)
  }

  override var stages: [Stage] {
    blocks.indices.map { Stage("blocks.\($0)") } + [Stage("global_pool")]
  }

  /// The seven stages of Tan and Le's base network.
  static func plan(squeezed: Bool) -> [[MobileBlock]] {
    [
      [.separable(3, outputs: 16, squeezed: squeezed)],
      stage(3, stride: 2, 24, squeezed, repeats: 2),
      stage(5, stride: 2, 40, squeezed, repeats: 2),
      stage(3, stride: 2, 80, squeezed, repeats: 3),
      stage(5, stride: 1, 112, squeezed, repeats: 3),
      stage(5, stride: 2, 192, squeezed, repeats: 4),
      stage(3, stride: 1, 320, squeezed, repeats: 1),
    ]
  }

  private static func stage(
    _ kernel: Int, stride: Int, _ outputs: Int, _ squeezed: Bool, repeats: Int
  ) -> [MobileBlock] {
    [
      .inverted(
        kernel, stride: stride, expansion: 6, outputs: outputs, squeezed: squeezed,
        repeats: repeats)
    ]
  }

  static let declarations: [Declaration] = [
    declaration("b0", width: 1, depth: 1, Preprocessing(size: 224)),
    declaration(
      "b1", width: 1, depth: 1.1,
      Preprocessing(size: 240, crop: 0.9, normalisation: .inception)),
    declaration("b2", width: 1.1, depth: 1.2, Preprocessing(size: 256)),
    declaration("b3", width: 1.2, depth: 1.4, Preprocessing(size: 288)),
  ]

  private static func declaration(
    _ variant: String, width: Double, depth: Double, _ preprocessing: Preprocessing
  ) -> Declaration {
    var plan = MobilePlan(
      stages: plan(squeezed: true), style: MobileStyle(activation: .silu), stem: 32,
      features: 1280, width: width, depth: depth)
    (plan.stem, plan.features) = (plan.scaled(32), plan.scaled(1280))
    return family(
      "efficientnet_\(variant)",
      "EfficientNet-\(variant.uppercased()): width times \(width), depth times \(depth).",
      details: """
        timm's `efficientnet_\(variant)`. Tan and Le 2019, https://arxiv.org/abs/1905.11946.
        """,
      size: preprocessing.size, defaultClasses: 1000, preprocessing: preprocessing,
      options: dropRate, dropPathRate
    ) { [plan] in EfficientNet(plan, $0) }
  }
}
