public import Catalog
import Tensors

/// Mixes each picture of a batch with the one as far from the end as it is from the start: mixup
/// (Zhang et al. 2018, https://arxiv.org/abs/1710.09412), cutmix (Yun et al. 2019,
/// https://arxiv.org/abs/1905.04899), or one of the two at random, as timm's `Mixup`.
///
/// What is drawn is a function of (seed, epoch, the batch's first sample) or, for each picture by
/// itself, of (seed, epoch, sample).
public struct Mixing: Sendable {
  /// Whether one draw is for the whole batch or for one picture.
  public enum Mode: String, Choice, Sendable {
    case batch, elem
  }

  /// α of the share's Beta(α, α) distribution; 0 for none of it.
  public var mixup: Double
  public var cutmix: Double
  /// With which anything is mixed.
  public var probability: Float
  /// With which it is cutmix where both are on.
  public var switching: Float
  public var mode: Mode

  public init(
    mixup: Double, cutmix: Double, probability: Float = 1, switching: Float = 0.5,
    mode: Mode = .batch
  ) {
    self.mixup = mixup
    self.cutmix = cutmix
    self.probability = probability
    self.switching = switching
    self.mode = mode
  }

  public var script: String {
    let common =
      (probability == 1 ? [] : ["p=\(probability.literal)"])
      + (mode == .batch ? [] : ["mode=\(mode.literal)"])
    func call(_ name: String, _ own: [String]) -> String {
      "\(name)(\((own + common).joined(separator: ", ")))"
    }
    if cutmix == 0 { return call("mixup", [numberText(mixup)]) }
    if mixup == 0 { return call("cutmix", [numberText(cutmix)]) }
    return call(
      "mixup_cutmix",
      ["mixup=\(numberText(mixup))", "cutmix=\(numberText(cutmix))"]
        + (switching == 0.5 ? [] : ["switch=\(switching.literal)"]))
  }

  /// What is done to one picture.
  enum Recipe: Equatable {
    case nothing
    /// share·own + (1 − share)·other
    case blend(share: Float)
    /// The rectangle is the other's.
    case paste(rows: Range<Int>, columns: Range<Int>)
  }

  func recipe(height: Int, width: Int, _ draws: inout Draws) -> Recipe {
    guard draws.chance(probability) else { return .nothing }
    let isCut = mixup > 0 && cutmix > 0 ? draws.chance(switching) : cutmix > 0
    let share = draws.beta(isCut ? cutmix : mixup)
    guard isCut else { return .blend(share: Float(share)) }
    let side = max(0, 1 - share).squareRoot()
    let (down, across) = (Int(Double(height) * side), Int(Double(width) * side))
    let (y, x) = (draws.integer(below: height), draws.integer(below: width))
    return .paste(
      rows: max(0, y - down / 2)..<min(height, max(0, y + (down + 1) / 2)),
      columns: max(0, x - across / 2)..<min(width, max(0, x + (across + 1) / 2)))
  }

  /// Mixes a batch of normalised images, and says what each is of.
  ///
  /// - Parameter samples: The split's index of each row.
  func apply(
    to images: inout Tensor, labels: [Int32], samples: [Int], seed: Int, epoch: Int
  ) -> [MixedLabel] {
    let (height, width, channels) = (images.shape[1], images.shape[2], images.shape[3])
    let stream = Random.stream("mixing", epoch)
    func drawn(_ sample: Int) -> Recipe {
      var draws = Draws(seed: UInt64(bitPattern: Int64(seed)), stream: stream, place: sample)
      return recipe(height: height, width: width, &draws)
    }
    let common = mode == .batch ? samples.first.map(drawn) : nil
    let size = height * width * channels
    let original = images
    var mixes: [MixedLabel] = []
    images.mutate { target in
      original.read { source in
        for row in samples.indices {
          let other = samples.count - 1 - row
          let recipe = common ?? drawn(samples[row])
          let own = target + row * size
          let share = Mixing.mix(
            own, source + other * size, recipe, height: height, width: width, channels: channels)
          mixes.append(MixedLabel(label: labels[row], other: labels[other], share: share))
        }
      }
    }
    return mixes
  }

  /// Carries a recipe out; the share of the picture's own that is left.
  private static func mix(
    _ own: UnsafeMutablePointer<Float>, _ other: UnsafePointer<Float>, _ recipe: Recipe,
    height: Int, width: Int, channels: Int
  ) -> Float {
    switch recipe {
    case .nothing: return 1
    case .blend(let share):
      for index in 0..<height * width * channels {
        own[index] = own[index] * share + other[index] * (1 - share)
      }
      return share
    case .paste(let rows, let columns):
      for row in rows {
        let start = (row * width + columns.lowerBound) * channels
        (own + start).update(from: other + start, count: columns.count * channels)
      }
      return 1 - Float(rows.count * columns.count) / Float(height * width)
    }
  }

  static func alpha(_ usual: Double, _ name: String) -> Argument<Double> {
    Argument<Double>(name, "α of the share's Beta(α, α) distribution.", default: usual) {
      (number: Double) -> String? in
      number > 0 && number <= 1000 ? nil : "must be above 0 and at most 1000"
    }
  }

  static let probabilityArgument = Argument<Float>(
    "p", "Probability that anything is mixed.", default: 1, check: isShare)
  static let modeArgument = Argument<Mode>(
    "mode", "Whether a draw is for the whole batch or for each picture.", default: .batch)
}
