import Catalog

/// One colour of eight bits per channel.
struct RGB: Equatable {
  var red: Int
  var green: Int
  var blue: Int

  init(_ hex: UInt32) {
    red = Int(hex >> 16 & 255)
    green = Int(hex >> 8 & 255)
    blue = Int(hex & 255)
  }

  /// Between two colours, 0 the first, 1 the second.
  init(from a: RGB, to b: RGB, at share: Double) {
    func mix(_ x: Int, _ y: Int) -> Int { Int((Double(x) + Double(y - x) * share).rounded()) }
    red = mix(a.red, b.red)
    green = mix(a.green, b.green)
    blue = mix(a.blue, b.blue)
  }

  var hex: String {
    func two(_ value: Int) -> String {
      let text = String(value, radix: 16)
      return text.count < 2 ? "0" + text : text
    }
    return "#" + two(red) + two(green) + two(blue)
  }

  /// Perceived lightness, 0 … 1 (weights of Rec. 601).
  var lightness: Double {
    (0.299 * Double(red) + 0.587 * Double(green) + 0.114 * Double(blue)) / 255
  }

  /// The nearest of the 6×6×6 cube and the grey ramp that 256-colour terminals have.
  var terminalIndex: Int {
    if abs(red - green) < 6, abs(green - blue) < 6 {
      let level = (red + green + blue) / 3
      if level < 4 { return 16 }
      if level > 246 { return 231 }
      return 232 + max(0, min(23, (level - 3) / 10))
    }
    func step(_ value: Int) -> Int { value < 48 ? 0 : value < 115 ? 1 : (value - 35) / 40 }
    return 16 + 36 * step(red) + 6 * step(green) + step(blue)
  }
}

/// The colours of series: the set of Okabe and Ito (2008), which colour-blind readers can tell
/// apart, without its yellow; darkened a little for light pages and lightened for dark ones.
enum Palette {
  static let light: [RGB] = [
    RGB(0x0072B2), RGB(0xD55E00), RGB(0x009E73), RGB(0xBB5F93), RGB(0xC98A00), RGB(0x3E9FD6),
    RGB(0x7A68B8), RGB(0x7F7F7F),
  ]
  static let dark: [RGB] = [
    RGB(0x3B9DDE), RGB(0xF07B2E), RGB(0x1DB588), RGB(0xD987B2), RGB(0xE6A61E), RGB(0x74C4F0),
    RGB(0xA493E0), RGB(0xA0A0A0),
  ]
  /// Grids and axes, on any page.
  static let rule = RGB(0x808080)
  /// Colours of the 256-colour set that read on black and on white.
  static let terminal = [32, 166, 35, 169, 172, 38, 98, 244]

  static var count: Int { light.count }

  /// The colour of a share 0 … 1 of the way: dark blue over grey to yellow, rising in lightness, so
  /// it survives grey printing and colour blindness (after cividis, Nuñez et al. 2018).
  static func sequential(_ share: Double) -> RGB { ramp(sequentialStops, share) }

  /// Blue for negative over pale to red for positive; 0.5 is zero (after ColorBrewer's RdBu).
  static func diverging(_ share: Double) -> RGB { ramp(divergingStops, share) }

  private static let sequentialStops = [
    RGB(0x00224E), RGB(0x2A3F6D), RGB(0x575C6D), RGB(0x7D7C78), RGB(0xA59C74), RGB(0xD2C060),
    RGB(0xFEE838),
  ]
  private static let divergingStops = [
    RGB(0x2166AC), RGB(0x67A9CF), RGB(0xD1E5F0), RGB(0xF7F7F7), RGB(0xFDDBC7), RGB(0xEF8A62),
    RGB(0xB2182B),
  ]

  private static func ramp(_ stops: [RGB], _ share: Double) -> RGB {
    let place = max(0, min(1, share.isNaN ? 0 : share)) * Double(stops.count - 1)
    let index = min(Int(place), stops.count - 2)
    return RGB(from: stops[index], to: stops[index + 1], at: place - Double(index))
  }
}

/// Text in a colour of the 256-colour set, where colours may be used.
func colored(_ text: String, _ index: Int, _ style: Style) -> String {
  style.color && !text.isEmpty ? "\u{1B}[38;5;\(index)m\(text)\u{1B}[39m" : text
}

func bold(_ text: String, _ style: Style) -> String {
  style.color && !text.isEmpty ? "\u{1B}[1m\(text)\u{1B}[22m" : text
}

func faint(_ text: String, _ style: Style) -> String {
  style.color && !text.isEmpty ? "\u{1B}[2m\(text)\u{1B}[22m" : text
}
