import Catalog
import Images

/// Brightness, contrast, saturation and hue changed at random, in random order, as torchvision's
/// `ColorJitter`.
public struct ColorJitter: AugmentationStep {
  public var brightness: Double
  public var contrast: Double
  public var saturation: Double
  public var hue: Double

  public init(
    brightness: Double = 0.4, contrast: Double = 0.4, saturation: Double = 0.4, hue: Double = 0
  ) {
    self.brightness = brightness
    self.contrast = contrast
    self.saturation = saturation
    self.hue = hue
  }

  public var script: String {
    let parts = [
      ("brightness", brightness, 0.4), ("contrast", contrast, 0.4),
      ("saturation", saturation, 0.4), ("hue", hue, 0),
    ].filter { $0.1 != $0.2 }.map { "\($0.0)=\(numberText($0.1))" }
    return "color_jitter(\(parts.joined(separator: ", ")))"
  }

  public var keepsMasksTrue: Bool { true }

  public func apply(to image: inout Image, _ draws: inout Draws, mean: [Float]) {
    var own = draws
    var order = [0, 1, 2, 3]
    for place in stride(from: 3, to: 0, by: -1) {
      order.swapAt(place, own.integer(below: place + 1))
    }
    func factor(_ width: Double) -> Float {
      Float(own.uniform(max(0, 1 - width), 1 + width))
    }
    let factors = [factor(brightness), factor(contrast), factor(saturation)]
    let turn = own.uniform(-hue, hue)
    draws = own
    image.changeBytes { raster in
      order.reduce(raster) { result, part in
        switch part {
        case 0: result.brightened(factors[0])
        case 1: result.contrasted(factors[1])
        case 2: result.coloured(factors[2])
        default: hue > 0 ? result.hueTurned(by: turn) : result
        }
      }
    }
  }

  private static func argument(_ name: String, _ summary: String, _ usual: Double, most: Double)
    -> Argument<Double>
  {
    Argument(name, summary, default: usual) {
      (0...most).contains($0) ? nil : "must be in 0..\(numberText(most))"
    }
  }

  static let declaration = Declaration(
    "color_jitter", aliases: ["colour_jitter"],
    "Changes brightness, contrast, saturation and hue of each picture at random.",
    details: """
      torchvision's `ColorJitter`: factors between 1 − x and 1 + x, the hue turned by up to a share \
      of the circle, in random order. Grey pictures have no saturation and no hue to change.
      """,
    argument("brightness", "Greatest change of the brightness.", 0.4, most: 10),
    argument("contrast", "Greatest change of the contrast.", 0.4, most: 10),
    argument("saturation", "Greatest change of the saturation.", 0.4, most: 10),
    argument("hue", "Greatest turn of the hue, in circles.", 0, most: 0.5),
    examples: ["augment = color_jitter(brightness=0.2)"],
    keywords: ["light", "saturation", "hue", "photometric"]
  ) { (brightness: Double, contrast: Double, saturation: Double, hue: Double) -> Augmentation in
    Augmentation(
      ColorJitter(brightness: brightness, contrast: contrast, saturation: saturation, hue: hue))
  }
}
