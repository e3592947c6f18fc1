import CPNG
public import Catalog

/// Reads and writes PNG files by libpng (ISO/IEC 15948:2004, https://www.w3.org/TR/png-3/).
public enum PNG {
  /// Whole numbers of a picture that are no brightness: places in a palette, or ids.
  public struct Indices: Sendable, Equatable {
    public let width: Int
    public let height: Int
    /// Rows from the top; what the file has, unscaled.
    public let values: [UInt16]

    /// - Precondition: There are `height × width` values.
    public init(width: Int, height: Int, values: [UInt16]) {
      precondition(width > 0 && height > 0 && values.count == width * height)
      self.width = width
      self.height = height
      self.values = values
    }
  }

  /// Colours as eight bits a channel; sixteen bits are rounded, palettes looked up. Colour profiles
  /// are passed over.
  static func decoded(_ file: PictureFile, keepsOpacity: Bool) throws(Failure) -> Raster {
    var reader = picture_reader()
    defer { picture_close(&reader) }
    return try withBytes(of: file, &reader) { (reader) throws(Failure) in
      let color = reader.color
      let hasOpacity =
        keepsOpacity
        && (color & PNG_COLOR_MASK_ALPHA != 0 || picture_has_transparency(&reader) != 0)
      let channels = (color & PNG_COLOR_MASK_COLOR != 0 ? 3 : 1) + (hasOpacity ? 1 : 0)
      let (width, height) = (Int(reader.width), Int(reader.height))
      let pixels = try decode(&reader, file, sample: channels, isRaw: false, keeps: hasOpacity)
      return Raster(width: width, height: height, channels: channels, pixels: pixels)
    }
  }

  /// The numbers of a grey or palette picture as they are: masks of classes, ids of objects.
  public static func indices(_ file: PictureFile) throws(Failure) -> Indices {
    guard file.kind == "PNG" else { throw file.failure("is not a PNG picture") }
    var reader = picture_reader()
    defer { picture_close(&reader) }
    return try withBytes(of: file, &reader) { (reader) throws(Failure) in
      guard reader.color == PNG_COLOR_TYPE_PALETTE || reader.color == PNG_COLOR_TYPE_GRAY else {
        throw file.failure("has colours; indices are read from grey and palette pictures")
      }
      let (width, height) = (Int(reader.width), Int(reader.height))
      let isWide = reader.depth == 16
      let bytes = try decode(
        &reader, file, sample: isWide ? 2 : 1, isRaw: true, keeps: false)
      let values =
        isWide
        ? bytes.withUnsafeBytes { raw in
          (0..<width * height).map {
            raw.loadUnaligned(fromByteOffset: 2 * $0, as: UInt16.self)
          }
        }
        : bytes.map { UInt16($0) }
      return Indices(width: width, height: height, values: values)
    }
  }

  /// Looks at what stands before the pixels.
  static func check(_ file: PictureFile) throws(Failure) {
    var reader = picture_reader()
    defer { picture_close(&reader) }
    try withBytes(of: file, &reader) { (_) throws(Failure) in }
  }

  /// Opens the file and holds its promises against its size.
  private static func withBytes<Result>(
    of file: PictureFile, _ reader: inout picture_reader,
    _ body: (inout picture_reader) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try file.bytes.withUnsafeBufferPointer { (bytes) throws(Failure) -> Result in
      guard
        picture_open(&reader, bytes.baseAddress, bytes.count, UInt32(Raster.longestSide)) != 0
      else { throw damage(reader, file) }
      let (width, height) = (Int(reader.width), Int(reader.height))
      guard width * height <= Raster.mostPixels else {
        throw file.failure(
          "\(width)×\(height) pixels are too many", advice: "make the picture smaller first")
      }
      let channels = Int(png_get_channels(reader.png, reader.info))
      let packed = height * ((width * channels * Int(reader.depth) + 7) / 8)
      // Deflate makes at most 1032 bytes of one (Deutsch 1996, RFC 1951).
      guard packed / 1032 <= file.size else {
        throw file.failure(
          "the header promises \(width)×\(height) pixels, \(file.size) bytes cannot hold them")
      }
      return try body(&reader)
    }
  }

  private static func decode(
    _ reader: inout picture_reader, _ file: PictureFile, sample: Int, isRaw: Bool, keeps: Bool
  ) throws(Failure) -> [UInt8] {
    let stride = Int(reader.width) * sample
    // An interlaced picture that ends too early leaves pixels unwritten.
    var pixels = [UInt8](repeating: 0, count: stride * Int(reader.height))
    guard picture_decode(&reader, isRaw ? 1 : 0, keeps ? 1 : 0, &pixels, stride) != 0 else {
      throw damage(reader, file)
    }
    return pixels
  }

  private static func damage(_ reader: picture_reader, _ file: PictureFile) -> Failure {
    let text = withUnsafeBytes(of: reader.message) { raw in
      String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
    }
    guard !text.isEmpty else { return file.failure("there is no memory for a PNG reader") }
    return file.failure("is damaged: " + text.prefix(1).lowercased() + text.dropFirst())
  }

  /// The orientation that a chunk `eXIf` gives.
  static func orientation(of file: PictureFile) -> Orientation {
    let bytes = file.bytes
    var position = 8
    while position + 12 <= bytes.count {
      let length = bytes[position..<position + 4].reduce(0) { $0 << 8 | Int($1) }
      guard length <= bytes.count - position - 12 else { break }
      let name = bytes[position + 4..<position + 8]
      if name.elementsEqual("eXIf".utf8) {
        return Orientation(exif: bytes[position + 8..<position + 8 + length])
      }
      if name.elementsEqual("IDAT".utf8) { break }
      position += 12 + length
    }
    return .upright
  }

  /// A picture as a file.
  public static func encoded(_ raster: Raster) -> [UInt8] {
    let colors = [
      PNG_COLOR_TYPE_GRAY, PNG_COLOR_TYPE_GRAY_ALPHA, PNG_COLOR_TYPE_RGB, PNG_COLOR_TYPE_RGB_ALPHA,
    ]
    return encoded(
      raster.pixels, width: raster.width, height: raster.height, depth: 8,
      color: colors[raster.channels - 1], stride: raster.width * raster.channels)
  }

  /// Whole numbers as a grey file of sixteen bits.
  public static func encoded(_ indices: Indices) -> [UInt8] {
    encoded(
      indices.values.withUnsafeBytes { Array($0) }, width: indices.width, height: indices.height,
      depth: 16, color: PNG_COLOR_TYPE_GRAY, stride: indices.width * 2)
  }

  private static func encoded(
    _ pixels: [UInt8], width: Int, height: Int, depth: Int32, color: Int32, stride: Int
  ) -> [UInt8] {
    var writer = picture_writer()
    defer { free(writer.bytes) }
    let status = picture_encode(
      &writer, UInt32(width), UInt32(height), depth, color, pixels, stride)
    precondition(status != 0, "a picture in memory can be written")
    return Array(UnsafeBufferPointer(start: writer.bytes, count: writer.count))
  }
}
