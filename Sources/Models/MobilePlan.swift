import Layers
import Tensors

/// A run of like blocks in a mobile network; only the first has the stride.
struct MobileBlock: Sendable {
  enum Kind: Sendable {
    /// `DepthwiseSeparableConv`
    case separable
    /// `InvertedResidual`
    case inverted
    /// `ConvBnAct`
    case plain
  }

  var kind: Kind
  var kernel: Int
  var stride = 1
  /// Factor from the input's to the depthwise convolution's width.
  var expansion = 1.0
  /// Width of the output before it is scaled.
  var outputs: Int
  /// Whether there is a squeeze-and-excitation behind the depthwise convolution.
  var isSqueezed = false
  /// Where it differs from the network's.
  var activation: Activation?
  var repeats = 1

  static func separable(
    _ kernel: Int, stride: Int = 1, outputs: Int, squeezed: Bool = false,
    _ activation: Activation? = nil
  ) -> MobileBlock {
    MobileBlock(
      kind: .separable, kernel: kernel, stride: stride, outputs: outputs, isSqueezed: squeezed,
      activation: activation)
  }

  static func inverted(
    _ kernel: Int, stride: Int = 1, expansion: Double, outputs: Int, squeezed: Bool = false,
    _ activation: Activation? = nil, repeats: Int = 1
  ) -> MobileBlock {
    MobileBlock(
      kind: .inverted, kernel: kernel, stride: stride, expansion: expansion, outputs: outputs,
      isSqueezed: squeezed, activation: activation, repeats: repeats)
  }
}

/// Everything that tells one mobile network from another.
struct MobilePlan: Sendable {
  var stages: [[MobileBlock]]
  var style: MobileStyle
  /// Width of the first convolution.
  var stem: Int
  /// Width before the classifier.
  var features: Int
  /// Factor on the widths of all stages, which stay multiples of 8.
  var width = 1.0
  /// Factor on the number of like blocks, rounded up.
  var depth = 1.0
  /// Whether the first and the last stage keep their number of blocks.
  var keepsEnds = false

  func scaled(_ channels: Int) -> Int { wholeEights(Double(channels) * width) }

  /// How often each block of a stage is repeated.
  private func repeats(_ stage: Int) -> [Int] {
    let isEnd = stage == 0 || stage == stages.count - 1
    let factor = isEnd && keepsEnds ? 1 : depth
    return stages[stage].map { Int((Double($0.repeats) * factor).rounded(.up)) }
  }

  /// The stages behind the stem, and the width of their output.
  ///
  /// - Parameter dropPath: Block i of n is left out with probability dropPath·i/n in training.
  func build(dropPath: Float) -> (stages: [Sequential], outputs: Int) {
    let total = stages.indices.flatMap(repeats).reduce(0, +)
    var (inputs, index) = (stem, 0)
    let built = stages.indices.map { stage in
      var parts: [Module] = []
      for (block, repeats) in zip(stages[stage], repeats(stage)) {
        let outputs = scaled(block.outputs)
        for _ in 0..<repeats {
          // A stage has one stride: that of its first block.
          parts.append(
            make(
              block, inputs, outputs, stride: parts.isEmpty ? block.stride : 1,
              dropPath: dropPath * Float(index) / Float(total)))
          inputs = outputs
          index += 1
        }
      }
      return Sequential(parts)
    }
    return (built, inputs)
  }

  private func make(
    _ block: MobileBlock, _ inputs: Int, _ outputs: Int, stride: Int, dropPath: Float
  ) -> Module {
    switch block.kind {
    case .separable:
      DepthwiseSeparableConv(inputs, outputs, block, stride: stride, style, dropPath: dropPath)
    case .inverted:
      InvertedResidual(inputs, outputs, block, stride: stride, style, dropPath: dropPath)
    case .plain: ConvBnAct(inputs, outputs, block, stride: stride, style)
    }
  }
}

/// The classifier of the mobile networks: uniform by fan-out, as TensorFlow's start.
func mobileClassifier(_ features: Int, _ classes: Int) -> Linear {
  Linear(features, classes, start: .fanIn(classes))
}
