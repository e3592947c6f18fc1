import Catalog
import Images

/// The choices that make a subnetwork of the once-for-all network.
struct OnceForAllPlan: Sendable {
  struct Choice: Sendable {
    var kernel: Int
    var expansion: Int
  }

  /// Factor on all widths; the published networks have 1 and 1.2.
  var width: Double
  /// The blocks of the five stages.
  var stages: [[Choice]]

  /// Spreads lists of choices over the blocks.
  ///
  /// A list of depths has one number for all stages or one for each. A list of kernel sizes or
  /// expansions has one number for all blocks, one for each stage, one for each block, or four for
  /// each stage, of which the last are passed over where a stage has fewer blocks: the form in which
  /// the authors publish their networks.
  init(width: Double, kernels: [Int], expands: [Int], depths: [Int]) throws {
    let count = OnceForAllStage.all.count
    guard depths.count == 1 || depths.count == count else {
      throw Failure(
        .value, "ofa_mobilenetv3: 'depths' has \(depths.count) numbers",
        advice: "give 1 for all stages or \(count), one for each")
    }
    let deep = depths.count == 1 ? Array(repeating: depths[0], count: count) : depths
    func spread(_ list: [Int], _ name: String) throws -> [[Int]] {
      var start = 0
      return try deep.enumerated().map { stage, depth in
        defer { start += depth }
        switch list.count {
        case 1: return Array(repeating: list[0], count: depth)
        case count: return Array(repeating: list[stage], count: depth)
        case deep.reduce(0, +): return Array(list[start..<start + depth])
        case Self.deepest * count:
          return Array(list.dropFirst(Self.deepest * stage).prefix(depth))
        default:
          throw Failure(
            .value, "ofa_mobilenetv3: '\(name)' has \(list.count) numbers",
            advice: "give 1, \(count) (a stage each), \(deep.reduce(0, +)) (a block each) or "
              + "\(Self.deepest * count) (four a stage)")
        }
      }
    }
    self.width = width
    stages = zip(try spread(kernels, "kernels"), try spread(expands, "expands")).map {
      zip($0, $1).map { Choice(kernel: $0, expansion: $1) }
    }
  }

  /// Blocks of a stage of the whole network.
  static let deepest = 4

  /// Whether every number of a list is one of a few, and there is one.
  private static func among(_ allowed: [Int]) -> @Sendable ([Int]) -> String? {
    { list in
      let words = allowed.map(String.init).joined(separator: ", ")
      return list.isEmpty || !list.allSatisfy(allowed.contains)
        ? "must be numbers out of \(words)" : nil
    }
  }

  static let declaration = Declaration(
    named: "ofa_mobilenetv3", "Subnetwork of the once-for-all MobileNetV3, by lists of choices.",
    details: """
      Five stages; the width, kernel sizes 3, 5, 7, expansions 3, 4, 6 and depths 2, 3, 4 are free. \
      A list has one number for all stages, one for each of the five, one for each block, or four \
      for each stage (unused ones are passed over). Keys of the authors' code. \
      Cai et al. 2020, https://arxiv.org/abs/1908.09791.
      """,
    ModelArguments.classes(1000), ModelArguments.channels,
    Argument("width", "Factor on all widths; published: 1 and 1.2.", default: 1.0) {
      (0.25...4).contains($0) ? nil : "must be in 0.25..4"
    },
    Argument(
      "kernels", "Sizes of the depthwise kernels.", default: [7], check: among([3, 5, 7])),
    Argument(
      "expands", "Expansions of the inverted residuals.", default: [6], check: among([3, 4, 6])),
    Argument("depths", "Blocks of the five stages.", default: [4], check: among([2, 3, 4])),
    ModelArguments.weights, ModelArguments.seed,
    examples: [
      "ofa_mobilenetv3(classes=10)",
      "ofa_mobilenetv3(width=1.2, kernels=[3, 5, 7, 7, 5], expands=[3, 4, 6, 6, 4], depths=[2, 3, 4, 4, 2])",
    ],
    keywords: ["network", "backbone", "once for all", "subnet"]
  ) {
    (
      context: any CallContext, classes: Int, channels: Int, width: Double, kernels: [Int],
      expands: [Int], depths: [Int], weights: String?, seed: Int?
    ) in
    let seed = seed ?? context.seed
    let plan = try OnceForAllPlan(
      width: width, kernels: kernels, expands: expands, depths: depths)
    var script = "ofa_mobilenetv3(classes=\(classes)"
    if channels != 3 { script += ", channels=\(channels)" }
    script += ", width=\(width.literal), kernels=\(kernels.literal)"
    script += ", expands=\(expands.literal), depths=\(depths.literal)"
    script += seed == 0 ? ")" : ", seed=\(seed))"
    let model = try Model(
      name: "ofa_mobilenetv3", script: script, classes: classes, channels: channels, size: 224,
      seed: seed,
      preprocessing: Preprocessing(size: 224, interpolation: .bilinear).fitted(to: channels)
    ) { OnceForAll(plan, NetworkShape(classes: classes, channels: channels, size: 224)) }
    if let weights { try model.load(weights) }
    return model
  }
}
