/// What is done to a photograph before a network sees it, as data of the network.
///
/// The shorter side is brought to size/crop pixels, a square of `size` is cut from the middle, and
/// the pixels are normalised: the evaluation transform of timm (Wightman 2019,
/// https://github.com/huggingface/pytorch-image-models).
public struct Preprocessing: Sendable, Equatable {
  /// Height and width of what the network sees, in pixels.
  public var size: Int
  /// The part of the resized image's side that the crop keeps: timm's `crop_pct`.
  public var crop: Double
  public var interpolation: Interpolation
  public var normalisation: Normalisation

  /// Sizes and shares that make sense, and that no file can talk us out of.
  public static let sizes = 1...2048
  public static let crops = 0.25...1.0

  public init(
    size: Int = 224, crop: Double = 0.875, interpolation: Interpolation = .bicubic,
    normalisation: Normalisation = .imagenet
  ) {
    self.size = size
    self.crop = crop
    self.interpolation = interpolation
    self.normalisation = normalisation
  }

  /// The shorter side of a photograph after resizing: ⌊size/crop⌋.
  public var resizedSide: Int { max(size, Int((Double(size) / crop).rounded(.down))) }

  /// Small pictures as they are: no crop, pixels between 0 and 1.
  public static func plain(size: Int, channels: Int) -> Preprocessing {
    Preprocessing(
      size: size, crop: 1, interpolation: .bilinear, normalisation: .identity(channels: channels))
  }
}
