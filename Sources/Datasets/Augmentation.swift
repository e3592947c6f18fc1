public import Catalog
import Tensors

/// One way to change a picture at random. To add one: one file, one line in the registry.
public protocol AugmentationStep: Sendable {
  /// The call that makes it again: `random_crop(padding=4)`.
  var script: String { get }
  /// Changes a picture whose numbers are not normalised yet, by these draws alone. The size must
  /// stay.
  ///
  /// - Parameter mean: The data's mean of each channel, for what lies outside of the picture.
  func apply(to image: inout Image, _ draws: inout Draws, mean: [Float])
  /// Whether a mask is still true of a picture after `apply(to:_:_:mean:)`; false unless said
  /// otherwise, and then the step is refused for pictures with masks.
  var keepsMasksTrue: Bool { get }
  /// Changes a picture and moves the pixels of its mask with it, by the same draws.
  func apply(to image: inout Image, _ mask: inout Mask, _ draws: inout Draws, mean: [Float])
}

/// Random changes to pictures, one after the other, and at the end, perhaps, a mixing of the batch;
/// `+` composes.
public final class Augmentation: Object, ArgumentType, Answer, Sendable {
  public static let kind = "augmentation"
  public static let expected = "an augmentation or none"

  public let steps: [any AugmentationStep]
  /// Mixes the pictures of a batch with one another, after the steps.
  public let mixing: Mixing?

  public init(_ steps: [any AugmentationStep], mixing: Mixing? = nil) {
    self.steps = steps
    self.mixing = mixing
  }

  public convenience init(_ step: any AugmentationStep) { self.init([step]) }

  /// Changes nothing.
  public static let none = Augmentation([])

  public var isIdentity: Bool { steps.isEmpty && mixing == nil }

  /// The expression that makes it again.
  public var script: String {
    let parts = steps.map(\.script) + (mixing.map { [$0.script] } ?? [])
    return parts.isEmpty ? "none" : parts.joined(separator: " + ")
  }

  public var line: String { script }

  /// Changes the picture of a sample: a function of (seed, epoch, sample).
  ///
  /// - Parameter first: Steps before this one are left out: they were taken when it was read.
  public func apply(
    to image: inout Image, seed: Int, epoch: Int, sample: Int, mean: [Float] = [],
    from first: Int = 0
  ) {
    for part in steps.indices.dropFirst(first) {
      var draws = draws(part, seed: seed, epoch: epoch, sample: sample)
      steps[part].apply(to: &image, &draws, mean: mean)
    }
  }

  /// The first step, where it is a random part that is to be cut out of the photograph as it was
  /// taken, before any other resizing.
  var framing: RandomResizedCrop? { steps.first as? RandomResizedCrop }

  /// What a step draws from for a sample.
  func draws(_ part: Int, seed: Int, epoch: Int, sample: Int) -> Draws {
    Draws(
      seed: UInt64(bitPattern: Int64(seed)), stream: Random.stream("augmentation", part, epoch),
      place: sample)
  }

  public static func read(_ value: Value) throws -> Augmentation {
    switch value {
    case .none: return Augmentation.none
    case .object(let object as Augmentation): return object
    default: throw Mismatch()
    }
  }

  public var literal: String { script }

  public func adding(_ other: Value, reversed: Bool) throws -> Value? {
    guard let other = try? Augmentation.read(other) else { return nil }
    guard mixing == nil || other.mixing == nil else {
      throw Failure(
        .value, "the batch would be mixed twice",
        advice: "mixup_cutmix(mixup=0.8, cutmix=1) does one or the other")
    }
    return .object(
      Augmentation(
        reversed ? other.steps + steps : steps + other.steps, mixing: mixing ?? other.mixing))
  }

  public func isEqual(to other: any Object) -> Bool {
    (other as? Augmentation)?.script == script
  }
}
