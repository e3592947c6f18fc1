import Catalog
import Images
import Layers
import Tensors

/// Pyramid scene parsing network (Zhao et al. 2017, https://arxiv.org/abs/1612.01105) on a dilated
/// residual network: pyramid pooling of the last stage's map, a 1×1 convolution to the classes,
/// logits N H W K brought to the image's size by straight lines.
///
/// The residual network's keys are its own, so its ImageNet weights load with `strict=false`; the
/// pyramid is `psp`, the classifier `head` (logits at the map's size), the auxiliary classifier on
/// the stage before the last `aux`. Pyramid and auxiliary head have a quarter of the last stage's
/// channels, as in the published code of structured distillation: 128 on ResNet-18, 512 on
/// ResNet-50 and 101. That code has a stem of three 3×3 convolutions where this has the 7×7 one.
final class PSPNet: Module {
  /// Its parts are this network's own.
  let backbone: any Backbone
  let psp: PyramidPooling
  let head: Conv2d
  let aux: AuxiliaryHead
  let alignsCorners: Bool

  init(_ backbone: any Backbone, _ shape: NetworkShape) {
    self.backbone = backbone
    alignsCorners = shape.alignsCorners
    let channels = backbone.mapChannels
    let (last, before) = (channels[channels.count - 1], channels[channels.count - 2])
    let width = max(32, last / 4)
    psp = PyramidPooling(
      last, width, alignsCorners: shape.alignsCorners, dropout: shape.drop)
    head = Conv2d(width, shape.classes, kernel: 1)
    aux = AuxiliaryHead(
      before, width, classes: shape.classes, alignsCorners: shape.alignsCorners,
      dropout: shape.drop)
  }

  override var listedChildren: [(key: String, module: Module)]? {
    // What stands behind the backbone's maps is not run.
    backbone.children.filter { !($0.module is GlobalAvgPool) }
      + [("psp", psp), ("head", head), ("aux", aux)]
  }

  override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    let maps = try backbone.featureMaps(x, context)
    // It does not lead to the result, so it is computed for those who ask.
    if context.asks(for: aux.path) {
      _ = try aux(maps[maps.count - 2], context, image: x.shape)
    }
    let logits = try head(try psp(maps[maps.count - 1], context), context)
    return try logits.resized(
      height: x.shape[1], width: x.shape[2], alignCorners: alignsCorners)
  }

  override var stages: [Stage] { backbone.stages.dropLast() + [Stage("psp")] }

  static let declarations =
    [("resnet8", 8, [16, 16, 32, 64]), ("resnet20", 20, [16, 16, 32, 64])].map { cifar($0) }
    + [("resnet8x4", 8, [32, 64, 128, 256]), ("resnet32x4", 32, [32, 64, 128, 256])].map {
      cifar($0)
    }
    + ResNet.variants.filter { ["resnet18", "resnet50", "resnet101"].contains($0.name) }.map {
      imageNet($0)
    }

  private static let details = """
    Zhao et al. 2017, https://arxiv.org/abs/1612.01105. Logits N H W K have the image's height and \
    width. Paths: `psp` (pyramid in front of the classifier), `head` (logits at the map's size), \
    `aux` (auxiliary logits on the stage before the last, at the image's size; computed where \
    `ce(on="aux")` or another loss asks). The residual network's keys are its own: its weights load \
    with `strict=false`.
    """

  /// On a network of the CIFAR experiments whose stem has stride 2: for images of 64 to 128 pixels.
  private static func cifar(_ plan: (name: String, depth: Int, widths: [Int])) -> Declaration {
    family(
      "pspnet_" + plan.name,
      "Small PSPNet on a residual network of depth \(plan.depth), for 64 to 128 pixels.",
      details: details, size: 64, defaultClasses: 10, task: .segmentation,
      options: outputStride(among: [2, 4, 8]), alignCorners, drop,
      examples: ["pspnet_\(plan.name)(classes=10, output_stride=4)"]
    ) { shape in
      var body = shape
      body.classes = 0
      return PSPNet(
        CifarResNet(
          depth: plan.depth, widths: plan.widths, body, stemStride: 2,
          outputStride: shape.outputStride), shape)
    }
  }

  private static func imageNet(_ variant: ResNet.Variant) -> Declaration {
    family(
      "pspnet_" + variant.name, "PSPNet on a dilated \(variant.name).", details: details,
      size: 512, defaultClasses: 19,
      preprocessing: Preprocessing(size: 512, crop: 1), task: .segmentation,
      options: outputStride(among: [8, 16, 32]), alignCorners, drop
    ) { shape in
      var body = shape
      body.classes = 0
      return PSPNet(ResNet(variant, body, outputStride: shape.outputStride), shape)
    }
  }

  private static func outputStride(among choices: [Int]) -> FamilyOption<Int> {
    FamilyOption(
      "output_stride", "Pixels of the image to one of the map: later stages dilate beyond it.",
      default: 8, \.outputStride
    ) { choices.contains($0) ? nil : "must be \(choices.map(String.init).joined(separator: ", "))" }
  }

  private static let alignCorners = FamilyOption(
    "align_corners",
    "Whether maps grow with the centres of their corner pixels kept in place, as published.",
    default: true, \.alignsCorners)

  private static let drop = FamilyOption<Float>(
    "drop_rate", "Probability of leaving a channel out in front of the classifiers in training.",
    default: 0.1, \.drop
  ) { (0..<1).contains($0) ? nil : "must be at least 0 and less than 1" }
}
