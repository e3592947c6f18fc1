import Catalog
import Images
import Layers
import Tensors

/// EfficientNet for devices without fast sigmoids: ReLU6, no squeeze-and-excitation, first and last
/// stage of one size, with TensorFlow's SAME padding and ε = 0.001 in the norms, so that the
/// published weights fit.
enum EfficientNetLite {
  static let declarations: [Declaration] = [
    declaration(0, width: 1, depth: 1, size: 224, crop: 0.875, .bicubic),
    declaration(1, width: 1, depth: 1.1, size: 240, crop: 0.882, .bicubic),
    declaration(2, width: 1.1, depth: 1.2, size: 260, crop: 0.89, .bicubic),
    declaration(3, width: 1.2, depth: 1.4, size: 300, crop: 0.904, .bilinear),
    declaration(4, width: 1.4, depth: 1.8, size: 380, crop: 0.92, .bilinear),
  ]

  private static func declaration(
    _ number: Int, width: Double, depth: Double, size: Int, crop: Double,
    _ interpolation: Interpolation
  ) -> Declaration {
    let plan = MobilePlan(
      stages: EfficientNet.plan(squeezed: false),
      style: MobileStyle(activation: .relu6, isSame: true, epsilon: 1e-3), stem: 32,
      features: 1280, width: width, depth: depth, keepsEnds: true)
    return family(
      "tf_efficientnet_lite\(number)",
      "EfficientNet-Lite\(number): width times \(width), depth times \(depth), ReLU6.",
      details: """
        timm's `tf_efficientnet_lite\(number)`, SAME padding as in TensorFlow. \
        Tan and Le 2019, https://arxiv.org/abs/1905.11946; lite form Liu 2020, \
        https://blog.tensorflow.org/2020/03/higher-accuracy-on-vision-models-with-efficientnet-lite.html.
        """,
      size: size, defaultClasses: 1000,
      preprocessing: Preprocessing(
        size: size, crop: crop, interpolation: interpolation, normalisation: .inception),
      options: dropRate, dropPathRate
    ) { EfficientNet(plan, $0) }
  }
}
