/// What is done to a photograph before a network sees it, as data of the network.
///
/// The shorter side is brought to size/crop pixels, a square of `size` is cut from the middle, and
/// the pixels are normalised.
public struct Preprocessing: Sendable, Equatable {
  /// How pixels between pixels are found when an image changes its size.
  public enum Interpolation: String, Sendable, CaseIterable {
    case nearest, bilinear, bicubic
  }

  /// Height and width of what the network sees, in pixels.
  public var size: Int
  /// The part of the resized image's side that the crop keeps: timm's `crop_pct`.
  public var crop: Float
  public var interpolation: Interpolation
  public var normalisation: Normalisation

  public init(
    size: Int = 224, crop: Float = 0.875, interpolation: Interpolation = .bilinear,
    normalisation: Normalisation = .imagenet
  ) {
    self.size = size
    self.crop = crop
    self.interpolation = interpolation
    self.normalisation = normalisation
  }
}
