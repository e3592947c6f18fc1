import Catalog
import Images
import Layers
import Tensors

/// RegNetY (Radosavovic et al. 2020, https://arxiv.org/abs/2003.13678): bottlenecks of grouped
/// convolutions with squeeze-and-excitation, with timm's keys and starting weights: the last norm of
/// every block zero.
final class RegNet: Module {
  let stem: ConvNormAct
  let s1: Sequential
  let s2: Sequential
  let s3: Sequential
  let s4: Sequential
  let head: Sequential

  /// - Parameters:
  ///   - depths: Blocks in each of the four stages.
  ///   - widths: Channels of each stage.
  ///   - group: Channels of a group of the 3×3 convolutions.
  init(depths: [Int], widths: [Int], group: Int, _ shape: NetworkShape) {
    let stemWidth = 32
    stem = ConvNormAct(shape.channels, stemWidth, kernel: 3, stride: 2)
    let rates = DropPath.rates(shape.dropPath, depth: depths.reduce(0, +))
    func stage(_ index: Int) -> Sequential {
      let inputs = index == 0 ? stemWidth : widths[index - 1]
      let before = depths.prefix(index).reduce(0, +)
      return Sequential(
        named: (0..<depths[index]).map { block in
          let isFirst = block == 0
          return (
            "b\(block + 1)",
            RegNetBlock(
              isFirst ? inputs : widths[index], widths[index], stride: isFirst ? 2 : 1,
              group: group, dropPath: rates[before + block])
          )
        })
    }
    s1 = stage(0)
    s2 = stage(1)
    s3 = stage(2)
    s4 = stage(3)
    let fc = Linear(widths[3], shape.classes, start: .normal(deviation: 0.01))
    head = Sequential(
      named: [("global_pool", GlobalAvgPool())]
        + (Dropout(rate: shape.drop).map { [("drop", $0)] } ?? []) + [("fc", fc)])
  }

  override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    try [s1, s2, s3, s4, head].reduce(try stem(x, context)) { try $1($0, context) }
  }

  override var stages: [Stage] {
    let parts = [("s1", s1), ("s2", s2), ("s3", s3), ("s4", s4)].map { name, stage in
      Stage(name, preactivation: "\(name).b\(stage.parts.count).preact")
    }
    return [Stage("stem")] + parts + [Stage("head.global_pool")]
  }

  static let declarations: [Declaration] = [
    declaration("002", [1, 1, 4, 7], [24, 56, 152, 368], group: 8),
    declaration("004", [1, 3, 6, 6], [48, 104, 208, 440], group: 8, crop: 0.965),
    declaration("006", [1, 3, 7, 4], [48, 112, 256, 608], group: 16),
    declaration("008", [1, 3, 8, 2], [64, 128, 320, 768], group: 16),
    declaration("016", [2, 6, 17, 2], [48, 120, 336, 888], group: 24, crop: 0.965),
    declaration("032", [2, 5, 13, 1], [72, 216, 576, 1512], group: 24, crop: 0.95),
  ]

  private static func declaration(
    _ variant: String, _ depths: [Int], _ widths: [Int], group: Int, crop: Double = 0.875
  ) -> Declaration {
    family(
      "regnety_\(variant)",
      "RegNetY, stages of \(depths) blocks of widths \(widths), groups of \(group).",
      details: """
        timm's `regnety_\(variant)`. Radosavovic et al. 2020, https://arxiv.org/abs/2003.13678.
        """,
      size: 224, defaultClasses: 1000, preprocessing: Preprocessing(size: 224, crop: crop),
      options: dropRate, dropPathRate
    ) { RegNet(depths: depths, widths: widths, group: group, $0) }
  }
}

/// 1×1, grouped 3×3, squeeze-and-excitation, 1×1, all of one width, with a shortcut; the last ReLU
/// after the sum.
final class RegNetBlock: Module {
  let conv1: ConvNormAct
  let conv2: ConvNormAct
  let se: SqueezeExcite
  let conv3: ConvNormAct
  let downsample: ConvNormAct?
  let dropPath: DropPath?
  let preact = Preactivation()

  init(_ inputs: Int, _ outputs: Int, stride: Int, group: Int, dropPath rate: Float) {
    dropPath = DropPath(rate)
    conv1 = ConvNormAct(inputs, outputs, kernel: 1)
    conv2 = ConvNormAct(
      outputs, outputs, kernel: 3, stride: stride, groups: outputs / group)
    se = SqueezeExcite(outputs, middle: inputs / 4, keys: .dense)
    conv3 = ConvNormAct(outputs, outputs, kernel: 1, activation: .none, scale: 0)
    downsample =
      stride == 1 && inputs == outputs
      ? nil : ConvNormAct(inputs, outputs, kernel: 1, stride: stride, activation: .none)
  }

  override func forward(_ x: Tensor, _ context: Context) throws -> Tensor {
    let y = try se(try conv2(try conv1(x, context), context), context)
    let identity = try downsample.map { try $0(x, context) } ?? x
    if let dropPath, context.isTraining {
      let sum = try identity.adding(try conv3(y, context), dropPath, context)
      return try preact(sum, context).relu()
    }
    return try conv3(y, context, residual: identity, preact: preact, activation: .relu)
  }
}
