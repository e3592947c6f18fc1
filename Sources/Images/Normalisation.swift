/// Mean and deviation per channel, on the 0…1 scale of pixels: what a network sees is
/// x = (pixel/white − mean)/std, where white is the largest value a pixel can have.
public struct Normalisation: Sendable, Equatable {
  public var mean: [Float]
  public var std: [Float]

  public init(mean: [Float], std: [Float]) {
    self.mean = mean
    self.std = std
  }

  /// Pixels on the 0…1 scale as they are.
  public static func identity(channels: Int) -> Normalisation {
    Normalisation(
      mean: [Float](repeating: 0, count: channels), std: [Float](repeating: 1, count: channels))
  }

  /// The same for pictures of another number of channels: grey takes the means over the colours.
  public func fitted(to channels: Int) -> Normalisation {
    if mean.count == channels { return self }
    let count = Float(max(1, mean.count))
    return Normalisation(
      mean: [Float](repeating: mean.reduce(0, +) / count, count: channels),
      std: [Float](repeating: std.reduce(0, +) / count, count: channels))
  }

  /// ImageNet's usual figures.
  public static let imagenet = Normalisation(
    mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225])

  /// A half and a half: pixels between −1 and 1, as vision transformers were often trained.
  public static let inception = Normalisation(mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5])

  /// TensorFlow's for the lite networks: (byte − 127)/128.
  public static let tensorFlowLite = Normalisation(
    mean: [127 / 255, 127 / 255, 127 / 255], std: [128 / 255, 128 / 255, 128 / 255])
}
