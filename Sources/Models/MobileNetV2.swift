import Catalog
import Images
import Layers
import Tensors

/// MobileNetV2 for ImageNet (Sandler et al. 2018, https://arxiv.org/abs/1801.04381) in widths 0.5,
/// 1 and 1.4, and timm's deeper forms, whose stem and head keep their width.
enum MobileNetV2 {
  private static let stages: [[MobileBlock]] = [
    [.separable(3, outputs: 16)],
    [.inverted(3, stride: 2, expansion: 6, outputs: 24, repeats: 2)],
    [.inverted(3, stride: 2, expansion: 6, outputs: 32, repeats: 3)],
    [.inverted(3, stride: 2, expansion: 6, outputs: 64, repeats: 4)],
    [.inverted(3, expansion: 6, outputs: 96, repeats: 3)],
    [.inverted(3, stride: 2, expansion: 6, outputs: 160, repeats: 3)],
    [.inverted(3, expansion: 6, outputs: 320)],
  ]

  static let declarations: [Declaration] = [
    declaration("050", width: 0.5),
    declaration("100", width: 1),
    declaration("110d", width: 1.1, depth: 1.2, keepsEnds: true),
    declaration("120d", width: 1.2, depth: 1.4, keepsEnds: true),
    declaration("140", width: 1.4),
  ]

  private static func declaration(
    _ variant: String, width: Double, depth: Double = 1, keepsEnds: Bool = false
  ) -> Declaration {
    var plan = MobilePlan(
      stages: stages, style: MobileStyle(activation: .relu6), stem: 32, features: 1280,
      width: width, depth: depth, keepsEnds: keepsEnds)
    if !keepsEnds {
      plan.stem = plan.scaled(32)
      plan.features = max(1280, plan.scaled(1280))
    }
    return family(
      "mobilenetv2_\(variant)",
      "MobileNetV2: inverted residuals, width times \(width), depth times \(depth).",
      details: """
        timm's `mobilenetv2_\(variant)`. Sandler et al. 2018, https://arxiv.org/abs/1801.04381.
        """,
      size: 224, defaultClasses: 1000, preprocessing: Preprocessing(size: 224),
      options: dropRate, dropPathRate
    ) { [plan] in EfficientNet(plan, $0) }
  }
}
