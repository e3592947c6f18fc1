public import Catalog
import Images

/// The operations of RandAugment (Cubuk et al. 2019, https://arxiv.org/abs/1909.13719), with the
/// magnitudes of timm, where a greater one always changes more ("increasing").
public enum PixelOperation: String, Choice, Sendable {
  case autoContrast = "auto_contrast"
  case equalize
  case invert
  case rotate
  case posterize
  case solarize
  case solarizeAdd = "solarize_add"
  case color
  case contrast
  case brightness
  case sharpness
  case shearX = "shear_x"
  case shearY = "shear_y"
  case translateX = "translate_x"
  case translateY = "translate_y"

  /// The operations that make sense for pictures of a kind. The rule:
  ///
  /// * Colour pictures, and grey ones with 64 pixels a side or more: all of them (of grey ones
  ///   `color` changes nothing and is left out).
  /// * Small grey pictures (digits, clothes): what moves the shape and what changes light a little:
  ///   rotation, shears, translations, contrast, brightness, sharpness, auto contrast, posterize.
  ///   Inverting and solarizing would turn figure into ground, and equalizing makes a pattern of the
  ///   few greys of an even ground.
  public static func sensible(height: Int, width: Int, channels: Int) -> [PixelOperation] {
    if channels >= 3 { return allCases }
    let isSmall = min(height, width) < 64
    let left: [PixelOperation] =
      isSmall ? [.color, .invert, .solarize, .solarizeAdd, .equalize] : [.color]
    return allCases.filter { !left.contains($0) }
  }

  /// Whether pixels change their places.
  var movesPixels: Bool {
    [.rotate, .shearX, .shearY, .translateX, .translateY].contains(self)
  }

  /// Changes a picture.
  ///
  /// - Parameters:
  ///   - level: 0 … 1: the magnitude over 10.
  ///   - fill: What stands outside of the picture.
  func apply(to raster: Raster, level: Double, _ draws: inout Draws, fill: [UInt8]) -> Raster {
    /// With a random sign.
    func signed(_ number: Double) -> Double { draws.chance(0.5) ? -number : number }
    /// 1 changes nothing; down to 0.1, up to 1.9.
    func factor() -> Float { Float(max(0.1, 1 + signed(level * 0.9))) }
    func moved(_ transform: AffineTransform) -> Raster {
      raster.transformed(transform, draws.chance(0.5) ? .bilinear : .bicubic, fill: fill)
    }
    switch self {
    case .autoContrast: return raster.autoContrasted()
    case .equalize: return raster.equalized()
    case .invert: return raster.inverted()
    case .posterize: return raster.posterized(bits: 4 - Int(level * 4))
    case .solarize: return raster.solarized(from: 256 - min(256, Int(level * 256)))
    case .solarizeAdd: return raster.solarized(adding: min(128, Int(level * 110)))
    case .color: return raster.coloured(factor())
    case .contrast: return raster.contrasted(factor())
    case .brightness: return raster.brightened(factor())
    case .sharpness: return raster.sharpened(factor())
    case .rotate:
      return moved(
        .rotation(degrees: signed(level * 30), width: raster.width, height: raster.height))
    case .shearX: return moved(.shearX(signed(level * 0.3)))
    case .shearY: return moved(.shearY(signed(level * 0.3)))
    case .translateX: return moved(.translateX(signed(level * 0.45) * Double(raster.width)))
    case .translateY: return moved(.translateY(signed(level * 0.45) * Double(raster.height)))
    }
  }
}
