#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Where each pixel of a new picture is looked for in the old one: (x, y) ↦
/// (a·x + b·y + c, d·x + e·y + f), in pixels from the upper left corner.
public struct AffineTransform: Sendable, Equatable {
  public var a: Double
  public var b: Double
  public var c: Double
  public var d: Double
  public var e: Double
  public var f: Double

  public init(a: Double, b: Double, c: Double, d: Double, e: Double, f: Double) {
    (self.a, self.b, self.c, self.d, self.e, self.f) = (a, b, c, d, e, f)
  }

  public static func shearX(_ factor: Double) -> AffineTransform {
    AffineTransform(a: 1, b: factor, c: 0, d: 0, e: 1, f: 0)
  }

  public static func shearY(_ factor: Double) -> AffineTransform {
    AffineTransform(a: 1, b: 0, c: 0, d: factor, e: 1, f: 0)
  }

  /// Moves the picture to the left, or with a negative number of pixels to the right.
  public static func translateX(_ pixels: Double) -> AffineTransform {
    AffineTransform(a: 1, b: 0, c: pixels, d: 0, e: 1, f: 0)
  }

  /// Moves the picture up, or with a negative number of pixels down.
  public static func translateY(_ pixels: Double) -> AffineTransform {
    AffineTransform(a: 1, b: 0, c: 0, d: 0, e: 1, f: pixels)
  }

  /// Turns a picture around its middle against the clock.
  public static func rotation(degrees: Double, width: Int, height: Int) -> AffineTransform {
    let angle = -degrees * .pi / 180
    // PIL rounds to 15 digits, so that a quarter turn has no 1e-17 in it.
    let (cosine, sine) = (rounded15(cos(angle)), rounded15(sin(angle)))
    let (x, y) = (Double(width) / 2, Double(height) / 2)
    return AffineTransform(
      a: cosine, b: sine, c: cosine * -x + sine * -y + x, d: -sine, e: cosine,
      f: -sine * -x + cosine * -y + y)
  }

  private static func rounded15(_ number: Double) -> Double { (number * 1e15).rounded() / 1e15 }
}

extension Raster {
  /// The picture moved, sheared or turned, in its own size: PIL's `transform`, to the bit, for
  /// bilinear and bicubic (a = −1) interpolation.
  ///
  /// - Parameter fill: What stands outside of the picture, a byte for each channel.
  public func transformed(
    _ transform: AffineTransform, _ interpolation: Interpolation, fill: [UInt8]
  ) -> Raster {
    let (width, height, channels) = (width, height, channels)
    let result = [UInt8](unsafeUninitializedCapacity: pixels.count) { target, count in
      pixels.withUnsafeBufferPointer { source in
        for y in 0..<height {
          for x in 0..<width {
            let (column, row) = (Double(x) + 0.5, Double(y) + 0.5)
            let fromX = transform.a * column + transform.b * row + transform.c
            let fromY = transform.d * column + transform.e * row + transform.f
            let place = (y * width + x) * channels
            let isInside =
              fromX >= 0 && fromX < Double(width) && fromY >= 0 && fromY < Double(height)
            for channel in 0..<channels {
              guard isInside else {
                target[place + channel] = fill[channel]
                continue
              }
              let plane = Plane(
                pixels: source, width: width, height: height, channels: channels,
                channel: channel)
              target[place + channel] =
                switch interpolation {
                case .nearest: plane.nearest(fromX, fromY)
                case .bilinear: plane.bilinear(fromX - 0.5, fromY - 0.5)
                case .bicubic: plane.bicubic(fromX - 0.5, fromY - 0.5)
                }
            }
          }
        }
      }
      count = pixels.count
    }
    return Raster(width: width, height: height, channels: channels, pixels: result)
  }
}

/// One channel of a picture, to be looked at between its pixels; beyond the rim the rim goes on.
private struct Plane {
  let pixels: UnsafeBufferPointer<UInt8>
  let width: Int
  let height: Int
  let channels: Int
  let channel: Int

  private func at(_ x: Int, _ y: Int) -> Double {
    Double(pixels[(y * width + max(0, min(width - 1, x))) * channels + channel])
  }

  func nearest(_ x: Double, _ y: Double) -> UInt8 {
    pixels[(Int(y) * width + Int(x)) * channels + channel]
  }

  func bilinear(_ x: Double, _ y: Double) -> UInt8 {
    let (left, top) = (x.rounded(.down), y.rounded(.down))
    let (column, row) = (Int(left), Int(top))
    let (dx, dy) = (x - left, y - top)
    func line(_ y: Int) -> Double {
      let from = at(column, y)
      return from + (at(column + 1, y) - from) * dx
    }
    let first = line(max(0, row))
    let second = row + 1 < height ? line(row + 1) : first
    return UInt8(first + (second - first) * dy)
  }

  func bicubic(_ x: Double, _ y: Double) -> UInt8 {
    let (left, top) = (x.rounded(.down), y.rounded(.down))
    let (column, row) = (Int(left) - 1, Int(top) - 1)
    let (dx, dy) = (x - left, y - top)
    func line(_ y: Int) -> Double {
      cubic(at(column, y), at(column + 1, y), at(column + 2, y), at(column + 3, y), dx)
    }
    let first = line(max(0, row))
    // Rows below the last are the one before, those above the first are the first.
    func next(_ offset: Int, _ before: Double) -> Double {
      (0..<height).contains(row + offset) ? line(row + offset) : before
    }
    let second = next(1, first)
    let third = next(2, second)
    let fourth = next(3, third)
    return UInt8(max(0, min(255, cubic(first, second, third, fourth, dy))))
  }

  /// The cubic through four points of equal distance (a = −1), at d between the middle two.
  private func cubic(
    _ v1: Double, _ v2: Double, _ v3: Double, _ v4: Double, _ d: Double
  ) -> Double {
    let p2 = -v1 + v3
    let p3 = 2 * (v1 - v2) + v3 - v4
    let p4 = -v1 + v2 - v3 + v4
    return v2 + d * (p2 + d * (p3 + d * p4))
  }
}
