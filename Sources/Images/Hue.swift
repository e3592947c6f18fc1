extension Raster {
  /// The colours turned by a share of the circle, −½ … ½, by way of hue, saturation and value in
  /// bytes: PIL's conversions and torchvision's `adjust_hue`. Grey stays as it is.
  public func hueTurned(by share: Double) -> Raster {
    if channels < 3 { return self }
    let turn = UInt8(truncatingIfNeeded: Int(share * 255))
    var result = pixels
    result.withUnsafeMutableBufferPointer { pixels in
      for start in stride(from: 0, to: pixels.count, by: channels) {
        var hsv = HSV(red: pixels[start], green: pixels[start + 1], blue: pixels[start + 2])
        hsv.hue &+= turn
        (pixels[start], pixels[start + 1], pixels[start + 2]) = hsv.rgb
      }
    }
    return Raster(width: width, height: height, channels: channels, pixels: result)
  }
}

/// Hue, saturation and value, a byte each, with PIL's rounding.
private struct HSV {
  var hue: UInt8
  var saturation: UInt8
  var value: UInt8

  init(red: UInt8, green: UInt8, blue: UInt8) {
    let (high, low) = (max(red, green, blue), min(red, green, blue))
    value = high
    guard high > low else {
      (hue, saturation) = (0, 0)
      return
    }
    let range = Float(high - low)
    let r = Float(high - red) / range
    let g = Float(high - green) / range
    let b = Float(high - blue) / range
    let sixths: Float =
      if red == high { b - g } else if green == high {
        Float(2.0 + Double(r) - Double(b))
      } else {
        Float(4.0 + Double(g) - Double(r))
      }
    let turns = (Double(sixths) / 6 + 1).truncatingRemainder(dividingBy: 1)
    hue = UInt8(max(0, min(255, Int(Double(Float(turns)) * 255))))
    saturation = UInt8(max(0, min(255, Int(Double(range / Float(high)) * 255))))
  }

  var rgb: (UInt8, UInt8, UInt8) {
    guard saturation > 0 else { return (value, value, value) }
    let v = Float(value)
    let share = Float(Double(saturation) / 255)
    let sixths = Double(Float(hue)) * 6 / 255
    let sector = Int(sixths)
    let rest = Float(sixths - Double(Float(sector)))
    func byte(_ number: Double) -> UInt8 { UInt8(max(0, min(255, number.rounded()))) }
    let p = byte(Double(v) * (1 - Double(share)))
    let q = byte(Double(v) * (1 - Double(share * rest)))
    let t = byte(Double(v) * (1 - Double(share) * (1 - Double(rest))))
    switch sector % 6 {
    case 0: return (value, t, p)
    case 1: return (q, value, p)
    case 2: return (p, value, t)
    case 3: return (p, q, value)
    case 4: return (t, p, value)
    default: return (value, p, q)
    }
  }
}
