/// Pictures in rows, each with a caption.
public struct ImageGrid: Sendable, Equatable {
  public var pictures: [Picture]
  /// Lines under the pictures; as many as there are pictures, or fewer.
  public var captions: [String]
  /// Pictures in a row; nil: as many as fit.
  public var columns: Int?
  /// What colours mean, below the pictures.
  public var keys: [ImageKey]
  /// Characters that a line of a caption has room for; nil: as many as fit below the picture.
  public var captionWidth: Int?

  public init(
    _ pictures: [Picture], captions: [String] = [], columns: Int? = nil, keys: [ImageKey] = [],
    captionWidth: Int? = nil
  ) {
    self.keys = keys
    self.pictures = pictures
    self.captions = captions
    self.columns = columns
    self.captionWidth = captionWidth
  }

  /// Lines of a caption that are drawn.
  static let captionLines = 8

  func caption(_ index: Int) -> String { index < captions.count ? captions[index] : "" }
}

/// A small picture: eight bits per channel, channels last.
public struct Picture: Sendable, Equatable {
  public let width: Int
  public let height: Int
  /// 1 for grey, 3 for red, green, blue.
  public let channels: Int
  /// `height × width × channels` values, rows from the top.
  public let pixels: [UInt8]
  /// `height × width` characters that stand for the pixels in a terminal without colours: letters of
  /// classes. Nil: shades.
  public private(set) var symbols: [Character]?

  /// A picture, or nil if the number of pixels is not `height × width × channels` or the channels
  /// are neither 1 nor 3.
  public init?(width: Int, height: Int, channels: Int, pixels: [UInt8]) {
    guard width > 0, height > 0, channels == 1 || channels == 3 else { return nil }
    let (area, tooLarge) = width.multipliedReportingOverflow(by: height)
    guard !tooLarge, area <= Int.max / 3, area * channels == pixels.count else { return nil }
    self.width = width
    self.height = height
    self.channels = channels
    self.pixels = pixels
  }

  /// A picture of numbers, `lower` black and `upper` white; what is not finite is black.
  public init?(
    width: Int, height: Int, channels: Int, values: [Float], lower: Float = 0, upper: Float = 1
  ) {
    let scale = upper > lower ? 255 / (upper - lower) : 0
    let pixels = values.map { value -> UInt8 in
      let level = (value - lower) * scale
      return level.isNaN ? 0 : UInt8(max(0, min(255, level.rounded())))
    }
    self.init(width: width, height: height, channels: channels, pixels: pixels)
  }

  /// The picture with a character for each pixel; itself if there are not `height × width` of them.
  public func symbolized(_ symbols: [Character]) -> Picture {
    var result = self
    if symbols.count == width * height { result.symbols = symbols }
    return result
  }

  /// The colour at a place inside the picture.
  func color(_ x: Int, _ y: Int) -> RGB {
    let start = (y * width + x) * channels
    let first = UInt32(pixels[start])
    if channels == 1 { return RGB(first << 16 | first << 8 | first) }
    return RGB(first << 16 | UInt32(pixels[start + 1]) << 8 | UInt32(pixels[start + 2]))
  }

  /// The picture in another size: each new pixel the mean of the area that it covers.
  func resized(width newWidth: Int, height newHeight: Int) -> Picture {
    if newWidth == width, newHeight == height { return self }
    var result: [UInt8] = []
    result.reserveCapacity(newWidth * newHeight * channels)
    for y in 0..<newHeight {
      let rows = Picture.span(y, of: newHeight, over: height)
      for x in 0..<newWidth {
        let columns = Picture.span(x, of: newWidth, over: width)
        for channel in 0..<channels {
          var sum = 0
          for row in rows {
            for column in columns {
              sum += Int(pixels[(row * width + column) * channels + channel])
            }
          }
          let count = rows.count * columns.count
          result.append(UInt8((sum + count / 2) / count))
        }
      }
    }
    return Picture(
      width: newWidth, height: newHeight, channels: channels, pixels: result) ?? self
  }

  /// The old pixels under a new one, at least one.
  private static func span(_ index: Int, of count: Int, over size: Int) -> Range<Int> {
    let start = index * size / count
    return start..<max(start + 1, (index + 1) * size / count)
  }

  /// Shrunk so that neither side is longer than `limit`.
  func shrunk(to limit: Int) -> Picture {
    let longest = max(width, height)
    guard longest > limit else { return self }
    return resized(
      width: max(1, width * limit / longest), height: max(1, height * limit / longest))
  }
}
