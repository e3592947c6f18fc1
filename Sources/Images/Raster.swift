/// A picture of eight bits a channel, rows from the top, channels last.
public struct Raster: Sendable, Equatable {
  public let width: Int
  public let height: Int
  /// 1 grey, 2 grey with opacity, 3 red, green, blue, 4 with opacity.
  public let channels: Int
  /// `height × width × channels` numbers.
  public let pixels: [UInt8]

  /// Pictures with more pixels than this are refused before anything is reserved for them.
  public static let mostPixels = 50_000_000
  /// The longest side that is read.
  public static let longestSide = 65_500

  /// - Precondition: There are `height × width × channels` pixels, and one at least.
  public init(width: Int, height: Int, channels: Int, pixels: [UInt8]) {
    precondition((1...4).contains(channels) && width > 0 && height > 0)
    precondition(pixels.count == width * height * channels)
    self.width = width
    self.height = height
    self.channels = channels
    self.pixels = pixels
  }

  /// The picture in three colours or one grey, without opacity.
  ///
  /// Opacity is dropped, not blended, as PIL's and torchvision's loaders do; the grey of colours is
  /// (19595·R + 38470·G + 7471·B + 32768) / 65536, Rec. 601 in whole numbers, as in PIL.
  ///
  /// - Parameter wanted: 1 or 3.
  public func converted(to wanted: Int) -> Raster {
    if channels == wanted { return self }
    let count = width * height
    let result = [UInt8](unsafeUninitializedCapacity: count * wanted) { target, size in
      pixels.withUnsafeBufferPointer { source in
        for index in 0..<count {
          let from = index * channels
          let to = index * wanted
          switch (channels, wanted) {
          case (1, _), (2, _):
            for channel in 0..<wanted { target[to + channel] = source[from] }
          case (_, 1):
            let red = 19595 * UInt32(source[from])
            let green = 38470 * UInt32(source[from + 1])
            let blue = 7471 * UInt32(source[from + 2])
            target[to] = UInt8((red + green + blue + 32768) >> 16)
          default:
            for channel in 0..<3 { target[to + channel] = source[from + channel] }
          }
        }
      }
      size = count * wanted
    }
    return Raster(width: width, height: height, channels: wanted, pixels: result)
  }

  /// A part of the picture.
  ///
  /// - Precondition: It lies inside.
  public func cropped(left: Int, top: Int, width newWidth: Int, height newHeight: Int) -> Raster {
    precondition(left >= 0 && top >= 0 && left + newWidth <= width && top + newHeight <= height)
    if newWidth == width, newHeight == height { return self }
    var result: [UInt8] = []
    result.reserveCapacity(newWidth * newHeight * channels)
    for row in top..<top + newHeight {
      let start = (row * width + left) * channels
      result += pixels[start..<start + newWidth * channels]
    }
    return Raster(width: newWidth, height: newHeight, channels: channels, pixels: result)
  }

  /// A square from the middle, with torchvision's rounding: half a pixel goes to the even side.
  ///
  /// - Precondition: Both sides are at least as long.
  public func centerCropped(to side: Int) -> Raster {
    let middle = { (length: Int) in
      Int((Double(length - side) / 2).rounded(.toNearestOrEven))
    }
    return cropped(left: middle(width), top: middle(height), width: side, height: side)
  }
}
