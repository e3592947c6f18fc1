public import Images

/// Pictures in memory, a byte a number, N H W C.
public struct ByteImages: ImageSource {
  public let count: Int
  public let height: Int
  public let width: Int
  public let channels: Int
  public let bytes: [UInt8]
  /// The byte that stands for 1: 255, or 16 for pictures of 17 greys.
  public let white: Float
  public let normalisation: Normalisation?

  /// - Precondition: There are exactly N·H·W·C bytes.
  public init(
    _ bytes: [UInt8], height: Int, width: Int, channels: Int, white: Float = 255,
    normalisation: Normalisation? = nil
  ) {
    let size = height * width * channels
    precondition(size > 0 && bytes.count % size == 0)
    count = bytes.count / size
    self.height = height
    self.width = width
    self.channels = channels
    self.bytes = bytes
    self.white = white
    self.normalisation =
      normalisation ?? measuredNormalisation(bytes, channels: channels, white: white)
  }

  public func load(_ index: Int, into image: inout Image) {
    let size = height * width * channels
    bytes.withUnsafeBufferPointer { source in
      for offset in 0..<size { image.values[offset] = Float(source[index * size + offset]) / white }
    }
  }

  public func load(
    _ index: Int, normalised: Normalisation, into target: UnsafeMutablePointer<Float>
  ) {
    let size = height * width * channels
    bytes.withUnsafeBufferPointer { source in
      for channel in 0..<channels {
        let (mean, std) = (normalised.mean[channel], normalised.std[channel])
        for offset in stride(from: channel, to: size, by: channels) {
          target[offset] = (Float(source[index * size + offset]) / white - mean) / std
        }
      }
    }
  }
}

/// Mean and deviation of each channel, from counts of the byte values: exact, whatever the order.
private func measuredNormalisation(
  _ bytes: [UInt8], channels: Int, white: Float
) -> Normalisation {
  var counts = Array(repeating: 0, count: channels * 256)
  bytes.withUnsafeBufferPointer { source in
    counts.withUnsafeMutableBufferPointer { counts in
      var channel = 0
      for byte in source {
        counts[channel << 8 | Int(byte)] += 1
        channel = channel + 1 == channels ? 0 : channel + 1
      }
    }
  }
  var result = Normalisation.identity(channels: channels)
  for channel in 0..<channels {
    let histogram = counts[channel << 8..<(channel + 1) << 8]
    let total = Double(max(1, histogram.reduce(0, +)))
    let mean = zip(0..., histogram).reduce(0.0) { $0 + Double($1.0 * $1.1) } / total
    let square = zip(0..., histogram).reduce(0.0) { $0 + Double($1.0 * $1.0 * $1.1) } / total
    let deviation = max(0, square - mean * mean).squareRoot()
    result.mean[channel] = Float(mean / Double(white))
    // Pictures of one colour are left where they are.
    result.std[channel] = deviation > 0 ? Float(deviation / Double(white)) : 1
  }
  return result
}
