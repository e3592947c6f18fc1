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

  /// ImageNet's usual figures.
  public static let imagenet = Normalisation(
    mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225])

  /// A half and a half: pixels between −1 and 1, as vision transformers were often trained.
  public static let inception = Normalisation(mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5])
}
