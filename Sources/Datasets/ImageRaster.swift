public import Images

extension Image {
  /// The picture in bytes; nil unless it has one or three channels of numbers between 0 and 1.
  public var raster: Raster? {
    guard channels == 1 || channels == 3, values.allSatisfy({ $0 >= 0 && $0 <= 1 }) else {
      return nil
    }
    return Raster(
      width: width, height: height, channels: channels,
      pixels: values.map { UInt8(($0 * 255).rounded()) })
  }
}
