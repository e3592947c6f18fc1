/// Pixels of eight bits for red, green, blue and opacity, rows from the top.
struct PixelCanvas {
  let width: Int
  let height: Int
  private(set) var pixels: [UInt8]

  /// - Parameter ground: The colour of every pixel at first; nil for none.
  init(width: Int, height: Int, ground: RGB?) {
    self.width = width
    self.height = height
    guard let ground else {
      pixels = [UInt8](repeating: 0, count: width * height * 4)
      return
    }
    let pixel = [UInt8(ground.red), UInt8(ground.green), UInt8(ground.blue), 255]
    pixels = []
    pixels.reserveCapacity(width * height * 4)
    for _ in 0..<width * height { pixels += pixel }
  }

  var all: PixelRectangle { PixelRectangle(left: 0, top: 0, right: width, bottom: height) }

  /// Lays a colour over a pixel (Porter and Duff 1984, "over").
  mutating func blend(_ color: RGB, _ opacity: Double, _ x: Int, _ y: Int) {
    let share = max(0, min(1, opacity))
    guard share > 0, x >= 0, y >= 0, x < width, y < height else { return }
    let start = (y * width + x) * 4
    let under = Double(pixels[start + 3]) / 255 * (1 - share)
    let sum = share + under
    func mixed(_ own: Int, _ channel: Int) -> UInt8 {
      let value = (Double(own) * share + Double(pixels[start + channel]) * under) / sum
      return UInt8(max(0, min(255, value.rounded())))
    }
    pixels[start] = mixed(color.red, 0)
    pixels[start + 1] = mixed(color.green, 1)
    pixels[start + 2] = mixed(color.blue, 2)
    pixels[start + 3] = UInt8(max(0, min(255, (sum * 255).rounded())))
  }
}

/// Whole pixels: from left and top to, but without, right and bottom.
struct PixelRectangle: Equatable {
  var left: Int
  var top: Int
  var right: Int
  var bottom: Int

  func common(_ other: PixelRectangle) -> PixelRectangle {
    PixelRectangle(
      left: max(left, other.left), top: max(top, other.top), right: min(right, other.right),
      bottom: min(bottom, other.bottom))
  }

  var isEmpty: Bool { left >= right || top >= bottom }
}
