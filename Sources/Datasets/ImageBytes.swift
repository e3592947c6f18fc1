import Images

extension Image {
  /// Changes the picture by way of bytes, which is how the pixel operations of the papers are
  /// defined: numbers inside 0 … 1 become round(255·x); others are stretched from their least to
  /// their greatest, and back after it. Pictures of other than 1 or 3 channels stay as they are.
  mutating func changeBytes(_ change: (Raster) -> Raster) {
    guard channels == 1 || channels == 3, !values.isEmpty else { return }
    var (low, high): (Float, Float) = (0, 1)
    for value in values {
      low = min(low, value)
      high = max(high, value)
    }
    let range = high - low
    guard range.isFinite, range > 0 else { return }
    let bytes = values.map { value -> UInt8 in
      let share = (value - low) / range * 255
      return share >= 0 ? UInt8(min(255, share.rounded())) : 0
    }
    let changed = change(
      Raster(width: width, height: height, channels: channels, pixels: bytes))
    (height, width) = (changed.height, changed.width)
    values = changed.pixels.map { Float($0) / 255 * range + low }
  }
}

/// A colour on the scale of pixels as bytes: the data's mean, or grey where it is not known.
func groundBytes(_ mean: [Float], channels: Int) -> [UInt8] {
  mean.count == channels
    ? mean.map { $0 >= 0 ? UInt8(min(255, ($0 * 255).rounded())) : 0 }
    : [UInt8](repeating: 128, count: channels)
}
