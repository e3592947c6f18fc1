public import Tensors

/// Some samples, ready for a network.
public struct Batch {
  /// N H W C, normalised.
  public var images: Tensor
  /// The class of each sample, N (where pictures are mixed, that of the larger share), or of each
  /// pixel, N H W.
  public var labels: Labels
  /// What each picture is mixed of; nil where none is.
  public var mixes: [MixedLabel]?
  /// Which samples of their split these are, in order.
  public var samples: [Int] = []
  /// What their augmentation was drawn from, with the sample: the same sample under the same seed in
  /// the same epoch is the same picture.
  public var seed = 0
  public var epoch = 0
  /// What they are samples of, and what was drawn for them; nil where nobody says.
  public var origin: Origin?

  /// Where a batch is from.
  public struct Origin: Sendable {
    public let split: Split
    public let augmentation: Augmentation
  }

  /// Label distributions N K of mixed pictures; nil where each has one class.
  ///
  /// - Parameter classes: K.
  public func targets(classes: Int) -> Tensor? {
    guard let mixes else { return nil }
    var targets = Tensor(zeros: [mixes.count, classes])
    targets.mutate { target in
      for (row, mix) in mixes.enumerated() {
        target[row * classes + Int(mix.label)] += mix.share
        target[row * classes + Int(mix.other)] += 1 - mix.share
      }
    }
    return targets
  }
}

/// The classes of a picture that is made of two.
public struct MixedLabel: Sendable, Equatable {
  /// The sample's own class.
  public var label: Int32
  /// The class of the picture mixed into it.
  public var other: Int32
  /// The own class's share.
  public var share: Float

  /// The class with the larger share.
  public var dominant: Int32 { share >= 0.5 ? label : other }
}
